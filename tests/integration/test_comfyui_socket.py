"""ComfyUI's WebSocket: what clients are told, in which order, and who is told nothing."""

import asyncio
import json
import struct
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from engine.contract import ErrorCode
from tests.fakes.engine_link import JPEG
from tests.integration.api_life import Api, a_png, api_in, listening
from tests.integration.test_comfyui_api import SMALL, done, queued, running
from tests.integration.waiting import eventually
from tests.unit.http_api.workflows import workflow


@dataclass
class Heard:
    """A client at the WebSocket, and what it was told."""

    connection: ClientConnection
    messages: list[Any] = field(default_factory=list)

    async def until_over(self, prompt_id: str) -> list[Any]:
        """What was told of a workflow, up to the frame that most clients wait for."""
        async with asyncio.timeout(20):
            while True:
                message = await self.next()
                over = {"node": None, "prompt_id": prompt_id}
                if message == {"type": "executing", "data": over}:
                    return self.messages

    async def next(self) -> Any:
        said = await self.connection.recv()
        message = said if isinstance(said, bytes) else json.loads(said)
        self.messages.append(message)
        return message

    @property
    def kinds(self) -> list[str]:
        """Types in order, a run of one kind once."""
        kinds = ["bytes" if isinstance(one, bytes) else one["type"] for one in self.messages]
        return [one for place, one in enumerate(kinds) if place == 0 or kinds[place - 1] != one]


@dataclass
class Served:
    """The API, listening."""

    api: Api
    url: str

    @asynccontextmanager
    async def client(self, client_id: str = "c1", **more: Any) -> AsyncIterator[Heard]:
        address = f"{self.url.replace('http', 'ws')}/ws?clientId={client_id}"
        async with connect(address, proxy=None, **more) as connection:
            yield Heard(connection)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with api_in(tmp_path) as api, listening(api) as url:
        yield Served(api, url)


@pytest.fixture
async def program(served: Served) -> httpx.AsyncClient:
    return await served.api.program()


async def test_a_workflow_is_told_from_its_start_to_its_end(
    served: Served, program: httpx.AsyncClient
) -> None:
    async with served.client() as heard:
        assert await heard.next() == {
            "type": "status",
            "data": {"status": {"exec_info": {"queue_remaining": 0}}, "sid": "c1"},
        }
        served.api.drawing.clear()
        name = await queued(program, client_id="c1")
        await running(served.api)
        served.api.drawing.set()
        messages = await heard.until_over(name)
    told = [one for one in messages if one["type"] not in ("status", "progress_state")]
    assert heard.kinds[:4] == ["status", "execution_start", "execution_cached", "executing"]
    nodes = [one["data"]["node"] for one in told if one["type"] == "executing"]
    assert nodes == ["4", "6", "7", "5", "3", "8", "9", None]
    progress = [one["data"] for one in told if one["type"] == "progress"]
    about = {"max": 8, "prompt_id": name, "node": "3"}
    assert progress == [{"value": 1, **about}, {"value": 8, **about}]
    (executed,) = [one["data"] for one in told if one["type"] == "executed"]
    (image,) = executed["output"]["images"]
    assert (await program.get("/view", params=image)).content == a_png()
    assert [one["type"] for one in told[-3:]] == ["executed", "execution_success", "executing"]
    assert messages[-2]["data"]["status"]["exec_info"]["queue_remaining"] == 0


async def test_the_history_is_there_when_the_last_word_is_said(
    served: Served, program: httpx.AsyncClient
) -> None:
    async with served.client() as heard:
        for _ in range(10):
            name = await queued(program, client_id="c1")
            await heard.until_over(name)
            assert name in (await program.get(f"/history/{name}")).json()


async def test_pictures_come_over_the_socket_while_their_node_is_executing(
    served: Served, program: httpx.AsyncClient
) -> None:
    node = {"class_type": "SaveImageWebsocket", "inputs": {"images": ["8", 0]}}
    prompt = workflow(n5={"width": 128, "height": 128, "batch_size": 2}, save=node)
    del prompt["9"]
    async with served.client() as heard:
        name = await queued(program, prompt, client_id="c1")
        messages = await heard.until_over(name)
    at = [place for place, one in enumerate(messages) if isinstance(one, bytes)]
    assert [messages[place] for place in at] == [b"\0\0\0\1\0\0\0\2" + a_png()] * 2
    assert messages[at[0] - 1]["data"]["node"] == "save"
    assert (await program.get(f"/history/{name}")).json()[name]["outputs"] == {}


PREVIEWS = {"preview_method": "auto"}


@pytest.mark.parametrize("flags", [None, {"supports_preview_metadata": True}])
async def test_who_wants_previews_is_shown_them(
    served: Served, program: httpx.AsyncClient, flags: dict[str, bool] | None
) -> None:
    engine = served.api.engine
    served.api.drawing.clear()
    async with served.client() as heard:
        if flags is not None:
            said = json.dumps({"type": "feature_flags", "data": flags})
            await heard.connection.send(said)
            while (await heard.next())["type"] != "feature_flags":
                pass
        name = await queued(program, client_id="c1", extra_data=PREVIEWS)
        await running(served.api)
        (key,) = await eventually(lambda: tuple(engine.sketches))
        engine.progress(key, 2)
        while not isinstance(frame := await heard.next(), bytes):
            pass
        assert heard.messages[-2]["type"] == "progress_state"
        served.api.drawing.set()
        await heard.until_over(name)
    if flags is None:
        assert frame == b"\0\0\0\1\0\0\0\1" + JPEG
        return
    event, length = struct.unpack(">II", frame[:8])
    told = json.loads(frame[8 : 8 + length])
    assert (event, told["node_id"], told["prompt_id"]) == (4, "3", name)
    assert (told["image_type"], frame[8 + length :]) == ("image/jpeg", JPEG)


@pytest.mark.parametrize(
    ("client", "extra"), [("c1", {}), ("c1", {"preview_method": "none"}), ("nobody", PREVIEWS)]
)
async def test_no_previews_are_made_for_who_wants_none_or_does_not_listen(
    served: Served, program: httpx.AsyncClient, client: str, extra: dict[str, str]
) -> None:
    served.api.drawing.clear()
    async with served.client() as heard:
        name = await queued(program, client_id=client, extra_data=extra)
        await running(served.api)
        served.api.drawing.set()
        await done(program, name)
        if client == "c1":
            await heard.until_over(name)
    assert served.api.engine.sketches == {}
    assert "bytes" not in heard.kinds


async def test_a_failure_and_an_interruption_are_told(
    served: Served, program: httpx.AsyncClient
) -> None:
    served.api.drawing.clear()
    async with served.client() as heard:
        name = await queued(program, client_id="c1")
        (key,) = await eventually(lambda: tuple(served.api.engine.jobs))
        served.api.engine.fail(key, ErrorCode.OUT_OF_MEMORY)
        (error,) = [
            one["data"] for one in await heard.until_over(name) if one["type"] == "execution_error"
        ]
        assert (error["node_id"], error["exception_type"]) == ("3", "out_of_memory")
        name = await queued(program, client_id="c1")
        await running(served.api)
        await program.post("/interrupt")
        await heard.until_over(name)
        assert "execution_interrupted" in heard.kinds


async def test_a_client_that_comes_late_or_again_is_told_the_rest(
    served: Served, program: httpx.AsyncClient
) -> None:
    served.api.drawing.clear()
    name = await queued(program, client_id="c1")
    async with served.client() as first:
        assert (await first.next())["data"]["status"]["exec_info"]["queue_remaining"] == 1
        async with served.client() as second:
            with pytest.raises(ConnectionClosed):
                await first.until_over(name)
            served.api.drawing.set()
            await second.until_over(name)
            assert "execution_success" in second.kinds


async def test_a_job_from_before_a_restart_is_told_of(tmp_path: Path) -> None:
    async with api_in(tmp_path) as api:
        api.drawing.clear()
        name = await queued(await api.program(), client_id="c1")
        await api.restart()
        async with listening(api) as url, Served(api, url).client() as heard:
            await heard.next()
            api.drawing.set()
            await heard.until_over(name)
            assert "executed" in heard.kinds


async def test_other_clients_are_told_of_the_queue_only(
    served: Served, program: httpx.AsyncClient
) -> None:
    async with served.client() as heard, served.client("c2") as other:
        name = await queued(program, client_id="c1")
        await heard.until_over(name)
        await other.next()
        while other.messages[-1]["data"]["status"]["exec_info"]["queue_remaining"] or (
            len(other.messages) < 3
        ):
            await other.next()
        assert other.kinds == ["status"]


async def test_other_users_are_told_nothing(tmp_path: Path) -> None:
    async with api_in(tmp_path, host="0.0.0.0") as api, listening(api) as url:
        tokens = [await api.tokens.make(name) for name in ("krita", "webui")]
        owner = await api.program(tokens[0])
        here = Served(api, url)
        async with (
            here.client(f"c1&token={tokens[0]}") as heard,
            here.client(f"c1&token={tokens[1]}") as other,
        ):
            name = await queued(owner, client_id="c1")
            await heard.until_over(name)
            await other.next()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await other.next()
        for headers in ({}, {"Authorization": "Bearer a.b.c"}):
            with pytest.raises(InvalidStatus) as refused:
                async with here.client(additional_headers=headers):
                    pass
            assert refused.value.response.status_code == 403


async def test_pages_of_other_sites_are_not_connected(served: Served) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with served.client(origin="https://elsewhere.example"):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("said", ["x", "[]", '{"type": 5}', "[" * 5000])
async def test_what_a_client_says_does_no_harm(
    served: Served, program: httpx.AsyncClient, said: str
) -> None:
    async with served.client() as heard:
        await heard.connection.send(said)
        flags = {"type": "feature_flags", "data": {"supports_preview_metadata": True}}
        await heard.connection.send(json.dumps(flags))
        await heard.next()
        assert (await heard.next())["data"] == {"supports_preview_metadata": True}
        await heard.until_over(await queued(program, client_id="c1"))


async def test_a_client_without_a_name_gets_one(served: Served) -> None:
    async with served.client("") as heard:
        sid = (await heard.next())["data"]["sid"]
        assert uuid.UUID(sid).hex == sid


async def test_connections_are_closed_when_zdraw_stops(tmp_path: Path) -> None:
    async with api_in(tmp_path) as api:
        async with listening(api) as url:
            client = await connect(f"{url.replace('http', 'ws')}/ws", proxy=None)
            await client.recv()
        async with asyncio.timeout(2):
            with pytest.raises(ConnectionClosed):
                await client.recv()


async def test_a_workflow_whose_output_waits_for_nobody_is_drawn_all_the_same(
    served: Served, program: httpx.AsyncClient
) -> None:
    name = await queued(program, workflow(**SMALL), client_id="never connected")

    async def entry() -> Any:
        return (await program.get(f"/history/{name}")).json()

    await eventually(entry)
