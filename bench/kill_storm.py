"""Kills parts of a running zdraw at random moments, and counts what people are missing.

    python -m bench.kill_storm --jobs 100 --kills 40 [--seed N] [--json]

People in private chats and groups ask for pictures all through the storm. Printed at the end:

    lost         requests without a terminal answer (a picture, or a sentence why not)
    duplicated   pictures beyond one for a request
    wasted_runs  complete runs of the GPU that had to be repeated
    orphans      status lines that were left behind without becoming an answer
"""

import argparse
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.telegram_api import FakeTelegram, Message
from tests.house import House

#: Victims of one kill, and how often.
VICTIMS: tuple[tuple[tuple[str, ...], int], ...] = (
    (("bot",), 8),
    (("engine",), 6),
    (("supervisor",), 3),
    (("supervisor", "bot", "engine"), 3),
)
#: Seconds between two kills.
PAUSE = (0.3, 6.0)
GROUP = -1001
PEOPLE = 12
#: After the last kill everything must have been answered within this long.
CALM_SECONDS = 180.0
PROMPTS = (
    "一个红色的圆",
    "左边一个蓝色的方块，右边一个绿色的三角形",
    "三个紫色的菱形",
    "a yellow star",
)


@dataclass(frozen=True)
class Asked:
    """One request: where, and which message."""

    chat: int
    message: int


def main() -> int:
    arguments = _parser().parse_args()
    seed = arguments.seed if arguments.seed is not None else random.SystemRandom().getrandbits(32)
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="zdraw-storm-") as folder, FakeTelegram() as telegram:
        telegram.people.group(GROUP)
        house = House(Path(folder) / "state", telegram)
        with house:
            house.wait_until_ready()
            asked = storm(house, random.Random(seed), arguments.jobs, arguments.kills)
            settle(house, asked)
        figures = count(telegram, asked, house.log.read_text(errors="replace"))
    for name, figure in figures.items():
        print(f"{name:12} {figure}")
    if arguments.json:
        print(json.dumps(figures | {"seed": seed}))
    return 0 if figures["lost"] == figures["duplicated"] == 0 else 1


def storm(house: House, chance: random.Random, jobs: int, kills: int) -> list[Asked]:
    """Requests and kills in random order and at random distances."""
    events = ["ask"] * jobs + ["kill"] * kills
    chance.shuffle(events)
    pauses = [chance.uniform(*PAUSE) for _ in range(kills)]
    asked = []
    for done, event in enumerate(events, start=1):
        if event == "ask":
            asked.append(ask(house.telegram, chance))
        else:
            kill(house, chance)
        time.sleep(pauses.pop() if event == "kill" else chance.uniform(0, 0.2))
        if done % 20 == 0:
            print(f"{done}/{len(events)} events", file=sys.stderr, flush=True)
    return asked


def ask(telegram: FakeTelegram, chance: random.Random) -> Asked:
    user = chance.randint(1, PEOPLE)
    chat = chance.choice((user, GROUP))
    text = f"/draw {chance.choice(PROMPTS)} 尺寸 128x128"
    return Asked(chat, telegram.people.say(text, user=user, chat=chat).message_id)


def kill(house: House, chance: random.Random) -> None:
    victims, weights = zip(*VICTIMS, strict=True)
    house.kill(*chance.choices(victims, weights)[0])
    if house.supervisor is None:
        house.start()


def settle(house: House, asked: list[Asked]) -> None:
    """Wait for the answers; what is missing after that is lost."""
    deadline = time.monotonic() + CALM_SECONDS
    while time.monotonic() < deadline:
        if all(any(map(is_answer, answers(house.telegram, one))) for one in asked):
            # Anything sent twice would be sent now.
            time.sleep(3)
            return
        if house.supervisor is None:
            house.start()
        time.sleep(0.2)


def answers(telegram: FakeTelegram, asked: Asked) -> list[Message]:
    """The bot's replies to a request."""
    return [m for m in telegram.messages(asked.chat) if m.reply_to == asked.message]


def is_answer(message: Message) -> bool:
    """A picture, or an ended request's sentence: only those offer 🔁."""
    return message.media is not None or any("again" in data for _, data in message.buttons)


def count(telegram: FakeTelegram, asked: list[Asked], log: str) -> dict[str, int]:
    replies = [answers(telegram, one) for one in asked]
    pictures = [sum(message.media is not None for message in some) for some in replies]
    finished = Counter(re.findall(r"event=job_ended outcome=finished generation_id=(\w+)", log))
    return {
        "asked": len(asked),
        "pictures": sum(pictures),
        "lost": sum(not any(map(is_answer, some)) for some in replies),
        "duplicated": sum(max(0, number - 1) for number in pictures),
        "wasted_runs": sum(runs - 1 for runs in finished.values()),
        "orphans": sum(
            sum(not is_answer(message) and bool(message.buttons) for message in some)
            for some in replies
        ),
        "restarts": log.count("restart"),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, help="of the storm; random if not given")
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    return parser


if __name__ == "__main__":
    sys.exit(main())
