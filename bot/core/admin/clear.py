"""/clear: cancel what waits, in this group or everywhere. It asks first, and its button names the
last request that was there then: what is asked for afterwards stays."""

import re

from bot.core.acts import EVERYWHERE, ActKind, act_of
from bot.core.admin.ask import Ask, Said
from bot.core.clearing import clear_on
from bot.core.errors import Refusal
from bot.core.generation import Origin
from bot.core.group_queue import Group, GroupQueue
from bot.core.news import News
from bot.core.press import command_button
from bot.core.quota import scope_of
from bot.core.replies import reply
from bot.core.staff import Level

_UP_TO = re.compile(r"upto\s+(?P<serial>[0-9]{1,12})")


class Clear:
    """Implements AdminCommand."""

    def __init__(self, *, queue: GroupQueue, news: News) -> None:
        self._queue = queue
        self._news = news

    async def __call__(self, ask: Ask) -> Said:
        everywhere = ask.everywhere()
        await ask.require(Level.FLEET_ADMIN if everywhere else Level.GROUP_ADMIN)
        origin = ask.origin
        group = None if everywhere else (origin.address.platform, scope_of(origin))
        words = (everywhere or ask).words.strip()
        if not words:
            return await self._asked(group, origin)
        confirmed = _UP_TO.fullmatch(words)
        # Written by hand they are no answer to the question.
        if confirmed is None or not ask.pressed:
            raise Refusal("bad_clear")
        return await self._clear(ask, group, int(confirmed["serial"]))

    async def _asked(self, group: Group, origin: Origin) -> Said:
        locale = origin.locale
        standing = await self._queue.standing(group)
        if not standing.count:
            return Said(text=reply("nothing_waits", locale), private=True)
        where = "all " if group is None else ""
        label = reply("button_clear", locale, count=standing.count)
        button = command_button(label, f"clear {where}upto {standing.up_to}")
        code = "clear_all" if group is None else "clear_group"
        text = reply(code, locale, origin.address.platform, count=standing.count)
        return Said(text=text, buttons=(button,), private=True)

    async def _clear(self, ask: Ask, group: Group, up_to: int) -> Said:
        """Where the process dies on the way, the next one clears on at its start."""
        scope = EVERYWHERE if group is None else group[1]
        act = act_of(ask.origin, ActKind.CLEAR, scope=scope, detail=ask.words)
        await self._queue.clear(group, up_to, act)
        await clear_on(self._queue, self._news)
        count = await self._queue.cleared(act.event_key)
        return Said(text=reply("cleared", ask.origin.locale, count=count), private=True)
