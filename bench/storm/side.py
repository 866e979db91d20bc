"""One platform of a storm, and what people ask for on all of them."""

import random
from collections import Counter
from pathlib import Path
from typing import Protocol

PEOPLE = 12
PROMPTS = (
    "一个红色的圆",
    "左边一个蓝色的方块，右边一个绿色的三角形",
    "三个紫色的菱形",
    "a yellow star",
)
#: Long enough for something to happen to it while it waits.
SLOW = "步数 30 2张"


class Side(Protocol):
    """One platform."""

    def ask(self, chance: random.Random) -> None:
        """Somebody asks for a picture."""
        ...

    def is_heard(self) -> bool:
        """What is asked now the bot hears of, if it lives."""
        ...

    def disturb(self, chance: random.Random) -> None:
        """The network, or the platform, has a fault ready for a call that comes."""
        ...

    def tick(self) -> None:
        """Whatever is due happens: presses, deletions, time that has passed. Called often."""
        ...

    def killed(self) -> None:
        """Something of zdraw has just been killed."""
        ...

    def night(self) -> None:
        """Nothing of zdraw runs, and much time passes."""
        ...

    def calm(self) -> None:
        """No more faults."""
        ...

    def missing(self) -> int:
        """How much is still to happen: 0 once nothing is due, and all that was accepted has its
        answer."""
        ...

    def count(self) -> Counter[str]:
        """The figures of bench.kill_storm."""
        ...

    def complaints(self) -> list[str]:
        """What is wrong, a line each."""
        ...

    def keep(self, folder: Path) -> None:
        """Write down what came over the wire."""
        ...


def some_prompt(chance: random.Random, *, slow: bool = False) -> str:
    return f"{chance.choice(PROMPTS)} 尺寸 128x128" + (f" {SLOW}" if slow else "")
