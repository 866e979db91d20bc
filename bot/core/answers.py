"""How requests are answered: once for each event, and a Refusal by its sentence."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.core.errors import AlreadySeen, Refusal
from bot.core.generation import Origin
from bot.core.lookup import Lookup
from bot.core.messages import Notice, Toast
from bot.core.notify import Notifier
from bot.core.replies import refusal_text, reply


def done(code: str, locale: str) -> Toast:
    """What is said where something was done as asked."""
    return Toast(reply(code, locale), done=True)


class Answers:
    """Says things to whoever asked."""

    def __init__(self, *, lookup: Lookup, notifier: Notifier) -> None:
        self._lookup = lookup
        self._notifier = notifier

    async def once(
        self, origin: Origin, work: Callable[[], Awaitable[Toast | None]], *, quiet: bool
    ) -> Toast | None:
        """Do it if the event is new; its short answer, or the sentence that says why not."""
        try:
            await self._lookup.check_unseen(origin)
            return await work()
        except AlreadySeen:
            return None
        except Refusal as refusal:
            return await self.refused(origin, refusal, quiet=quiet)

    async def was_refused(self, origin: Origin) -> bool:
        """The event was answered with a sentence that says why not."""
        return await self._notifier.was_refused(origin.event_key)

    async def refused(self, origin: Origin, refusal: Refusal, *, quiet: bool = False) -> Toast:
        """The sentence that says why not; said in the chat unless `quiet`."""
        sentence = refusal_text(refusal, origin.locale, origin.address.platform)
        if not quiet:
            await self.say(origin, sentence, refusal=refusal.code)
        return Toast(sentence)

    async def say(
        self, origin: Origin, text: str, *, private: bool = False, **content: Any
    ) -> None:
        """`content`: more fields of the Notice."""
        notice = Notice(
            event_key=origin.event_key,
            address=origin.address,
            requester=origin.requester,
            text=text,
            private=private or origin.private,
            **content,
        )
        await self.post(notice)

    async def post(self, notice: Notice) -> bool:
        """False if it will not be said: the chat has much to hear already."""
        return await self._notifier.post(notice)
