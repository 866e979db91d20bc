"""OpenAI's `/v1/images/edits`: drawing from a picture, for programs."""

from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from bot.core.generation import Generation
from tests.integration.api_life import GENERATIONS, Api
from tests.integration.test_openai_api import wrong
from tests.photos import encoded, photo, see_through

EDITS, PROMPT = "/v1/images/edits", "换成夜景"


async def asked(program: httpx.AsyncClient, image: bytes | None = None, **more: Any) -> Any:
    files = {"image": ("a.png", image or photo())} | more.pop("files", {})
    data = {"prompt": PROMPT, **more.pop("data", {})}
    return await program.post(EDITS, files=files, data=data, **more)


async def row(api: Api, answer: httpx.Response) -> Generation:
    assert answer.status_code == 200, answer.text
    found = await api.store.admissions.get(answer.json()["zdraw"]["id"])
    assert found is not None
    return found


def source(api: Api, one: Generation) -> Image.Image:
    assert one.spec.source is not None
    return Image.open(BytesIO(api.pictures.path(one.spec.source).read_bytes()))


async def test_a_picture_is_drawn_from_with_the_parameters_of_a_drawing(api, program) -> None:
    data = {"strength": "0.3", "seed": "7", "n": "2", "size": "256x256", "output_format": "png"}
    answer = await asked(program, data=data)
    one = await row(api, answer)
    assert (one.spec.prompt, one.spec.strength, one.spec.seed) == (PROMPT, 0.3, 7)
    assert (one.spec.count, one.spec.width) == (2, 256)
    assert [picture["seed"] for picture in answer.json()["data"]] == [7, 8]
    assert source(api, one).size == (320, 240)
    (job,) = api.engine.inputs.values()
    assert job == api.pictures.path(one.spec.source or "").read_bytes()


async def test_a_mask_is_transparent_where_it_is_drawn_anew(api, program) -> None:
    answer = await asked(program, files={"mask": ("m.png", see_through())})
    one = await row(api, answer)
    assert (one.spec.strength, source(api, one).mode) == (1.0, "RGBA")
    assert any("transparent" in remark for remark in answer.json()["zdraw"]["remarks"])


async def test_a_list_of_one_picture_is_one_picture(api, program) -> None:
    answer = await program.post(
        EDITS, files=[("image[]", ("a.png", photo()))], data={"prompt": PROMPT}
    )
    assert (await row(api, answer)).spec.source


async def test_a_key_that_is_sent_again_is_the_same_request(api, program, tmp_path) -> None:
    key = {"Idempotency-Key": "order-17"}
    first, second = [await asked(program, headers=key) for _ in range(2)]
    assert (await row(api, first)).id == (await row(api, second)).id
    assert len(list((tmp_path / "pictures" / "sources").iterdir())) == 1


WHITE = encoded(Image.new("L", (320, 240), 255), "PNG")


@pytest.mark.parametrize(
    ("image", "files"),
    [
        (photo((320, 200)), {}),
        (photo(kind="PNG"), {"mask": ("m.png", see_through())}),
        (photo(kind="PNG"), {"mask": ("m.png", WHITE)}),
    ],
)
async def test_under_a_key_another_picture_or_mask_is_another_request(
    api, program, image, files
) -> None:
    key = {"Idempotency-Key": "order-17"}
    data = {"strength": "1", "size": "256x256"}
    await asked(program, photo(kind="PNG"), headers=key, data=data)
    answer = await asked(program, image, files=files, headers=key, data=data)
    assert wrong(answer, 422)["code"] == "idempotency_key_reused"
    same = await asked(program, photo(kind="PNG"), headers=key, data=data)
    assert (await row(api, same)).spec.strength == 1.0


async def test_under_a_key_a_drawing_is_not_an_edit(api, program) -> None:
    key = {"Idempotency-Key": "order-17"}
    await asked(program, headers=key)
    answer = await program.post(GENERATIONS, json={"prompt": PROMPT}, headers=key)
    assert wrong(answer, 422)["code"] == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("image", "more", "code", "param"),
    [
        (b"no picture", {}, "invalid_value", "image"),
        (bytes(20_000_001), {}, "invalid_value", "image"),
        (None, {"data": {"strength": "2"}}, "invalid_value", "strength"),
        (None, {"data": {"n": "many"}}, "invalid_value", "n"),
        (None, {"data": {"sampler": "dpm"}}, "unknown_parameter", "sampler"),
        (None, {"data": {"prompt": ""}}, "invalid_value", "prompt"),
        (None, {"files": {"mask": ("m.png", photo((8, 8)))}}, "invalid_value", "mask"),
        (None, {"files": {"control": ("m.png", photo())}}, "unknown_parameter", "control"),
    ],
)
async def test_what_is_wrong_is_named(program, image, more, code, param) -> None:
    error = wrong(await asked(program, image, **more), 400)
    assert (error["code"], error["param"]) == (code, param)


async def test_without_a_picture_or_a_form_there_is_nothing_to_draw_from(program) -> None:
    missing = await program.post(EDITS, data={"prompt": PROMPT}, files={"mask": photo()})
    assert wrong(missing, 400)["param"] == "image"
    plain = await program.post(EDITS, json={"prompt": PROMPT})
    assert wrong(plain, 400)["code"] == "invalid_form"


async def test_several_pictures_are_refused(program) -> None:
    files = [("image[]", ("a.png", photo())), ("image[]", ("b.png", photo()))]
    error = wrong(await program.post(EDITS, files=files, data={"prompt": PROMPT}), 400)
    assert (error["code"], error["param"]) == ("invalid_value", "image")


async def test_more_than_two_pictures_of_the_largest_size_are_not_read(program) -> None:
    answer = await asked(program, files={"mask": ("m", bytes(43_000_000))})
    assert wrong(answer, 413)["code"] == "body_too_large"


async def test_a_mask_by_itself_may_be_white_where_it_is_drawn_anew(api, program) -> None:
    mask = Image.new("L", (320, 240), 255)
    one = await row(api, await asked(program, files={"mask": ("m.png", encoded(mask, "PNG"))}))
    assert source(api, one).getchannel("A").getextrema() == (0, 0)
