"""ComfyUI's routes open to whom they should, and take no more than they can hold."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.api_life import Api, api_in
from tests.integration.test_comfyui_api import SMALL, done, queued, wrong
from tests.unit.http_api.workflows import workflow

READ = ("prompt", "queue", "history", "history/x", "view", "object_info", "system_stats", "models")
CHANGED = ("prompt", "queue", "history", "interrupt", "free", "upload/image", "upload/mask")
ROUTES = [("GET", path) for path in READ] + [("POST", path) for path in CHANGED]


@pytest.fixture
async def local(tmp_path: Path) -> AsyncIterator[Api]:
    async with api_in(tmp_path) as made:
        yield made


async def test_beyond_this_machine_every_route_wants_a_token(tmp_path: Path) -> None:
    async with api_in(tmp_path, host="0.0.0.0") as api:
        program = await api.program()
        for prefix in ("", "/api"):
            for method, path in ROUTES:
                wrong(await program.request(method, f"{prefix}/{path}", json={}), "no_token", 401)
        token = await api.tokens.make("krita")
        sent = {"prompt": workflow(**SMALL)}
        bearer = {"authorization": f"Bearer {token}"}
        for answer in (
            await program.post("/prompt", json=sent, headers=bearer),
            await program.post("/prompt", json=sent, params={"token": token}),
        ):
            assert answer.status_code == 200
        forged = await program.get("/queue", params={"token": f"{token}x"})
        wrong(forged, "bad_token", 401)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_page_of_another_site_reaches_nothing(local: Api, method: str) -> None:
    """A form of a page may post to this machine without asking first; its origin gives it away."""
    program = await local.program()
    elsewhere = {"origin": "https://elsewhere.example", "content-type": "text/plain"}
    for path in READ if method == "GET" else CHANGED:
        content = b"" if method == "GET" else b'{"clear": true}'
        answer = await program.request(method, f"/{path}", content=content, headers=elsewhere)
        wrong(answer, "no_token", 401)
        assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_answers_allow_no_other_site_to_read_them(local: Api) -> None:
    program = await local.program(await local.tokens.make("krita"))
    asked = {"origin": "https://elsewhere.example", "access-control-request-method": "POST"}
    for method, path in [*ROUTES, ("OPTIONS", "prompt")]:
        answer = await program.request(method, f"/{path}", headers=asked)
        assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("path", ["prompt", "history", "interrupt", "queue"])
async def test_more_than_a_megabyte_is_not_read(local: Api, path: str, announced: bool) -> None:
    taken = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(100):
            taken += 100_000
            yield b"x" * 100_000

    program = await local.program()
    body: Any = b"x" * 2_000_000 if announced else pieces()
    wrong(await program.post(f"/{path}", content=body), "body_too_large", 413)
    assert taken < 2_000_000


async def test_who_asks_too_often_waits(tmp_path: Path) -> None:
    async with api_in(tmp_path, per_minute=2) as api:
        program = await api.program()
        answers = [await program.get("/queue") for _ in range(3)]
        wrong(answers[-1], "too_many_requests", 429)
        assert answers[-1].headers["retry-after"]


async def test_a_name_that_another_user_took_is_free(tmp_path: Path) -> None:
    """Not even that is told: each user has names of their own."""
    async with api_in(tmp_path, host="0.0.0.0") as api:
        owner = await api.program(await api.tokens.make("krita"))
        other = await api.program(await api.tokens.make("webui"))
        name = await queued(owner)
        assert await queued(other, workflow(**SMALL, n3={"seed": 9}), prompt_id=name) == name
        seeds = [
            (await done(who, name))["prompt"][2]["3"]["inputs"]["seed"] for who in (owner, other)
        ]
        assert seeds == [42, 9]
