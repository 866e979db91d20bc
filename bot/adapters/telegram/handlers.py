"""From an update to a call of the core. Database work only: nothing here waits for Telegram, but
for the admins of a group, who are asked for only where it matters, and not for long.

Where the bot is addressed it answers; where it is not, it is silent.
"""

import re
import time
from collections.abc import Callable
from dataclasses import replace

from telegram import Message, Update
from telegram.constants import ChatType

from bot.adapters.shared.named_id import named_id
from bot.adapters.telegram.asked import Core
from bot.adapters.telegram.edits import Edits
from bot.adapters.telegram.files import MAX_EXPORT_BYTES
from bot.adapters.telegram.origin import (
    PLATFORM,
    origin_of_message,
    origin_of_press,
    speaks_as_another_chat,
)
from bot.adapters.telegram.pictures import picture_in
from bot.adapters.telegram.pointed import pointed_by
from bot.adapters.telegram.presses import Acknowledge, Presses
from bot.adapters.telegram.rights import IsAdmin, Rights
from bot.core.commands import DECIDING_ALONE, MANAGED
from bot.core.generation import Origin
from bot.core.replies import ASK_MARK, asked_about
from bot.core.text_trigger import match_command

ALL_WORDS = frozenset({"all", "全部", "所有"})
#: Behind /queue: everybody's here, for those who keep order.
GROUP_WORDS = frozenset({*ALL_WORDS, "全群", "本群", "group"})
#: What is handled later than this, because the bot was down, is asked about and not done.
LATE_SECONDS = 600.0
_ADDRESSED = re.compile(r"\s*(?:/\w+)?@(?P<name>\w+)")
#: What a link t.me/<bot>?start=show_<id> sends.
_SHOW_LINK = re.compile(r"show_(?P<id>[0-9a-z]{1,12})")


class Handlers:
    """Handles updates one by one; each may come again and then changes nothing."""

    def __init__(
        self,
        core: Core,
        *,
        bot_id: int,
        bot_username: str,
        acknowledge: Acknowledge,
        is_admin: IsAdmin,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._core = core
        self._bot_id = bot_id
        self._username = bot_username
        self._rights = Rights(is_admin)
        self._clock = clock
        self._edits = edits = Edits(core, bot_id)
        self._presses = Presses(
            core,
            bot_id=bot_id,
            bot_username=bot_username,
            rights=self._rights,
            edits=edits,
            acknowledge=acknowledge,
        )

    async def handle(self, update: Update, *, waited: float = 0.0) -> None:
        """`waited`: seconds since the update arrived here. Everything else, edited messages
        among it, is no request."""
        if update.callback_query is not None:
            await self._presses.take(update.callback_query, late=waited > LATE_SECONDS)
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
            await self._core.refuse(origin, "internal_error")

    # --- messages -----------------------------------------------------------------------------

    async def _message(self, message: Message) -> None:
        if message.migrate_to_chat_id or message.migrate_from_chat_id:
            await self._moved(message)
            return
        origin = origin_of_message(message, self._bot_id)
        if origin is None:
            return
        command = self._called_by(message, message.text or message.caption)
        if command is None and not self._concerns_us(message):
            return
        origin = await self._core.settled(origin)
        late = self._clock() - message.date.timestamp() > LATE_SECONDS
        if speaks_as_another_chat(message):
            if not late:
                await self._refuse(origin, "speaks_as_channel", message.media_group_id)
        elif late:
            await self._late(message, origin, command)
        elif command is not None:
            await self._command(message, origin, *command)
        elif message.text is None:
            await self._wordless(message, origin)
        elif self._answers_question(message):
            question = message.reply_to_message
            edited = asked_about((question.text if question else None) or "")
            await self._core.draw(origin, message.text, edited=edited)
        else:
            await self._help(message, origin, start=True)

    async def _moved(self, message: Message) -> None:
        """A group has become a supergroup; each of the two says so."""
        old = message.migrate_from_chat_id or message.chat_id
        new = message.migrate_to_chat_id or message.chat_id
        await self._core.chat_moved(PLATFORM, str(old), str(new))

    async def _command(self, message: Message, origin: Origin, name: str, rest: str) -> None:
        match name:
            case "draw" | "edit":
                await self._draw(message, origin, rest, edit=name == "edit")
            case "again":
                replied = self._own_replied(message)
                await self._core.again(origin, named_id(rest), replied, quiet=False)
            case "cancel":
                await self._cancel(message, origin, rest, quiet=False)
            case "queue" if rest.strip().lower() in GROUP_WORDS:
                await self._manage(message, origin, "job", "page 1")
            case "queue":
                await self._core.queue(origin, private=origin.alone)
            case "show":
                await self._core.show(origin, named_id(rest))
            case "info" | "history" | "export" | "forget" | "loras":
                await self._told(message, origin, name, rest)
            case _ if name in MANAGED:
                await self._manage(message, origin, name, rest)
            case "start" if link := _SHOW_LINK.fullmatch(rest.strip()):
                await self._core.show(origin, link["id"])
            case _:
                await self._help(message, origin, start=name == "start")

    async def _late(
        self, message: Message, origin: Origin, command: tuple[str, str] | None
    ) -> None:
        """What was written while the bot was down. A picture nobody waits for any more is asked
        about, a wish to cancel or a setting still counts, and the rest is forgotten."""
        if command is None:
            if message.text and self._answers_question(message):
                await self._core.offer(origin)
            return
        name, rest = command
        match name:
            case "draw" | "edit" if _says_something(rest):
                await self._late_draw(message, origin, edit=name == "edit")
            case "again":
                replied = self._own_replied(message)
                await self._core.offer_again(origin, named_id(rest), replied)
            case "cancel":
                await self._cancel(message, origin, rest, quiet=True)
            case _ if name in DECIDING_ALONE or (name in MANAGED and rest.strip()):
                await self._command(message, origin, name, rest)

    async def _late_draw(self, message: Message, origin: Origin, *, edit: bool) -> None:
        bearer = self._edits.bearer(message, edit=edit)
        if bearer is not None and bearer is not message:
            # Behind a button there would be the words without the picture.
            await self._core.refuse(origin, "late_edit")
        elif bearer is not None or not edit:
            await self._core.offer(origin)

    async def _draw(self, message: Message, origin: Origin, words: str, *, edit: bool) -> None:
        """With a picture, or in reply to one, it is that picture that is drawn anew."""
        bearer = self._edits.bearer(message, edit=edit)
        if bearer is not None and _says_something(words):
            await self._edits.shown(bearer, origin, words)
        elif bearer is not None:
            await self._core.refuse(origin, "change_to_what")
        elif edit:
            await self._core.refuse(origin, "no_picture_there")
        elif message.text is None:
            await self._refuse(origin, "not_a_picture", message.media_group_id)
        elif _says_something(words):
            await self._core.draw(origin, words)
        else:
            await self._core.ask_for_prompt(origin)

    async def _cancel(self, message: Message, origin: Origin, which: str, *, quiet: bool) -> None:
        if which.strip().lower() in ALL_WORDS:
            await self._core.cancel(origin, None, None, all_=True, quiet=quiet)
            return
        await self._core.cancel(
            origin,
            named_id(which),
            self._own_replied(message),
            all_=False,
            quiet=quiet,
            is_admin=lambda: self._rights.of_message(message),
        )

    async def _manage(self, message: Message, origin: Origin, name: str, words: str) -> None:
        pictured = self._own_replied(message)
        pointed, words = pointed_by(message, words, bot_id=self._bot_id, pictured=pictured)
        await self._core.manage(
            origin,
            name,
            words,
            pointed=pointed,
            is_admin=lambda: self._rights.of_message(message),
        )

    async def _told(self, message: Message, origin: Origin, name: str, rest: str) -> None:
        """What is theirs and groups would read along is for private chats."""
        data, private = self._core.my_data, origin.alone
        match name:
            case "info":
                replied = self._own_replied(message)
                await data.info(origin, named_id(rest), replied, private=private)
            case "loras":
                await self._core.loras.tell(origin, rest)
            case "history":
                await data.history(origin, private=private)
            case "export":
                await data.export(origin, limit_bytes=MAX_EXPORT_BYTES, private=private)
            case _:
                await data.ask_to_forget(origin, private=private)

    async def _help(self, message: Message, origin: Origin, *, start: bool) -> None:
        """In a group of several bots a bare command may reach another one."""
        call = None if origin.alone else f"/draw@{self._username}"
        await self._core.help(origin, start=start, call=call)

    async def _wordless(self, message: Message, origin: Origin) -> None:
        """Pictures, stickers, voices. Service messages have no attachment and mean nothing."""
        if message.effective_attachment and self._is_addressed(message):
            seen = picture_in(message, self._bot_id) is not None
            code = "picture_without_words" if seen else "text_only"
            await self._refuse(origin, code, message.media_group_id)

    async def _refuse(self, origin: Origin, code: str, album: str | None) -> None:
        # An album is several messages, and one answer to it is enough.
        if album:
            events = origin.event_key.rpartition(":")[0]
            origin = replace(origin, event_key=f"{events}:album-{album}")
        await self._core.refuse(origin, code)

    # --- is it for us? ------------------------------------------------------------------------

    def _concerns_us(self, message: Message) -> bool:
        """Most of what is said in a group does not."""
        return self._answers_question(message) or self._is_addressed(message)

    def _is_addressed(self, message: Message) -> bool:
        text = message.text or message.caption or ""
        named = _ADDRESSED.match(text)
        if named is not None:
            return named["name"].casefold() == self._username.casefold()
        if message.chat.type == ChatType.PRIVATE or self._answers_question(message):
            return True
        return self._called_by(message, text) is not None

    def _called_by(self, message: Message, text: str | None) -> tuple[str, str] | None:
        """The command in it. Where people talk with each other an everyday word is none."""
        alone = message.chat.type == ChatType.PRIVATE
        bare = alone or self._own_replied(message) is not None
        return match_command(text or "", self._username, bare=bare)

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


def _says_something(prompt: str) -> bool:
    # Direction marks and joiners are not printable either.
    return any(character.isprintable() and not character.isspace() for character in prompt)
