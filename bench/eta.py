"""How well the wait that people are told (「前面 4 张，约 18 秒」) is kept: against what it took.

    python -m bench.eta [--rounds 6] [--seed 1] [--json]

Real processes with the demo model, Telegram on loopback. In each round several people ask for one
to twelve things each, within a few seconds, of different sizes, steps and counts, with guidance and
without; the next round begins when everything is drawn. What was told is read off the messages as
they arrive there, rounded as people see it; the truth is how long it took from then on until the
row of the request was finished.

`eta_median_error`: the median of |told - actual| / actual over what requests were told first and
had at least a second to wait for; meant to be at most 0.25. `retold`: the same of what their
messages said later. `overtaken`: more was drawn before it than it was told; fair queueing lets who
has little waiting go before who has much.
"""

import argparse
import json
import random
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.fakes.telegram_api import FakeTelegram
from tests.fakes.telegram_api.api import Call
from tests.house import House

PROMPTS = ("一个红色的圆", "左边一个蓝色的方块，右边一个绿色的三角形", "五个紫色的爱心，浅蓝色背景")
SIZES = ("256x256", "512x512", "512x384", "512x288", "640x288")
STEPS = (4, 8, 8, 8, 16, 30)
COUNTS = (1, 1, 1, 1, 2, 2, 3, 4)
GUIDED = 0.25
PEOPLE, ASKING, MOST = 9, 6, 12
#: Seconds within which they begin, and between two requests of one of them.
BEGIN_SECONDS = 4.0
PAUSE_SECONDS = (0.2, 0.8)
ROUND_SECONDS = 900.0
#: Shorter waits are over before anybody has read how long they are.
WORTH_SECONDS = 1.0
WAITS = ((1.0, 3.0), (3.0, 10.0), (10.0, 1000.0))
_SECONDS = re.compile(r"约 (\d+) 秒")
_AHEAD = re.compile(r"前面 (\d+) 张")


@dataclass(frozen=True)
class Drawn:
    """A request as its row stands in the end. Times in seconds since the epoch."""

    chat: str
    message: str
    status: str
    size: str
    pictures: int
    finished: float


@dataclass(frozen=True)
class Told:
    """What a message said, and what then was so."""

    drawn: Drawn
    first: bool
    seconds: float
    actual: float
    overtaken: bool

    @property
    def error(self) -> float:
        return (self.seconds - self.actual) / self.actual


def main() -> int:
    arguments = _parser().parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="zdraw-eta-") as folder,
        FakeTelegram() as telegram,
        House(Path(folder) / "state", telegram) as house,
    ):
        house.wait_until_ready()
        database = house.state_dir / "zdraw.db"
        chance = random.Random(arguments.seed)
        asked = 0
        for _ in range(arguments.rounds):
            asked += ask(house, chance)
            house.wait_for(partial(is_done, database, asked), ROUND_SECONDS)
        rows = rows_of(database)
        said = said_in(list(telegram.calls), rows)
    worth = [told for told in said if told.actual >= WORTH_SECONDS]
    first = [told for told in worth if told.first]
    figures = figures_of(first, worth) | {"requests": len(rows), "seed": arguments.seed}
    show(first, worth)
    print("eta_median_error          {eta_median_error}".format(**figures))
    if arguments.json:
        print(json.dumps(figures))
    return 0


# --- asking ---------------------------------------------------------------------------------------


def ask(house: House, chance: random.Random) -> int:
    """One round; how many things were asked for."""
    began, moments = time.monotonic(), sorted(schedule(chance))
    for at, user in moments:
        time.sleep(max(0.0, began + at - time.monotonic()))
        house.telegram.people.say(f"/draw {wish(chance)}", user=user)
    return len(moments)


def schedule(chance: random.Random) -> Iterator[tuple[float, int]]:
    """(seconds from the beginning, who asks)."""
    for user in chance.sample(range(1, PEOPLE + 1), ASKING):
        at = chance.uniform(0, BEGIN_SECONDS)
        for _ in range(chance.randint(1, MOST)):
            yield at, user
            at += chance.uniform(*PAUSE_SECONDS)


def wish(chance: random.Random) -> str:
    words = [chance.choice(PROMPTS), f"尺寸 {chance.choice(SIZES)}", f"步数 {chance.choice(STEPS)}"]
    words.append(f"{chance.choice(COUNTS)}张")
    if chance.random() < GUIDED:
        words.append("引导 1.8")
    return " ".join(words)


# --- reading --------------------------------------------------------------------------------------


def is_done(database: Path, asked: int) -> bool:
    with closing(sqlite3.connect(database)) as rows:
        query = "SELECT count(*) FROM generations WHERE delivery = 'done'"
        (done,) = rows.execute(query).fetchone()
    return bool(done == asked)


def rows_of(database: Path) -> list[Drawn]:
    """In the order in which they were finished."""
    with closing(sqlite3.connect(database)) as rows:
        found = rows.execute(
            "SELECT chat, request_message, status_message, width || 'x' || height, count,"
            " finished_ms / 1000.0 FROM generations ORDER BY finished_ms"
        )
        return [Drawn(*row) for row in found]


def said_in(calls: Sequence[Call], rows: Sequence[Drawn]) -> list[Told]:
    """Everything that messages said of a time to wait."""
    asked = {(row.chat, row.message): row for row in rows}
    shown = {(row.chat, row.status): row for row in rows}
    clock = time.time() - time.perf_counter()
    said, known = [], set()
    for call in calls:
        fields = call.fields
        seconds = _SECONDS.search(fields.get("text", ""))
        if call.status != 200 or seconds is None:
            continue
        reply = json.loads(fields.get("reply_parameters", "{}"))
        chat, message = fields["chat_id"], str(reply.get("message_id", ""))
        row = asked.get((chat, message)) or shown.get((chat, fields.get("message_id", "")))
        if row is not None:
            ahead = _AHEAD.search(fields["text"])
            said.append(
                told(
                    row,
                    rows,
                    at=call.at + clock,
                    seconds=float(seconds[1]),
                    ahead=int(ahead[1]) if ahead else 0,
                    first=row not in known,
                )
            )
            known.add(row)
    return said


def told(
    row: Drawn, rows: Sequence[Drawn], *, at: float, seconds: float, ahead: int, first: bool
) -> Told:
    before = sum(one.pictures for one in rows if at < one.finished < row.finished)
    return Told(row, first, seconds, row.finished - at, overtaken=before > ahead)


# --- figures --------------------------------------------------------------------------------------


def figures_of(first: Sequence[Told], worth: Sequence[Told]) -> dict[str, float | int]:
    return {
        "eta_median_error": median_error(first),
        "told": len(first),
        "retold_median_error": median_error([one for one in worth if not one.first]),
        "overtaken_share": round(statistics.fmean(one.overtaken for one in first), 3),
        "overtaken_median_error": median_error([one for one in first if one.overtaken]),
        "not_overtaken_median_error": median_error([one for one in first if not one.overtaken]),
    }


def median_error(some: Sequence[Told]) -> float:
    return round(statistics.median(abs(one.error) for one in some), 3) if some else 0.0


def show(first: Sequence[Told], worth: Sequence[Told]) -> None:
    print(f"{'|told - actual| / actual':<26}   n   median     p25     p75     p90    bias")
    classes: dict[str, list[Told]] = defaultdict(list)
    for one in first:
        classes["told first"].append(one)
        classes["overtaken" if one.overtaken else "not overtaken"].append(one)
        classes[f"size {one.drawn.size}"].append(one)
        for least, most in WAITS:
            if least <= one.actual < most:
                classes[f"wait from {least:g} s"].append(one)
    classes["retold"] = [one for one in worth if not one.first]
    for name in sorted(classes, key=lambda name: ("told" not in name, name)):
        print(line(name, classes[name]))


def line(name: str, some: Sequence[Told]) -> str:
    """`bias`: the median of the errors with their signs; above 0 more was told than it took."""
    errors = sorted(abs(one.error) for one in some)
    at = [errors[int(share * (len(errors) - 1))] for share in (0.5, 0.25, 0.75, 0.9)]
    bias = statistics.median(one.error for one in some)
    return f"{name:<26}{len(some):4d}" + "".join(f"{value:8.3f}" for value in (*at, bias))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=6, help="times that everybody asks")
    parser.add_argument("--seed", type=int, default=1, help="of who asks when for what")
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    return parser


if __name__ == "__main__":
    sys.exit(main())
