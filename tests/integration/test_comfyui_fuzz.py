"""Whatever is sent to ComfyUI's routes, zdraw answers in their form, and never with a 500."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.photos import photo, see_through
from tests.unit.http_api.strange_workflows import bent, mixed, texts, values
from tests.unit.http_api.workflows import FROM_PART, FROM_PICTURE, workflow

#: The answers of zdraw that a program can do something about.
EXPECTED = {200, 400, 403, 404, 429}
tried = settings(max_examples=40, derandomize=True, suppress_health_check=list(HealthCheck))
POSTED = ("prompt", "queue", "history", "interrupt", "free", "upload/image", "upload/mask")
SHOWN = ("history", "history/x", "view", "object_info/x", "models/x", "prompt", "queue")
some = st.dictionaries(
    st.sampled_from(["prompt", "prompt_id", "extra_data", "client_id", "delete", "clear", "front"]),
    values,
)
asked = st.dictionaries(
    st.sampled_from(
        ["max_items", "offset", "filename", "subfolder", "type", "preview", "channel", "clientId"]
    ),
    st.text(max_size=8) | st.sampled_from(["0", "-1", "9" * 30, "output", "webp;90", "x_a-1.png"]),
)


#: What may stand in a form: pictures, and what is none.
contents = st.sampled_from([see_through(), photo(kind="PNG"), photo()[:99]]) | st.binary(max_size=9)
names = texts | st.sampled_from(["a.png", "b.png", "..", "x/a.png", "a.png [output]"])
forms = st.fixed_dictionaries(
    {},
    optional={
        "overwrite": st.sampled_from(["true", "0", ""]),
        "subfolder": names,
        "type": st.sampled_from(["input", "temp", "output", "", "x"]),
        "original_ref": st.builds(
            lambda **ref: json.dumps(ref),
            filename=names | values,
            subfolder=names | values,
            type=st.sampled_from(["input", "temp", "x"]) | values,
        ),
    },
)


@pytest.fixture(scope="module")
def program(served_api: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served_api, timeout=30) as client:
        sent = {"image": ("a.png", see_through())}
        assert client.post("/upload/image", files=sent).status_code == 200
        yield client


def said(answer: httpx.Response) -> None:
    """In ComfyUI's form, where it is a refusal."""
    assert answer.status_code in EXPECTED, (answer.status_code, answer.text)
    if answer.status_code != 200:
        assert set(answer.json()) == {"error", "node_errors"}
        assert answer.json()["error"]["message"]


def test_any_workflow_is_drawn_or_refused_and_told_of(program: httpx.Client) -> None:
    @tried
    @given(mixed | bent, values)
    def holds(prompt: Any, extra: Any) -> None:
        sent = json.dumps({"prompt": prompt, "extra_data": extra})
        said(program.post("/prompt", content=sent))

    holds()
    said(program.get("/queue"))
    said(program.get("/history"))


@tried
@given(st.sampled_from(POSTED), some | values)
def test_any_body_is_taken_or_refused(program: httpx.Client, path: str, sent: Any) -> None:
    said(program.post(f"/{path}", content=json.dumps(sent)))


@tried
@given(st.sampled_from(SHOWN), asked)
def test_any_query_is_answered(program: httpx.Client, path: str, query: dict[str, str]) -> None:
    said(program.get(f"/{path}", params=query))


@tried
@given(st.sampled_from(POSTED), st.binary(max_size=40))
def test_bytes_that_are_no_json_are_refused(program: httpx.Client, path: str, sent: bytes) -> None:
    said(program.post(f"/{path}", content=sent))


@tried
@given(st.sampled_from(["image", "mask"]), contents, names, forms)
def test_any_form_is_kept_or_refused(
    program: httpx.Client, what: str, content: bytes, name: str, form: dict[str, str]
) -> None:
    plain = {key: value.encode("utf-8", "replace").decode() for key, value in form.items()}
    file = (name.encode("utf-8", "replace").decode(), content)
    said(program.post(f"/upload/{what}", files={"image": file}, data=plain))


@tried
@given(names, st.sampled_from([FROM_PICTURE, FROM_PART]))
def test_any_file_is_drawn_from_or_not_there(
    program: httpx.Client, file: str, base: dict[str, Any]
) -> None:
    changed = workflow(base, nload={"image": file})
    said(program.post("/prompt", content=json.dumps({"prompt": changed})))


@tried
@given(texts)
def test_any_words_are_drawn_or_refused(program: httpx.Client, words: str) -> None:
    changed = workflow(n6={"text": words}, n9={"filename_prefix": words})
    said(program.post("/prompt", content=json.dumps({"prompt": changed, "client_id": words})))


@pytest.mark.parametrize("depth", [50, 150, 400, 900, 5000])
def test_nesting_of_any_depth_is_taken_or_refused(program: httpx.Client, depth: int) -> None:
    nested = "[" * depth + "]" * depth
    for place in ('"extra_data": {"x": %s}', '"client_id": %s', '"x": %s'):
        sent = json.dumps({"prompt": workflow()})[:-1] + f", {place % nested}}}"
        said(program.post("/prompt", content=sent))
        said(program.get("/history"))
        said(program.get("/queue"))
