"""The rules of areas, ready to be used: read and put together anew only when they changed."""

import asyncio
from collections import OrderedDict

from bot.core.moderation.area import Area
from bot.core.moderation.matcher import Matcher
from bot.core.moderation.words import Stamp, Words

#: Groups whose rules are kept ready, those that drew last.
READY = 200


class WordLists:
    """Matchers by area."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._ready: OrderedDict[Area, tuple[Stamp, Matcher]] = OrderedDict()

    async def of(self, *areas: Area) -> list[Matcher]:
        """As the rules are now."""
        stamps = await self._words.stamps(areas)
        return [await self._of(area, stamp) for area, stamp in zip(areas, stamps, strict=True)]

    async def _of(self, area: Area, stamp: Stamp) -> Matcher:
        ready = self._ready.get(area)
        if ready is None or ready[0] != stamp:
            rules = await self._words.rules(area)
            # In a thread: thousands of rules take longer than others should wait.
            ready = stamp, await asyncio.to_thread(Matcher, rules)
            self._ready[area] = ready
        self._ready.move_to_end(area)
        if len(self._ready) > READY:
            self._ready.popitem(last=False)
        return ready[1]
