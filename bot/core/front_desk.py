"""What a person can ask for, the same on every platform: draw, again, cancel, help.

Adapters call these with what they received; each answers by a row (the generation's status
message) or by a Notice. A Refusal becomes its sentence here and nowhere else.
"""

from typing import Any

from bot.core.cancel import Cancel
from bot.core.draw import Draw
from bot.core.errors import AlreadySeen, Refusal
from bot.core.generation import Generation, Origin
from bot.core.help_text import help_text
from bot.core.notify import Notifier
from bot.core.ports import Admissions, Notice, Records
from bot.core.replies import refusal_text, reply


class FrontDesk:
    """Takes requests from all adapters.

    `quiet`: a refusal is only returned, for the eyes of whoever pressed a button, and not said
    to everybody in the chat. It leaves no trace: the same press delivered again is judged again.
    """

    def __init__(
        self,
        *,
        draw: Draw,
        cancel: Cancel,
        admissions: Admissions,
        records: Records,
        notifier: Notifier,
    ) -> None:
        self._draw = draw
        self._cancel = cancel
        self._admissions = admissions
        self._records = records
        self._notifier = notifier

    async def draw(self, origin: Origin, text: str) -> None:
        """A row, or the sentence that says why not."""
        try:
            await self._draw(origin, text)
        except AlreadySeen:
            return
        except Refusal as refusal:
            # Admission knows what it has seen; what was refused before it may have been
            # accepted when the event came first, before the model's tokenizer was known.
            if not await self._records.seen(origin.event_key):
                await self._refused(origin, refusal)

    async def ask_for_prompt(self, origin: Origin) -> None:
        await self._say(origin, reply("ask_prompt", origin.locale), ask=True)

    async def again(
        self,
        origin: Origin,
        generation_id: str | None,
        status_message: str | None,
        *,
        quiet: bool,
    ) -> str | None:
        """Repeat the named generation, the one shown in `status_message`, or the person's last
        one here. Anyone may repeat anyone's picture: the new one is theirs. A short answer for
        whoever pressed a button, if there is anything new to say."""
        try:
            await self._check_unseen(origin)
            parent = await self._find(origin, generation_id, status_message, "nothing_to_repeat")
            await self._draw.repeat(origin, parent)
        except AlreadySeen:
            return None
        except Refusal as refusal:
            return await self._refused(origin, refusal, quiet=quiet)
        return reply("toast_queued", origin.locale)

    async def cancel(
        self,
        origin: Origin,
        generation_id: str | None,
        status_message: str | None,
        *,
        all_: bool,
        quiet: bool,
    ) -> str | None:
        """Cancel one live generation of the person, or all of them here. A short answer as
        above."""
        try:
            await self._check_unseen(origin)
            if all_:
                await self._cancel_all(origin)
            else:
                target = await self._find_live(origin, generation_id, status_message)
                await self._cancel(target, origin)
        except AlreadySeen:
            return None
        except Refusal as refusal:
            return await self._refused(origin, refusal, quiet=quiet)
        return reply("toast_cancelled", origin.locale)

    async def help(self, origin: Origin, *, start: bool) -> None:
        await self._say(origin, help_text(origin.locale, start=start))

    async def refuse(self, origin: Origin, code: str, **data: Any) -> None:
        """Say the sentence for something the adapter itself cannot take."""
        await self._refused(origin, Refusal(code, **data))

    async def _check_unseen(self, origin: Origin) -> None:
        """A redelivered event is judged by what it did, not by how things stand by now."""
        if await self._records.seen(origin.event_key):
            raise AlreadySeen(origin.event_key)

    async def _cancel_all(self, origin: Origin) -> None:
        count = await self._cancel.all_here(origin)
        if count == 0:
            raise Refusal("nothing_to_cancel")
        await self._say(origin, reply("cancelled_many", origin.locale, count=count))

    async def _find_live(
        self, origin: Origin, generation_id: str | None, status_message: str | None
    ) -> Generation:
        if generation_id is None and status_message is None:
            latest = await self._admissions.latest(origin.requester, origin.address.chat, live=True)
            if latest is None:
                raise Refusal("nothing_to_cancel")
            return latest
        return await self._find(origin, generation_id, status_message, "nothing_to_cancel")

    async def _find(
        self,
        origin: Origin,
        generation_id: str | None,
        status_message: str | None,
        none_code: str,
    ) -> Generation:
        if generation_id is not None:
            found = await self._admissions.get(generation_id)
            if found is None:
                raise Refusal("unknown_generation", id=generation_id)
            return found
        if status_message is not None:
            found = await self._admissions.by_status_message(origin.address, status_message)
        else:
            found = await self._admissions.latest(origin.requester, origin.address.chat)
        if found is None:
            raise Refusal(none_code)
        return found

    async def _refused(self, origin: Origin, refusal: Refusal, *, quiet: bool = False) -> str:
        """The sentence that says why not."""
        sentence = refusal_text(refusal, origin.locale)
        if not quiet:
            await self._say(origin, sentence)
        return sentence

    async def _say(self, origin: Origin, text: str, *, ask: bool = False) -> None:
        notice = Notice(event_key=origin.event_key, address=origin.address, text=text, ask=ask)
        await self._notifier.post(notice)
