"""Word rules as they are kept."""

from collections.abc import Sequence
from typing import Protocol

from bot.core.acts import Act
from bot.core.moderation.area import EVERYTHING, Area
from bot.core.moderation.matcher import WordRule

MAX_WORD = 64
MAX_RULES = 500
#: For all groups together.
MAX_RULES_EVERYWHERE = 5000

#: Differs whenever the rules of an area do.
Stamp = tuple[int, int]


class Words(Protocol):
    """The rules of areas, and exceptions to them."""

    async def stamps(self, areas: Sequence[Area]) -> Sequence[Stamp]: ...

    async def rules(self, area: Area) -> Sequence[WordRule]:
        """In the order in which they were written."""
        ...

    async def add(self, area: Area, rules: Sequence[WordRule], act: Act) -> None:
        """Once for each event. What was a rule may become an exception, and back. Raises
        Refusal("too_many_words")."""
        ...

    async def remove(self, area: Area, texts: Sequence[str], act: Act) -> None:
        """Once for each event. Raises Refusal("no_such_word") where there is none of them."""
        ...


def limit_of(area: Area) -> int:
    """How many rules and exceptions there may be."""
    return MAX_RULES_EVERYWHERE if area == EVERYTHING else MAX_RULES
