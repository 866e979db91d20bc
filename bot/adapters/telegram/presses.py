"""Button presses: from what a button carries to a call of the core."""

from collections.abc import Callable
from dataclasses import replace

from telegram import CallbackQuery, Message

from bot.adapters.telegram.asked import Core
from bot.adapters.telegram.buttons import press_of
from bot.adapters.telegram.edits import Edits
from bot.adapters.telegram.origin import origin_of_message, origin_of_press
from bot.adapters.telegram.rights import Rights
from bot.core.generation import Origin
from bot.core.messages import Toast
from bot.core.press import COMMAND, WANTED, Press
from bot.core.text_trigger import match_command

#: (callback query id, short answer or None): answers a button press, in the background.
Acknowledge = Callable[[str, str | None], None]
#: What does no harm when it is done long after the press.
HARMLESS = frozenset({"cancel", "delete"})


class Presses:
    """Handles presses; each may come again and then changes nothing."""

    def __init__(
        self,
        core: Core,
        *,
        bot_id: int,
        bot_username: str,
        rights: Rights,
        edits: Edits,
        acknowledge: Acknowledge,
    ) -> None:
        self._edits = edits
        self._core = core
        self._bot_id = bot_id
        self._username = bot_username
        self._rights = rights
        self._acknowledge = acknowledge

    async def take(self, query: CallbackQuery, *, late: bool) -> None:
        """Telegram forgets a press after 150 seconds; `late` is one that waited here."""
        origin = origin_of_press(query, self._bot_id)
        said = None
        if origin is not None:
            said = await self._pressed(query, await self._core.settled(origin), late=late)
        self._acknowledge(query.id, said.text if said else None)

    async def _pressed(self, query: CallbackQuery, origin: Origin, *, late: bool) -> Toast | None:
        press = press_of(query.data)
        if press is None:
            return await self._core.refuse(origin, "unknown_button", quiet=True)
        if late and press.action not in HARMLESS:
            return await self._core.refuse(origin, "too_late", quiet=True)
        if press.action == WANTED:
            return await self._draw_wanted(query, origin)
        return await self._act(query, origin, press)

    async def _act(self, query: CallbackQuery, origin: Origin, press: Press) -> Toast | None:
        core, named = self._core, press.generation_id

        async def is_admin() -> bool | None:
            return await self._rights.of_press(query)

        match press.action:
            case "again":
                return await core.again(origin, named, None, quiet=True)
            case "edit":
                return await core.ask_for_edit(origin, named, quiet=True)
            case "original":
                return await core.original(origin, named, press.picture, quiet=True)
            case "show":
                return await core.show(origin, named, quiet=True)
            case "older" | "newer":
                newer, private, carries = press.action == "newer", origin.alone, _carries(query)
                return await core.my_data.turn(
                    origin, named, newer=newer, private=private, in_place=carries
                )
            case "forget":
                return await core.my_data.forget(origin, named, in_place=_carries(query))
            case _ if press.action == COMMAND:
                return await self._manage(query, origin, press)
            case "delete":
                pressed = origin.address.request_message if _carries(query) else None
                return await core.remove(
                    origin, named, is_admin=is_admin, quiet=True, pressed=pressed
                )
            case _:
                return await core.cancel(
                    origin, named, None, all_=False, quiet=True, is_admin=is_admin
                )

    async def _manage(self, query: CallbackQuery, origin: Origin, press: Press) -> Toast | None:
        """Whoever presses asks; what is answered takes the place of the button's message."""
        return await self._core.manage(
            origin,
            press.command,
            press.words,
            is_admin=lambda: self._rights.of_press(query),
            pressed=True,
            in_place=_carries(query),
        )

    async def _draw_wanted(self, query: CallbackQuery, origin: Origin) -> Toast | None:
        """Draw the old request to which the message with the button replies: nothing of it was
        kept. Pressing again finds the row of the first time."""
        asked = query.message.reply_to_message if isinstance(query.message, Message) else None
        author = origin_of_message(asked, self._bot_id) if asked else None
        words = (asked.text or asked.caption) if asked else None
        if asked is None or author is None or not words:
            return await self._core.refuse(origin, "request_gone", quiet=True)
        if author.requester != origin.requester:
            speaks = await self._rights.speaks_for(asked, query)
            if not speaks:
                code = "admins_unknown" if speaks is None else "not_yours_to_draw"
                return await self._core.refuse(origin, code, quiet=True)
        wanted = replace(
            author,
            event_key=f"{author.event_key}:wanted",
            locale=origin.locale,
            spoiler=origin.spoiler,
        )
        command = match_command(words, self._username)
        text = words if command is None else command[1]
        if asked.text is None:
            return await self._edits.shown(asked, wanted, text, quiet=True)
        return await self._core.draw(wanted, text, quiet=True)


def _carries(query: CallbackQuery) -> bool:
    """Whether the message has the button that was pressed: another program than Telegram's may
    send any data it likes for any message."""
    if not isinstance(query.message, Message) or query.message.reply_markup is None:
        return False
    rows = query.message.reply_markup.inline_keyboard
    return any(button.callback_data == query.data for row in rows for button in row)
