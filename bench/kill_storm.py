"""Kills parts of a running zdraw at random moments, and counts what people are missing.

    python -m bench.kill_storm --jobs 100 --kills 40 [--platform telegram|discord|both]
                               [--nights 2] [--fate NAME] [--seed N] [--json] [--keep FOLDER]

People ask for pictures all through the storm and do something with them, calls to the platforms
fail, and what is asked grows old. By chance, from the seed:

    Discord      in a channel 55 %, in the chat with the bot 25 %, as an app of the person's own
                 where the bot is no member 20 %; 20 % privately, 15 % as a spoiler
      meanwhile  its placeholder is deleted 10 %; it is minute 14 (10 %) or over 15 (8 %), for
                 Discord alone over 15 (8 %); the picture arrives, the bot does not hear of it, and
                 it is minute 14 (8 %); the bot goes on in the channel, does not hear of it, and
                 Discord forgets the nonce (6 %)
      then       🔁, 📄, 🗑, /show, 15 % each
    Telegram     the status message is deleted 10 %, 🔁 15 %
    the network  before every second request or kill the next call of some kind is lost, or its
                 answer is, it is slow, or gets a 5xx or a 429
    a night      everything is killed, and 20 minutes later it is started again

What a share does not fit (nobody deletes a private answer) goes to none. Time passes by making
rows and interactions older, not by clocks. Printed at the end, of requests, 🔁 and presses alike:

    asked          what people did
    accepted       of that what the bot took: a row, or any answer
    struck         requests to which something happened while they waited
    pictures       that people got for requests
    files          📄 and /show that brought it
  wrong, and then the exit code is 1:
    lost           accepted, and without a terminal answer (a picture, or a sentence why not)
    duplicated     pictures beyond one for a request, at one time
    orphans        status lines that were left behind without becoming an answer
    undeleted      pictures that still stand after 🗑
    leaked         private pictures that others see
    unhidden       spoilers that show their picture
  allowed by the design, or by what the platform can do:
    doubled_files  📄 and /show that brought it again (the bot died between doing and noting it)
    repeated_lines Discord: messages in a channel that were repeated when their nonce was forgotten;
                   Telegram: status messages of which the bot died before it noted them
    withdrawn      pictures that were taken back, and came again in another message
    warned         requests told in time that their picture cannot come, and how to see it
    untellable     ends of which nobody could be told: the token has ended, and with it the way
    stranded       lines in the same place; and the first line of a request, where the bot died
                   before it noted which one that is, and was away until the token had ended
  and
    wasted_runs    complete runs of the GPU that had to be repeated
    restarts       of parts of zdraw

Telegram delivers until it is confirmed, so there everything asked is accepted. Discord tells of
an interaction once: what is asked while the bot is down nobody hears of, and whoever asked is told.
So three of four people wait for a moment until it is there.
"""

import argparse
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bench.storm.discord_side import DiscordSide
from bench.storm.side import Side
from bench.storm.telegram_side import TelegramSide
from bench.storm.verdict import ALLOWED, COUNTED, WRONG
from bench.storm.wishes import Fate
from tests.fakes.discord_api import FakeDiscord
from tests.fakes.telegram_api import FakeTelegram
from tests.house import House

PLATFORMS = {
    "telegram": ("telegram",),
    "discord": ("discord",),
    "both": ("telegram", "discord"),
}
EVERYTHING = ("supervisor", "bot", "engine")
#: Victims of one kill, and how often.
VICTIMS: tuple[tuple[tuple[str, ...], int], ...] = (
    (("bot",), 8),
    (("engine",), 6),
    (("supervisor",), 3),
    (EVERYTHING, 3),
)
#: Seconds between two kills.
PAUSE = (0.3, 6.0)
#: Share of events before which a fault is made ready.
DISTURBED = 0.5
#: Share of requests that are made when the bot can be heard of, if that is within so many
#: seconds; the others at any time.
TO_A_BOT, HEARD_SECONDS = 0.75, 15.0
#: Between two looks at what is due.
TICK_SECONDS = 0.2
#: After the last kill something must be answered every so often, until nothing is missing.
CALM_SECONDS = 180.0


def main() -> int:
    arguments = _parser().parse_args()
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().getrandbits(32)
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="zdraw-storm-") as scratch, ExitStack() as stack:
        folder: Path = arguments.keep or Path(scratch)
        platforms = PLATFORMS[arguments.platform]
        house, sides = furnish(stack, folder / "state", platforms, arguments.fate)
        with house:
            house.wait_until_ready()
            events = ["ask"] * arguments.jobs + ["kill"] * arguments.kills
            storm(house, sides, random.Random(seed), events + ["night"] * arguments.nights)
            settle(house, sides)
        figures = count(sides, house.log.read_text(errors="replace"))
        for side in sides:
            for complaint in side.complaints():
                print(complaint, file=sys.stderr, flush=True)
            if arguments.keep:
                side.keep(folder)
    for name, figure in figures.items():
        print(f"{name:14} {figure}")
    if arguments.json:
        print(json.dumps(figures | {"platform": arguments.platform, "seed": seed}))
    return 1 if any(figures[name] for name in WRONG) else 0


def furnish(
    stack: ExitStack, state_dir: Path, platforms: tuple[str, ...], fate: Fate | None
) -> tuple[House, list[Side]]:
    """The platforms, running, and a house that talks to them."""
    telegram = stack.enter_context(FakeTelegram()) if "telegram" in platforms else None
    discord = stack.enter_context(FakeDiscord()) if "discord" in platforms else None
    sides: list[Side] = []
    if telegram is not None:
        sides.append(TelegramSide(telegram, state_dir / "zdraw.db"))
    if discord is not None:
        sides.append(DiscordSide(discord, state_dir / "zdraw.db", fate))
    return House(state_dir, telegram, discord), sides


def storm(house: House, sides: list[Side], chance: random.Random, events: list[str]) -> None:
    """Requests and kills in random order and at random distances."""
    chance.shuffle(events)
    for done, event in enumerate(events, start=1):
        if chance.random() < DISTURBED:
            chance.choice(sides).disturb(chance)
        if event == "ask":
            side = chance.choice(sides)
            if chance.random() < TO_A_BOT:
                wait(sides, HEARD_SECONDS, until=side.is_heard)
            side.ask(chance)
        else:
            kill(house, chance, sides, night=event == "night")
        wait(sides, chance.uniform(0, 0.2) if event == "ask" else chance.uniform(*PAUSE))
        if done % 20 == 0:
            print(f"{done}/{len(events)} events", file=sys.stderr, flush=True)


def kill(house: House, chance: random.Random, sides: list[Side], *, night: bool) -> None:
    victims, weights = zip(*VICTIMS, strict=True)
    house.kill(*(EVERYTHING if night else chance.choices(victims, weights)[0]))
    for side in sides:
        side.killed()
        if night:
            side.night()
    if house.supervisor is None:
        house.start()


def wait(sides: list[Side], seconds: float, *, until: Callable[[], bool] = lambda: False) -> None:
    """Meanwhile things happen."""
    deadline = time.monotonic() + seconds
    while True:
        for side in sides:
            side.tick()
        left = deadline - time.monotonic()
        if left <= 0 or until():
            return
        time.sleep(min(left, TICK_SECONDS))


def settle(house: House, sides: list[Side]) -> None:
    """Wait for the answers; what is missing after that is lost."""
    for side in sides:
        side.calm()
    least, since = sys.maxsize, time.monotonic()
    while time.monotonic() - since < CALM_SECONDS:
        missing = sum(side.missing() for side in sides)
        if missing == 0:
            # Anything sent twice would be sent now.
            time.sleep(3)
            return
        if missing < least:
            least, since = missing, time.monotonic()
        if house.supervisor is None:
            house.start()
        wait(sides, TICK_SECONDS)


def count(sides: list[Side], log: str) -> dict[str, int]:
    figures = Counter(dict.fromkeys((*COUNTED, *WRONG, *ALLOWED), 0))
    for side in sides:
        figures.update(side.count())
    finished = Counter(re.findall(r"event=job_ended outcome=finished generation_id=(\w+)", log))
    return dict(figures) | {
        "wasted_runs": sum(runs - 1 for runs in finished.values()),
        "restarts": log.count("restart"),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=100, help="requests; what follows is extra")
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--nights", type=int, default=2)
    parser.add_argument("--platform", choices=sorted(PLATFORMS), default="telegram")
    parser.add_argument("--seed", type=int, help="of the storm; random if not given")
    parser.add_argument("--fate", type=Fate, choices=list(Fate), help="of all requests in Discord")
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    parser.add_argument("--keep", type=Path, help="an empty folder for state, log and calls")
    return parser


if __name__ == "__main__":
    sys.exit(main())
