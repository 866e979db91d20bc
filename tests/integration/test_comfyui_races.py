"""Requests of ComfyUI's clients that meet, and long histories."""

import asyncio
import json
import tracemalloc
import uuid
from pathlib import Path

import httpx

from bot.core.program_jobs import ProgramJob
from tests.builders import bounds, new_generation
from tests.integration.api_life import Api, api_in, listening
from tests.integration.test_comfyui_api import SMALL, done
from tests.integration.waiting import eventually
from tests.unit.http_api.workflows import workflow

ROUNDS = 15


async def posted(program: httpx.AsyncClient, name: str, seed: int) -> httpx.Response:
    prompt = workflow(**SMALL, n3={"seed": seed})
    return await program.post("/prompt", json={"prompt": prompt, "prompt_id": name})


async def test_of_two_workflows_under_one_name_one_is_accepted_and_told_of(
    api: Api, program: httpx.AsyncClient
) -> None:
    for _ in range(ROUNDS):
        name = str(uuid.uuid4())
        answers = await asyncio.gather(*(posted(program, name, seed) for seed in (1, 2)))
        assert sorted(answer.status_code for answer in answers) == [200, 400]
        entry = await done(program, name)
        row = await api.store.program_jobs.get("api:local", name)
        assert row is not None
        assert entry["prompt"][2]["3"]["inputs"]["seed"] == row.generation.spec.seed


async def test_the_same_workflow_sent_twice_at_once_is_one_request(
    api: Api, program: httpx.AsyncClient
) -> None:
    for _ in range(ROUNDS):
        name = str(uuid.uuid4())
        answers = await asyncio.gather(*(posted(program, name, 1) for _ in range(3)))
        assert [answer.status_code for answer in answers] == [200] * 3
        assert len({answer.json()["number"] for answer in answers}) == 1
        await done(program, name)
    assert len(api.engine.accepted) == ROUNDS


async def test_where_one_of_two_is_refused_nothing_is_lost(tmp_path: Path) -> None:
    """The queue has room for one."""
    async with api_in(tmp_path, queued=1) as api:
        program = await api.program()
        for _ in range(ROUNDS):
            names = [str(uuid.uuid4()) for _ in range(2)]
            posts = [posted(program, name, 1) for name in names for _ in range(2)]
            answers = await asyncio.gather(*posts)
            assert {answer.status_code for answer in answers} <= {200, 429}
            for answer in answers:
                if answer.status_code == 200:
                    await done(program, answer.json()["prompt_id"])


async def test_whatever_is_drawn_is_told_of_at_every_moment(
    api: Api, program: httpx.AsyncClient
) -> None:
    """As soon as there is a generation there is a job that names it."""
    orphans = "SELECT count(*) FROM generations WHERE event_key NOT IN (SELECT event_key FROM"
    posts = asyncio.gather(*(posted(program, str(uuid.uuid4()), n) for n in range(10)))
    while not posts.done():
        assert await api.store.sql(f"{orphans} program_jobs)") == [(0,)]
        lonely = "SELECT count(*) FROM program_jobs WHERE event_key NOT IN (SELECT event_key FROM"
        assert await api.store.sql(f"{lonely} generations)") == [(0,)]
        await asyncio.sleep(0)
    await posts


async def test_a_long_history_is_told_without_holding_all_of_it(api: Api) -> None:
    length, count = 500_000, 60
    kept = json.dumps(
        {
            "prompt": {"9": {"class_type": "SaveImage", "inputs": {"text": "x" * length}}},
            "extra_data": {},
            "outputs": ["9"],
            "order": ["9"],
            "sampler": "9",
            "adapted": [],
        }
    )
    for n in range(count):
        key = f"api:local:{n}"
        job = ProgramJob(
            requester="api:local", name=f"{n}", event_key=key, client="", document=kept
        )
        new = new_generation(event_key=key, requester="api:local")
        await api.store.admissions.admit(new, bounds(), job=job)
    async with listening(api) as url, httpx.AsyncClient(base_url=url, timeout=60) as program:

        async def idle() -> bool:
            return not (await program.get("/prompt")).json()["exec_info"]["queue_remaining"]

        await eventually(idle)
        tracemalloc.start()
        try:
            async with program.stream("GET", "/history") as answer:
                taken = sum([len(part) async for part in answer.aiter_bytes()])
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert taken > length * count
        assert peak < taken / 2
        few = (await program.get("/history", params={"max_items": 2})).json()
        assert list(few) == [f"{count - 2}", f"{count - 1}"]
        first = (await program.get("/history", params={"max_items": 1, "offset": 3})).json()
        assert list(first) == ["3"]
