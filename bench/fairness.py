"""Who waits how long when one person asks for a hundred pictures: fair queue against a plain one.

    python -m bench.fairness [--seed 1] [--json]

Requests are admitted into real rows and served by their stored tags, one at a time, by a clock
that the bench moves; nothing is drawn. The plain queue serves the same requests in the order in
which they came.

`light_wait_ratio`: the mean wait of nineteen people who ask now and then, over what it would be
in the plain queue. `jain`: Jain's index of the GPU seconds that people with a backlog have got,
the lowest at the end of any round in which each of them was served; 1 is perfectly equal.
`jain_mixed`: the same where pictures of one person cost up to four times those of another, after
the first twenty rounds. `after_cancel`: how many are served before the next request of somebody
who has just cancelled a hundred. `weighted_share`: the GPU seconds of somebody with weight 2, over
the mean of eighteen others with the same backlog and weight 1. `jain_weighted`: as `jain`, of the
seconds over the weights.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.core.generation import Generation
from bot.core.ports import Bounds
from bot.store.database import Database
from tests.builders import act, new_generation
from tests.stores import MEMORY, Store, store_over

GREEDY, LIGHT = "telegram:0", tuple(f"telegram:{n}" for n in range(1, 20))
BACKLOG, LIGHT_REQUESTS = 100, 3
SECONDS = 5.0
#: Of those who are not named it is 1.
EVEN: Mapping[str, float] = {}
WEIGHTS: Mapping[str, float] = {LIGHT[0]: 2.0}
#: Of costs that differ, so many rounds make up for chance.
SETTLING_ROUNDS = 20
BOUNDS = Bounds(live_per_requester=1000, live_in_all=10_000)


@dataclass(frozen=True)
class Request:
    """Something that somebody asks for."""

    at: float
    by: str
    seconds: float = SECONDS


def main() -> int:
    arguments = _parser().parse_args()
    figures = asyncio.run(measure(random.Random(arguments.seed))) | {"seed": arguments.seed}
    print("light users' mean wait, fair      {fair_wait_s} s".format(**figures))
    print("light users' mean wait, plain     {plain_wait_s} s".format(**figures))
    print("light_wait_ratio                  {light_wait_ratio}".format(**figures))
    print("jain, equal costs                 {jain}".format(**figures))
    print("jain, costs of 1 to 4             {jain_mixed}".format(**figures))
    print("served before, after cancelling   {after_cancel}".format(**figures))
    print("weight 2 against 1                {weighted_share}".format(**figures))
    print("jain, over weights                {jain_weighted}".format(**figures))
    if arguments.json:
        print(json.dumps(figures))
    return 0


async def measure(chance: random.Random) -> dict[str, float]:
    requests = one_greedy_and_many_light(chance)
    fair = mean_wait(await served_fairly(requests))
    plain = mean_wait(served_in_order(requests))
    equal = [Request(0.0, person) for person in LIGHT for _ in range(BACKLOG)]
    mixed = [
        Request(0.0, person, SECONDS * chance.randint(1, 4))
        for person in LIGHT
        for _ in range(BACKLOG)
    ]
    weighted = await served_fairly(equal, WEIGHTS)
    return {
        "light_wait_ratio": round(fair / plain, 3),
        "jain": round(min(jain_at_round_ends(await served_fairly(equal))), 3),
        "jain_mixed": round(
            min(list(jain_at_round_ends(await served_fairly(mixed)))[SETTLING_ROUNDS:]), 3
        ),
        "after_cancel": await served_before_who_cancelled(),
        "weighted_share": round(weighted_share(weighted, WEIGHTS), 3),
        "jain_weighted": round(min(jain_at_round_ends(weighted, WEIGHTS)), 3),
        "fair_wait_s": round(fair, 1),
        "plain_wait_s": round(plain, 1),
    }


def one_greedy_and_many_light(chance: random.Random) -> list[Request]:
    """The hundred come first; the others ask while they are being drawn."""
    busy = BACKLOG * SECONDS
    light = [
        Request(chance.uniform(0, busy), person) for person in LIGHT for _ in range(LIGHT_REQUESTS)
    ]
    return [Request(0.0, GREEDY) for _ in range(BACKLOG)] + sorted(light, key=lambda r: r.at)


# --- serving --------------------------------------------------------------------------------------

#: In the order in which they were served, with when that was.
Served = Sequence[tuple[Request, float]]


def served_in_order(requests: Sequence[Request]) -> Served:
    now, served = 0.0, []
    for request in requests:
        now = max(now, request.at)
        served.append((request, now))
        now += request.seconds
    return served


async def served_fairly(requests: Sequence[Request], weights: Mapping[str, float] = EVEN) -> Served:
    async with Database(MEMORY) as database:
        store = store_over(database)
        for person, weight in weights.items():
            await store.people.set_weight(person, weight, act())
        asked: dict[str, Request] = {}
        now, served, coming = 0.0, [], list(requests)
        while coming or asked:
            while coming and (coming[0].at <= now or not asked):
                request = coming.pop(0)
                now = max(now, request.at)
                asked[(await admit(store, request)).id] = request
            (head,) = await store.jobs.head(1)
            started = await store.start(head)
            request = asked.pop(head.id)
            served.append((request, now))
            now += request.seconds
            await store.outcomes.finish(started.key, ["1.png"], "1.jpg")
        return served


async def admit(store: Store, request: Request) -> Generation:
    new = new_generation(requester=request.by, cost=request.seconds)
    return (await store.admissions.admit(new, BOUNDS)).generation


async def served_before_who_cancelled() -> int:
    async with Database(MEMORY) as database:
        store = store_over(database)
        backlog = [await admit(store, Request(0.0, GREEDY)) for _ in range(BACKLOG)]
        others = [await admit(store, Request(0.0, person)) for person in LIGHT]
        await store.outcomes.cancel([row.id for row in backlog], "cancel")
        again = await admit(store, Request(0.0, GREEDY))
        queue = [row.id for row in await store.jobs.head(len(others) + 1)]
        return queue.index(again.id)


# --- figures --------------------------------------------------------------------------------------


def mean_wait(served: Served) -> float:
    """Seconds from the request to its turn, of those who ask now and then."""
    return statistics.fmean(at - request.at for request, at in served if request.by != GREEDY)


def jain_at_round_ends(served: Served, weights: Mapping[str, float] = EVEN) -> Iterator[float]:
    """At the end of each round in which everybody was served once more, while all have a
    backlog."""
    for got in at_round_ends(served):
        yield jain([seconds / weights.get(person, 1.0) for person, seconds in got.items()])


def weighted_share(served: Served, weights: Mapping[str, float]) -> float:
    """What the one who is named has got when the last of those rounds ended, over the mean of the
    others."""
    *_, last = at_round_ends(served)
    (heavy,) = weights
    return last.pop(heavy) / statistics.fmean(last.values())


def at_round_ends(served: Served) -> Iterator[dict[str, float]]:
    """The GPU seconds that each has got by then."""
    people = {request.by for request, _ in served}
    left = {person: sum(r.by == person for r, _ in served) for person in people}
    got = dict.fromkeys(people, 0.0)
    missing = set(people)
    for request, _ in served:
        got[request.by] += request.seconds
        left[request.by] -= 1
        missing.discard(request.by)
        if not missing:
            yield dict(got)
            missing = set(people)
        if not all(left.values()):
            return


def jain(shares: Sequence[float]) -> float:
    """Jain, Chiu and Hawe: A Quantitative Measure of Fairness (1984)."""
    return sum(shares) ** 2 / (len(shares) * sum(share**2 for share in shares))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=1, help="of the times at which people ask")
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    return parser


if __name__ == "__main__":
    sys.exit(main())
