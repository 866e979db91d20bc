"""What is stored of people, for themselves: a desk of its own beside the front desk.

Wherever others would read the answer it is one sentence: ask me in private.
"""

from bot.core.answers import Answers
from bot.core.data_ports import Exports, NewExport
from bot.core.errors import Refusal
from bot.core.export import Exporter
from bot.core.forget import Forget
from bot.core.generation import Origin
from bot.core.history_view import HistoryView
from bot.core.info_view import InfoView
from bot.core.lookup import Lookup
from bot.core.messages import Toast
from bot.core.replies import reply
from bot.core.rights import is_here


class MyData:
    """`private`: nobody else reads the answer. Everything is committed when a call returns. A
    press is answered by what is returned, if anything is to be said to it alone."""

    def __init__(
        self,
        *,
        answers: Answers,
        lookup: Lookup,
        history_view: HistoryView,
        info_view: InfoView,
        exports: Exports,
        exporter: Exporter,
        forget: Forget,
    ) -> None:
        self._answers = answers
        self._lookup = lookup
        self._history_view = history_view
        self._info_view = info_view
        self._exports = exports
        self._exporter = exporter
        self._forget = forget

    async def history(self, origin: Origin, *, private: bool = True) -> None:
        """The newest page."""

        async def tell() -> None:
            _check_private(private)
            text, buttons = await self._history_view(origin)
            await self._answers.say(origin, text, private=True, buttons=buttons)

        await self._answers.once(origin, tell, quiet=False)

    async def turn(
        self,
        origin: Origin,
        generation_id: str,
        *,
        newer: bool,
        private: bool = True,
        in_place: bool = True,
    ) -> Toast | None:
        """The page beside this generation, which stands at the end of the one that is shown.
        `in_place`: the message with the button becomes it."""

        async def tell() -> None:
            _check_private(private)
            cursor = {"after" if newer else "before": generation_id}
            text, buttons = await self._history_view(origin, **cursor)
            await self._answers.say(origin, text, private=True, buttons=buttons, in_place=in_place)

        return await self._answers.once(origin, tell, quiet=True)

    async def info(
        self,
        origin: Origin,
        generation_id: str | None,
        status_message: str | None = None,
        *,
        private: bool = True,
    ) -> None:
        """How the named one, the one shown in `status_message` or the person's last one here was
        drawn. What was asked for in another chat is not told where others read along."""

        async def tell() -> None:
            one = await self._lookup.meant(origin, generation_id, status_message, "nothing_to_show")
            if not (private or is_here(one, origin)):
                raise Refusal("told_elsewhere", id=one.id)
            text = await self._info_view(one, origin)
            hidden = private or one.private
            await self._answers.say(origin, text, private=hidden, copy=one.spec.prompt)

        await self._answers.once(origin, tell, quiet=False)

    async def export(self, origin: Origin, *, limit_bytes: int, private: bool = True) -> None:
        """A file with everything, as large as the platform takes; it follows when it is made."""

        async def ask() -> None:
            _check_private(private)
            new = NewExport(
                event_key=origin.event_key,
                requester=origin.requester,
                address=origin.address,
                locale=origin.locale,
                limit_bytes=limit_bytes,
            )
            if not await self._exports.ask(new):
                raise Refusal("export_under_way")
            await self._answers.say(origin, reply("export_asked", origin.locale), private=True)
            self._exporter.look()

        await self._answers.once(origin, ask, quiet=False)

    async def ask_to_forget(self, origin: Origin, *, private: bool = True) -> None:
        """What would be forgotten, with a button."""

        async def ask() -> None:
            _check_private(private)
            text, buttons = await self._forget.question(origin)
            await self._answers.say(origin, text, private=True, buttons=buttons)

        await self._answers.once(origin, ask, quiet=False)

    async def forget(
        self, origin: Origin, generation_id: str, *, in_place: bool = True
    ) -> Toast | None:
        """Everything of the person up to this generation."""

        async def forget() -> None:
            said = await self._forget(origin, generation_id)
            await self._answers.say(origin, said, private=True, in_place=in_place)

        return await self._answers.once(origin, forget, quiet=True)


def _check_private(private: bool) -> None:
    if not private:
        raise Refusal("private_only")
