"""Kills parts of a running zdraw at random moments, and counts what people are missing.

    python -m bench.kill_storm --jobs 100 --kills 40 [--platform telegram|discord|both]
                               [--seed N] [--json]

People in private chats and groups ask for pictures all through the storm. Printed at the end:

    accepted     requests that the bot took: a row, or any answer
    lost         of those without a terminal answer (a picture, or a sentence why not)
    duplicated   pictures beyond one for a request
    wasted_runs  complete runs of the GPU that had to be repeated
    orphans      status lines that were left behind without becoming an answer

Telegram delivers until it is confirmed, so there everything asked is accepted. Discord tells of
an interaction once: what is asked while the bot is down nobody hears of, and whoever asked is told.
"""

import argparse
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from bench.storm_sides import DiscordSide, Side, TelegramSide
from tests.fakes.discord_api import FakeDiscord
from tests.fakes.telegram_api import FakeTelegram
from tests.house import House

PLATFORMS = {
    "telegram": ("telegram",),
    "discord": ("discord",),
    "both": ("telegram", "discord"),
}
#: Victims of one kill, and how often.
VICTIMS: tuple[tuple[tuple[str, ...], int], ...] = (
    (("bot",), 8),
    (("engine",), 6),
    (("supervisor",), 3),
    (("supervisor", "bot", "engine"), 3),
)
#: Seconds between two kills.
PAUSE = (0.3, 6.0)
#: After the last kill everything must have been answered within this long.
CALM_SECONDS = 180.0


def main() -> int:
    arguments = _parser().parse_args()
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().getrandbits(32)
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="zdraw-storm-") as folder, ExitStack() as stack:
        house, sides = furnish(stack, Path(folder) / "state", PLATFORMS[arguments.platform])
        with house:
            house.wait_until_ready()
            storm(house, sides, random.Random(seed), arguments.jobs, arguments.kills)
            settle(house, sides)
        figures = count(sides, house.log.read_text(errors="replace"))
    for name, figure in figures.items():
        print(f"{name:12} {figure}")
    if arguments.json:
        print(json.dumps(figures | {"platform": arguments.platform, "seed": seed}))
    return 0 if figures["lost"] == figures["duplicated"] == 0 else 1


def furnish(
    stack: ExitStack, state_dir: Path, platforms: tuple[str, ...]
) -> tuple[House, list[Side]]:
    """The platforms, running, and a house that talks to them."""
    telegram = stack.enter_context(FakeTelegram()) if "telegram" in platforms else None
    discord = stack.enter_context(FakeDiscord()) if "discord" in platforms else None
    sides: list[Side] = []
    if telegram is not None:
        sides.append(TelegramSide(telegram))
    if discord is not None:
        sides.append(DiscordSide(discord, state_dir / "zdraw.db"))
    return House(state_dir, telegram, discord), sides


def storm(house: House, sides: list[Side], chance: random.Random, jobs: int, kills: int) -> None:
    """Requests and kills in random order and at random distances."""
    events = ["ask"] * jobs + ["kill"] * kills
    chance.shuffle(events)
    pauses = [chance.uniform(*PAUSE) for _ in range(kills)]
    for done, event in enumerate(events, start=1):
        if event == "ask":
            chance.choice(sides).ask(chance)
        else:
            kill(house, chance)
        time.sleep(pauses.pop() if event == "kill" else chance.uniform(0, 0.2))
        if done % 20 == 0:
            print(f"{done}/{len(events)} events", file=sys.stderr, flush=True)


def kill(house: House, chance: random.Random) -> None:
    victims, weights = zip(*VICTIMS, strict=True)
    house.kill(*chance.choices(victims, weights)[0])
    if house.supervisor is None:
        house.start()


def settle(house: House, sides: list[Side]) -> None:
    """Wait for the answers; what is missing after that is lost."""
    deadline = time.monotonic() + CALM_SECONDS
    while time.monotonic() < deadline:
        if all(side.is_settled() for side in sides):
            # Anything sent twice would be sent now.
            time.sleep(3)
            return
        if house.supervisor is None:
            house.start()
        time.sleep(0.2)


def count(sides: list[Side], log: str) -> dict[str, int]:
    figures: Counter[str] = Counter()
    for side in sides:
        figures.update(side.count())
    finished = Counter(re.findall(r"event=job_ended outcome=finished generation_id=(\w+)", log))
    return dict(figures) | {
        "wasted_runs": sum(runs - 1 for runs in finished.values()),
        "restarts": log.count("restart"),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--platform", choices=sorted(PLATFORMS), default="telegram")
    parser.add_argument("--seed", type=int, help="of the storm; random if not given")
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    return parser


if __name__ == "__main__":
    sys.exit(main())
