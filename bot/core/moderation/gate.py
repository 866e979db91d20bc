"""What every request passes before it is read."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from bot.core.errors import Refusal
from bot.core.generation import Address, Origin
from bot.core.moderation.area import EVERYTHING, area_of
from bot.core.moderation.matcher import Matcher
from bot.core.moderation.word_lists import WordLists
from bot.core.quota import scope_of

#: So many words of a prompt are named back.
NAMED = 5


class Admittance(Protocol):
    """What was decided about people and places, as admission knows it too."""

    async def check(self, requester: str, address: Address, scope: str) -> None:
        """Raises Refusal("banned" | "banned_for_good" | "closed")."""
        ...


class Gate:
    """Lets through whoever may draw here, and what may be drawn."""

    def __init__(self, *, admittance: Admittance, lists: WordLists) -> None:
        self._admittance = admittance
        self._lists = lists

    async def check_asker(self, origin: Origin) -> None:
        """Raises Refusal where they may not draw, or nobody may."""
        await self._admittance.check(origin.requester, origin.address, scope_of(origin))

    async def check_words(self, origin: Origin, *texts: str) -> None:
        """Raises Refusal("forbidden_words") for what no picture may be asked for with."""
        matchers = await self._lists.of(EVERYTHING, area_of(origin))
        busy = [matcher for matcher in matchers if matcher.forbids_anything]
        if not busy:
            return
        # In a thread: a long prompt and many rules may take longer than others should wait.
        hits = await asyncio.to_thread(_hits, busy, texts)
        if hits:
            raise Refusal("forbidden_words", words="、".join(hits[:NAMED]))


def _hits(matchers: Sequence[Matcher], texts: Sequence[str]) -> list[str]:
    """Each once, in order."""
    hits = (hit for matcher in matchers for text in texts for hit in matcher.hits(text))
    return list(dict.fromkeys(hits))
