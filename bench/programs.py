"""Two programs that flood the queue beside people in a chat: nothing lost, shares held.

    python -m bench.programs [--jobs 500] [--people 20] [--json]

A whole zdraw with the demo model. One program asks by OpenAI's API, one by ComfyUI's, each for
half of the jobs, all at once; meanwhile people ask in Telegram, one after the other.

`lost`: requests without their picture. `duplicated`: pictures on the disk beyond those asked for.
`jain`: Jain's index of what both programs had got when half of it was drawn; 1 is equal.
`people_s` and `programs_s`: median seconds from a request to its picture.

How long the bot's event loop kept others waiting: `blocked_ms` is the most that it computed in one
turn, and `turn_ms` the longest turn by the clock, both as the bot itself tells at /metrics, over
the whole run from the moment it serves. /healthz, which does nothing, is asked every 20 ms by
another process: `healthz_ms` is the most that the loop's thread computed, as Linux counts it,
between the question and the answer, which are two turns and more, and `usual_ms` the median.
`slowest_ms` is the longest by the clock: with waits for the disk and for other threads, and on a
busy machine above all for a processor. Anything lost or duplicated makes the exit code 1, and so
does a figure that nobody took, which is nan.
"""

import argparse
import asyncio
import json
import math
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from bench.fairness import jain
from tests.api_house import ApiHouse
from tests.fakes.telegram_api import FakeTelegram
from tests.unit.http_api.workflows import workflow

PROMPT, SIDE, STEPS = "一个红色的圆", 128, 4
#: Between two people in the chat, and between two looks at the history.
PEOPLE_PAUSE, LOOK_PAUSE = 1.0, 1.0
#: Between two looks at the bot's own figures, which tell of the last minute at least.
FIGURES_PAUSE = 30.0
#: A job that has not ended by then never will.
PATIENCE = 3600.0
SETTINGS = {
    "ZDRAW_API_HOST": "127.0.0.1",
    "ZDRAW_API_SECRET": "s" * 64,
    "ZDRAW_MAX_QUEUED": "10000",
    "ZDRAW_API_REQUESTS_PER_MINUTE": "1000000",
}


@dataclass
class Seen:
    """When each request was answered with its picture, since the beginning; and how long it
    took. In seconds."""

    openai: list[float] = field(default_factory=list)
    comfyui: list[float] = field(default_factory=list)
    people: list[float] = field(default_factory=list)
    #: Of /healthz: until the answer was there, and how much of it the event loop computed.
    answers: list[float] = field(default_factory=list)
    computed: list[float] = field(default_factory=list)
    #: The longest turns of the loop, by the clock and of the processor, at each look.
    turns: list[tuple[float, float]] = field(default_factory=list)


def main() -> int:
    arguments = _parser().parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="zdraw-programs-") as folder,
        FakeTelegram() as telegram,
        ApiHouse(Path(folder), telegram, **SETTINGS) as house,
    ):
        house.wait_until_answers()
        tokens = [house.command("token", "create", name).strip() for name in ("a", "b")]
        seen = measure(house, tokens, arguments.jobs // 2, arguments.people)
        figures = judge(seen, house.drawn, arguments.jobs // 2, arguments.people)
    for name, value in figures.items():
        print(f"{name:12} {value}")
    if arguments.json:
        print(json.dumps(figures))
    is_blind = any(map(math.isnan, figures.values()))
    return 1 if figures["lost"] or figures["duplicated"] or is_blind else 0


def measure(house: ApiHouse, tokens: list[str], each: int, people: int) -> Seen:
    """All at once, until everything has ended."""
    seen, over = Seen(), threading.Event()
    began = time.monotonic()
    beside = [
        threading.Thread(target=_probe, args=(house, seen, over)),
        threading.Thread(target=_watch_turns, args=(house, tokens[0], seen, over)),
        threading.Thread(target=_ask_in_chat, args=(house, seen, people)),
    ]
    for thread in beside:
        thread.start()
    asyncio.run(_flood(house, tokens, each, seen, began))
    beside[-1].join()
    over.set()
    for thread in beside[:-1]:
        thread.join()
    return seen


def judge(seen: Seen, drawn: int, each: int, people: int) -> dict[str, float]:
    """The figures."""
    asked = 2 * each + people
    answered = len(seen.openai) + len(seen.comfyui) + len(seen.people)
    both = sorted([*seen.openai, *seen.comfyui])
    middle = both[(len(both) - 1) // 2] if both else 0.0
    shares = [float(sum(at <= middle for at in one)) for one in (seen.openai, seen.comfyui)]
    return {
        "asked": asked,
        "lost": asked - answered,
        "duplicated": max(0, drawn - asked),
        "jain": round(jain(shares), 3) if both else 0.0,
        "people_s": round(statistics.median(seen.people or [0.0]), 2),
        "programs_s": round(statistics.median(both or [0.0]), 2),
        "blocked_ms": round(max([used for _, used in seen.turns] or [math.nan]) * 1000, 1),
        "turn_ms": round(max([by_clock for by_clock, _ in seen.turns] or [math.nan]) * 1000, 1),
        "healthz_ms": round(max(seen.computed or [math.nan]) * 1000, 1),
        "usual_ms": round(statistics.median(seen.computed or [math.nan]) * 1000, 1),
        "slowest_ms": round(max(seen.answers or [math.nan]) * 1000, 1),
    }


async def _flood(house: ApiHouse, tokens: list[str], each: int, seen: Seen, began: float) -> None:
    async with _client(house, tokens[0]) as openai, _client(house, tokens[1]) as comfyui:
        await asyncio.gather(
            *(_ask_openai(openai, seen, began, number) for number in range(each)),
            _ask_comfyui(comfyui, seen, began, each),
        )


def _client(house: ApiHouse, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=house.url,
        headers={"authorization": f"Bearer {token}"},
        timeout=PATIENCE,
        limits=httpx.Limits(max_connections=None),
    )


async def _ask_openai(client: httpx.AsyncClient, seen: Seen, began: float, number: int) -> None:
    body = {
        "prompt": PROMPT,
        "size": f"{SIDE}x{SIDE}",
        "num_inference_steps": STEPS,
        "seed": number,
    }
    headers = {"idempotency-key": f"bench-{number}"}
    answer = await client.post("/v1/images/generations", json=body, headers=headers)
    if answer.is_success:
        seen.openai.append(time.monotonic() - began)


async def _ask_comfyui(client: httpx.AsyncClient, seen: Seen, began: float, each: int) -> None:
    waiting = {str(uuid.uuid4()) for _ in range(each)}
    size = {"width": SIDE, "height": SIDE}

    async def ask(number: int, name: str) -> None:
        prompt = workflow(n5=size, n3={"seed": number, "steps": STEPS, "cfg": 1}, n7={"text": ""})
        await client.post("/prompt", json={"prompt": prompt, "prompt_id": name})

    await asyncio.gather(*(ask(number, name) for number, name in enumerate(waiting)))
    deadline = time.monotonic() + PATIENCE
    while waiting and time.monotonic() < deadline:
        await asyncio.sleep(LOOK_PAUSE)
        history = (await client.get("/history")).json()
        for name in waiting & history.keys():
            waiting.discard(name)
            if history[name]["status"]["completed"]:
                # When it ended, not when it was seen.
                ended = history[name]["status"]["messages"][-1][1]["timestamp"] / 1000
                seen.comfyui.append(ended - time.time() + time.monotonic() - began)


def _ask_in_chat(house: ApiHouse, seen: Seen, people: int) -> None:
    text = f"/draw {PROMPT} 尺寸 {SIDE}x{SIDE} 步数 {STEPS}"
    for user in range(1, people + 1):
        asked = time.monotonic()
        house.telegram.people.say(text, user=user)
        house.wait_for(partial(house.telegram.pictures_seen, user), PATIENCE)
        seen.people.append(time.monotonic() - asked)
        time.sleep(PEOPLE_PAUSE)


def _probe(house: ApiHouse, seen: Seen, over: threading.Event) -> None:
    command = [sys.executable, "-m", "bench.loop_probe", house.address, f"{house.child('bot')}"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as probe:
        over.wait()
        told, _ = probe.communicate()
    found = json.loads(told)
    seen.answers, seen.computed = found["answers"], found["computed"]


def _watch_turns(house: ApiHouse, token: str, seen: Seen, over: threading.Event) -> None:
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=house.url, headers=headers, timeout=60) as client:
        ended = False
        while not ended:
            ended = over.wait(FIGURES_PAUSE)
            seen.turns.append(longest_turns(client.get("/metrics").text))


def longest_turns(metrics: str) -> tuple[float, float]:
    """By the clock, and of the processor, in seconds."""
    pattern = r'^zdraw_event_loop_longest_seconds\{by="(\w+)"\} (\S+)$'
    found = dict(re.findall(pattern, metrics, re.MULTILINE))
    return float(found["clock"]), float(found["processor"])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.programs", description=__doc__)
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON last")
    return parser


if __name__ == "__main__":
    sys.exit(main())
