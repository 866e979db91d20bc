"""How long word rules hold everybody else up.

    python -m bench.words [--rules 5000] [--characters 500] [--seed 1] [--json]

`match_ms`: one prompt against all rules, the median. `worst_ms`: the same with rules and a prompt
that are made to take long, one character again and again. `changed_ms`: the first request after
the rules have changed, which are read and put together anew. `held_ms`: for how long that kept the
event loop from anything else, at most; `busy_ms`: the same in processor time of its thread, to
which other programs add nothing.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Sequence

from bot.core.moderation.area import EVERYTHING
from bot.core.moderation.matcher import Matcher, WordRule
from bot.core.moderation.word_lists import WordLists
from bot.core.moderation.words import MAX_WORD
from bot.store.database import Database
from tests.builders import act
from tests.stores import MEMORY, store_over

HAN = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]
PROMPTS = 50


def main() -> int:
    arguments = _parser().parse_args()
    chance = random.Random(arguments.seed)
    rules = [WordRule(text=_word(chance)) for _ in range(arguments.rules)]
    prompts = ["".join(chance.choices(HAN, k=arguments.characters)) for _ in range(PROMPTS)]
    figures = {**matching(rules, prompts), **asyncio.run(changing(rules, prompts[0]))}
    for name, value in figures.items():
        print(f"{name:12} {value}")
    if arguments.json:
        print(json.dumps(figures))
    return 0


def matching(rules: Sequence[WordRule], prompts: Sequence[str]) -> dict[str, float]:
    matcher = Matcher(rules)
    usual = [_milliseconds(matcher, prompt) for prompt in prompts]
    # None fits, and each is tried at each character.
    alike = Matcher(
        WordRule(text=HAN[0] * length + other)
        for length in range(1, MAX_WORD)
        for other in HAN[1 : 1 + len(rules) // MAX_WORD]
    )
    worst = [_milliseconds(alike, HAN[0] * len(prompts[0])) for _ in range(5)]
    return {
        "match_ms": round(statistics.median(usual), 2),
        "worst_ms": round(statistics.median(worst), 2),
    }


async def changing(rules: Sequence[WordRule], prompt: str) -> dict[str, float]:
    async with Database(MEMORY) as database:
        store = store_over(database)
        await store.words.add(EVERYTHING, rules, act())
        lists = WordLists(store.words)
        held, busy, stop = 0.0, 0.0, False

        async def watch() -> None:
            nonlocal held, busy
            while not stop:
                before = time.perf_counter(), time.thread_time()
                await asyncio.sleep(0)
                held = max(held, time.perf_counter() - before[0])
                busy = max(busy, time.thread_time() - before[1])

        watching = asyncio.create_task(watch())
        started = time.perf_counter()
        (matcher,) = await lists.of(EVERYTHING)
        await asyncio.to_thread(matcher.hits, prompt)
        changed = time.perf_counter() - started
        stop = True
        await watching
    seconds = {"changed_ms": changed, "held_ms": held, "busy_ms": busy}
    return {name: round(value * 1000, 1) for name, value in seconds.items()}


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(HAN, k=chance.randint(2, 6)))


def _milliseconds(matcher: Matcher, prompt: str) -> float:
    started = time.perf_counter()
    matcher.hits(prompt)
    return (time.perf_counter() - started) * 1000


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rules", type=int, default=5000)
    parser.add_argument("--characters", type=int, default=500, help="of a prompt")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    return parser


if __name__ == "__main__":
    sys.exit(main())
