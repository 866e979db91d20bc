"""The use case `/forget`: what is stored of a person goes, and what was counted stays.

It asks first. The button names the newest generation there was then, and everything up to that
one is meant, so pressing it next year, or twice, forgets no more than was asked about. What is no
generation yet, because its picture is being fetched, could not be said to be older or newer: so
it does not ask while there is such a request.
"""

import asyncio
from contextlib import suppress
from dataclasses import replace

from bot.core.cancel import Cancel
from bot.core.data_ports import Forgetting, History
from bot.core.errand_ports import Errands
from bot.core.errors import AlreadySeen, Refusal
from bot.core.generation import Origin
from bot.core.log import Log
from bot.core.lookup import Lookup
from bot.core.messages import Button
from bot.core.replies import reply
from bot.core.retention import Retention
from bot.core.uploads import Uploads

#: The answer waits for it, but no longer than this: what is left then follows.
ANSWER_SECONDS = 2.0


class Forget:
    """Every method raises Refusal."""

    def __init__(
        self,
        *,
        history: History,
        forgetting: Forgetting,
        errands: Errands,
        cancel: Cancel,
        lookup: Lookup,
        retention: Retention,
        uploads: Uploads,
        log: Log,
    ) -> None:
        self._history = history
        self._forgetting = forgetting
        self._errands = errands
        self._cancel = cancel
        self._lookup = lookup
        self._retention = retention
        self._uploads = uploads
        self._log = log

    async def question(self, origin: Origin) -> tuple[str, tuple[Button, ...]]:
        """What would go and what would stay."""
        if await self._errands.waits(origin.requester):
            raise Refusal("forget_soon")
        kept = await self._history.holdings(origin.requester)
        if kept is None:
            raise Refusal("nothing_to_forget")
        lines = [reply("ask_forget", origin.locale, requests=kept.requests, pictures=kept.pictures)]
        if kept.live:
            lines.append(reply("ask_forget_live", origin.locale, count=kept.live))
        lines.append(reply("forget_leaves", origin.locale))
        label = reply("button_forget", origin.locale, pictures=kept.pictures)
        button = Button(action="forget", generation_id=kept.newest, label=label)
        return "\n".join(lines), (button,)

    async def __call__(self, origin: Origin, up_to: str) -> str:
        """Harmless to repeat: nothing is left to forget then. What a process that dies on the way
        has not come to, the next one does at its start. The sentence to answer with."""
        last = await self._lookup.visible(origin, up_to)
        if last.requester != origin.requester:
            raise Refusal("not_yours_to_forget")
        ending = replace(origin, event_key=f"{origin.event_key}:cancel")
        try:
            await self._cancel.everywhere(ending, up_to)
        except AlreadySeen:
            # By a process that died before it came to the rest.
            self._log.info("forgetting_again")
        instead = reply("forgotten_meanwhile", origin.locale)
        uploads = await self._forgetting.forget(origin.requester, up_to, instead=instead)
        # What is left of them if this process dies has no row, and is swept.
        await self._uploads.drop(uploads)
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._retention.let_words_go()
        self._log.info("forgotten")
        self._retention.look()
        return reply("forgotten_all", origin.locale)
