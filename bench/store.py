"""How much slower the store gets as its past grows: a million generations over ten thousand.

    python -m bench.store [--size 1000000] [--base 10000] [--pairs 100] [--json]

Both databases are made in one run, by the real migrations, in a temporary folder that takes about
a gigabyte. Each operation is one of the real store, or of what stands on it, done in the one and in
the other in turn, with its commits on the disk. A ratio is that of the medians.

`admission_ratio`, `quota_ratio` and `history_ratio`, each meant to be at most 1.5, are the worst of
their lines. Below those is what else reads the past. bench/past.py says what lies there; the heavy
person asked for a hundredth of everything, in the chat that holds a fifth.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from itertools import count, islice, pairwise
from pathlib import Path

from bench.past import Past
from bench.past_accounts import QUOTA
from bench.store_works import WARM_UP, WORKS, Side, Watch
from bot.store.database import Database, migrate
from tests.stores import sqlite_url, store_over

#: What the names of lines begin with whose ratios have an aim.
AIMED = ("admission", "quota", "history")


def main() -> int:
    arguments = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="zdraw-store-") as folder:
        sizes = (arguments.base, arguments.size)
        medians = asyncio.run(measure(Path(folder), sizes, arguments.pairs))
    ratios = {name: large / small for name, (small, large) in medians.items()}
    for name in sorted(medians, key=lambda name: not name.startswith(AIMED)):
        small, large = medians[name]
        print(f"{name:<26}{small:9.2f} ms {large:9.2f} ms {ratios[name]:9.2f}")
    figures = {
        f"{aimed}_ratio": round(max(r for name, r in ratios.items() if name.startswith(aimed)), 2)
        for aimed in AIMED
    }
    for name, worst in figures.items():
        print(f"{name:<26}{worst}")
    if arguments.json:
        print(json.dumps(figures))
    return 0


async def measure(
    folder: Path, sizes: tuple[int, int], pairs: int
) -> dict[str, tuple[float, float]]:
    """Milliseconds in the small and in the large one, by what was done."""
    async with AsyncExitStack() as stack:
        sides = [await _side(stack, folder / f"{size}.db", size) for size in sizes]
        medians = {}
        numbers = count()
        for name, work in WORKS.items():
            watches = [Watch() for _ in sides]
            for number in islice(numbers, pairs + WARM_UP):
                # Neither always comes first.
                turns = list(zip(sides, watches, strict=True))
                for side, watch in turns if number % 2 else reversed(turns):
                    await work(side, number, watch)
            small, large = watches
            medians[name] = (small.milliseconds, large.milliseconds)
        return medians


async def _side(stack: AsyncExitStack, path: Path, size: int) -> Side:
    url, past = sqlite_url(path), Past(size)
    await migrate(url)
    times = [time.perf_counter()]
    await asyncio.to_thread(past.write, url)
    times.append(time.perf_counter())
    database = await stack.enter_async_context(Database(url))
    times.append(time.perf_counter())
    making, opening = (later - earlier for earlier, later in pairwise(times))
    print(f"{size} generations: made in {making:.0f} s, opened and checked in {opening:.2f} s")
    return Side(past, store_over(database, QUOTA))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--size", type=int, default=1_000_000, help="generations in the large one")
    parser.add_argument("--base", type=int, default=10_000, help="generations in the small one")
    parser.add_argument("--pairs", type=int, default=100, help="measurements of each in each")
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    return parser


if __name__ == "__main__":
    sys.exit(main())
