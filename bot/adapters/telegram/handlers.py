"""From an update to a call of the core. Database work only: nothing here waits for Telegram.

Where the bot is addressed it answers; where it is not, it is silent.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from telegram import CallbackQuery, Message, Update
from telegram.constants import ChatType

from bot.adapters.telegram.buttons import parse_press
from bot.adapters.telegram.origin import origin_of_message, origin_of_press
from bot.core.generation import Origin
from bot.core.text_trigger import match_command

#: What the question "what shall I draw?" begins with in every language, and nothing else does:
#: a reply to it is a prompt, also after a restart.
ASK_MARK = "✏️"
ALL_WORDS = frozenset({"all", "全部", "所有"})
#: An id is at most 12 characters; what is longer is quoted back in part.
MAX_ID_QUOTE = 32
_ADDRESSED = re.compile(r"\s*(?:/\w+)?@(?P<name>\w+)")


class Core(Protocol):
    """What people can ask for. Everything is committed when a call returns; none raises Refusal."""

    async def draw(self, origin: Origin, text: str) -> None: ...

    async def ask_for_prompt(self, origin: Origin) -> None: ...

    async def again(
        self,
        origin: Origin,
        generation_id: str | None,
        status_message: str | None,
        *,
        quiet: bool,
    ) -> str | None: ...

    async def cancel(
        self,
        origin: Origin,
        generation_id: str | None,
        status_message: str | None,
        *,
        all_: bool,
        quiet: bool,
    ) -> str | None: ...

    async def help(self, origin: Origin, *, start: bool) -> None: ...

    async def refuse(self, origin: Origin, code: str, **data: Any) -> None: ...


#: (callback query id, short answer or None): answers a button press, in the background.
Acknowledge = Callable[[str, str | None], None]


class Handlers:
    """Handles updates one by one; each may come again and then changes nothing."""

    def __init__(
        self, core: Core, *, bot_id: int, bot_username: str, acknowledge: Acknowledge
    ) -> None:
        self._core = core
        self._bot_id = bot_id
        self._username = bot_username
        self._acknowledge = acknowledge

    async def handle(self, update: Update) -> None:
        """Everything else, edited messages among it, is no request."""
        if update.callback_query is not None:
            await self._press(update.callback_query)
        elif update.message is not None:
            await self._message(update.message)

    async def apologise(self, update: Update) -> None:
        """Say that this one could not be handled, where there is somebody to say it to."""
        origin = None
        if update.callback_query is not None:
            origin = origin_of_press(update.callback_query, self._bot_id)
        elif update.message is not None and self._is_addressed(update.message):
            origin = origin_of_message(update.message, self._bot_id)
        if origin is not None:
            await self._refuse(origin, "internal_error")

    # --- messages -----------------------------------------------------------------------------

    async def _message(self, message: Message) -> None:
        origin = origin_of_message(message, self._bot_id)
        if origin is None:
            return
        if message.text is None:
            await self._wordless(message, origin)
            return
        command = match_command(message.text, self._username)
        if command is not None:
            await self._command(message, origin, *command)
        elif self._answers_question(message):
            await self._core.draw(origin, message.text)
        elif self._is_addressed(message):
            await self._core.help(origin, start=True)

    async def _command(self, message: Message, origin: Origin, name: str, rest: str) -> None:
        if name == "draw":
            await self._draw_or_ask(origin, rest)
        elif name == "again":
            replied = self._own_replied(message)
            await self._core.again(origin, _named_id(rest), replied, quiet=False)
        elif name == "cancel":
            await self._cancel(origin, rest, self._own_replied(message))
        else:
            await self._core.help(origin, start=name == "start")

    async def _draw_or_ask(self, origin: Origin, prompt: str) -> None:
        # Direction marks and joiners are not printable either.
        if not any(character.isprintable() and not character.isspace() for character in prompt):
            await self._core.ask_for_prompt(origin)
        else:
            await self._core.draw(origin, prompt)

    async def _cancel(self, origin: Origin, which: str, status_message: str | None) -> None:
        if which.strip().lower() in ALL_WORDS:
            await self._core.cancel(origin, None, None, all_=True, quiet=False)
        else:
            named = _named_id(which)
            await self._core.cancel(origin, named, status_message, all_=False, quiet=False)

    async def _wordless(self, message: Message, origin: Origin) -> None:
        """Pictures, stickers, voices. Service messages have no attachment and mean nothing."""
        command = match_command(message.caption or "", self._username)
        if command is not None and command[0] != "draw":
            await self._command(message, origin, *command)
        elif command is not None:
            await self._refuse(origin, "no_reference_pictures", message.media_group_id)
        elif message.effective_attachment and self._is_addressed(message):
            await self._refuse(origin, "text_only", message.media_group_id)

    async def _refuse(self, origin: Origin, code: str, album: str | None = None) -> None:
        # An album is several messages, and one answer to it is enough.
        if album:
            events = origin.event_key.rpartition(":")[0]
            origin = replace(origin, event_key=f"{events}:album-{album}")
        await self._core.refuse(origin, code)

    # --- buttons ------------------------------------------------------------------------------

    async def _press(self, query: CallbackQuery) -> None:
        origin = origin_of_press(query, self._bot_id)
        self._acknowledge(query.id, await self._pressed(query, origin) if origin else None)

    async def _pressed(self, query: CallbackQuery, origin: Origin) -> str | None:
        press = parse_press(query.data)
        if press is None:
            await self._refuse(origin, "unknown_button")
            return None
        if press.action == "again":
            return await self._core.again(origin, press.generation_id, None, quiet=True)
        return await self._core.cancel(origin, press.generation_id, None, all_=False, quiet=True)

    # --- is it for us? ------------------------------------------------------------------------

    def _is_addressed(self, message: Message) -> bool:
        text = message.text or message.caption or ""
        named = _ADDRESSED.match(text)
        if named is not None:
            return named["name"].casefold() == self._username.casefold()
        if message.chat.type == ChatType.PRIVATE or self._answers_question(message):
            return True
        return match_command(text, self._username) is not None

    def _answers_question(self, message: Message) -> bool:
        question = message.reply_to_message
        return self._own_replied(message) is not None and bool(
            question and (question.text or "").startswith(ASK_MARK)
        )

    def _own_replied(self, message: Message) -> str | None:
        """The message of ours that this one replies to."""
        replied = message.reply_to_message
        if replied is None or replied.from_user is None or replied.from_user.id != self._bot_id:
            return None
        return str(replied.message_id)


def _named_id(words: str) -> str | None:
    """「#k3v9x2ab」 or the id alone; None when nothing is named."""
    return words.strip().removeprefix("#")[:MAX_ID_QUOTE] or None
