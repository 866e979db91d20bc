"""The rules of areas, ready to be used: read and put together anew only when they changed."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

from bot.core.moderation.area import Area
from bot.core.moderation.matcher import Matcher, WordRule
from bot.core.moderation.spelling import spelled
from bot.core.moderation.words import Stamp, Words

#: Groups whose rules are kept ready, those that drew last.
READY = 200
#: Rules put together in one go, which takes about half a millisecond.
AT_ONCE = 100


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
            ready = stamp, await _put_together(await self._words.rules(area))
            self._ready[area] = ready
        self._ready.move_to_end(area)
        if len(self._ready) > READY:
            self._ready.popitem(last=False)
        return ready[1]


async def _put_together(rules: Sequence[WordRule]) -> Matcher:
    """Not in a thread: that would not let go of the interpreter for 5 ms at a time. But the table
    that spelling needs is read there, once."""
    await asyncio.to_thread(spelled, "")
    matcher = Matcher()
    for start in range(0, len(rules), AT_ONCE):
        matcher.add(rules[start : start + AT_ONCE])
        await asyncio.sleep(0)
    return matcher
