"""Finds the command, and answers it once for each event."""

from collections.abc import Mapping

from bot.core.admin.ask import AdminCommand, Ask, Pointed
from bot.core.answers import Answers, done
from bot.core.errors import AlreadySeen, Refusal
from bot.core.generation import Origin
from bot.core.messages import Toast
from bot.core.staff import IsAdmin, Staff, asked_once


class AdminDesk:
    """Takes what people ask of those who keep order, and what those decide."""

    def __init__(
        self, *, commands: Mapping[str, AdminCommand], staff: Staff, answers: Answers
    ) -> None:
        self._commands = commands
        self._staff = staff
        self._answers = answers

    async def __call__(
        self,
        origin: Origin,
        name: str,
        words: str,
        pointed: Pointed,
        is_admin: IsAdmin,
        *,
        pressed: bool,
        in_place: bool,
    ) -> Toast | None:
        """See FrontDesk.manage. A redelivered event is asked again, unless it was refused: what it
        does it does once, and only its answer may be missing."""
        ask = Ask(
            origin=origin,
            words=words.strip(),
            pointed=pointed,
            staff=self._staff,
            is_admin=asked_once(is_admin),
            pressed=pressed,
        )
        try:
            if name not in self._commands:
                # The button of another version.
                raise Refusal("unknown_button")
            if await self._answers.was_refused(origin):
                raise AlreadySeen(origin.event_key)
            said = await self._commands[name](ask)
        except Refusal as refusal:
            return await self._answers.refused(origin, refusal, quiet=pressed)
        except AlreadySeen:
            return None
        await self._answers.say(
            origin, said.text, private=said.private, buttons=said.buttons, in_place=in_place
        )
        return done("toast_done", origin.locale)
