"""The Messenger of Telegram: a status message that is edited into the picture."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
    ReplyParameters,
)
from telegram.error import BadRequest, ChatMigrated, RetryAfter, TelegramError

from bot.adapters.telegram.failures import (
    NO_THREAD,
    NOT_MODIFIED,
    delivery_error,
    retry_seconds,
    says,
)
from bot.adapters.telegram.flood import Priority
from bot.adapters.telegram.gate import FloodGate
from bot.adapters.telegram.render import answer_field, caption_of, keyboard, text_of
from bot.adapters.telegram.trailing import TrailingEdits
from bot.core.errors import DeliveryError, MessageGone, PictureRefused, TryLater
from bot.core.generation import Address, Generation
from bot.core.log import Log
from bot.core.ports import Card, Notice

T = TypeVar("T")
#: The first and the longest wait after a call that got no proper answer.
MIN_PATIENCE, MAX_PATIENCE = 1.0, 15.0
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TelegramMessenger:
    """Shows cards and notices in Telegram chats."""

    def __init__(self, bot: Bot, gate: FloodGate, log: Log) -> None:
        self._bot = bot
        self._gate = gate
        self._log = log
        self._trailing = TrailingEdits(gate, log)
        self._trouble_since: float | None = None
        #: Groups that became supergroups: old id -> new id.
        self._moved: dict[str, str] = {}

    async def open(self, generation: Generation, card: Card) -> str:
        message = await self._post(
            generation.address,
            card.text,
            Priority.STATUS,
            silent=True,
            markup=keyboard(card.buttons),
        )
        return str(message)

    async def refresh(self, generation: Generation, card: Card) -> None:
        """Returns at once: what is overtaken before the chat has room is never sent."""
        chat, message = generation.address.chat, generation.status_message
        if message is not None:
            self._trailing.show(
                (chat, message),
                lambda: self._answered(chat, lambda to: self._edit_text(to, message, card)),
            )

    async def deliver(self, generation: Generation, card: Card) -> None:
        chat, message = generation.address.chat, generation.status_message
        if message is None:
            raise MessageGone("it was never sent")
        await self._trailing.stop((chat, message), for_picture=card.picture is not None)
        if card.picture is None:
            await self._call(chat, Priority.STATUS, lambda to: self._edit_text(to, message, card))
        else:
            await self._deliver_picture(chat, message, card, card.picture)

    async def ping(self, generation: Generation, text: str) -> None:
        # A reply to the request, because that is what notifies its author in a muted group.
        await self._post(generation.address, text, Priority.NOTICE)

    async def say(self, notice: Notice) -> None:
        await self._post(notice.address, notice.text, Priority.NOTICE, markup=answer_field(notice))

    async def close(self) -> None:
        await self._trailing.close()

    # --- sending ------------------------------------------------------------------------------

    async def _post(
        self,
        address: Address,
        text: str,
        priority: Priority,
        *,
        silent: bool = False,
        markup: InlineKeyboardMarkup | ForceReply | None = None,
    ) -> int:
        """Send a text; the id of the new message."""

        async def send(chat: str, thread: str | None) -> int:
            message = await self._bot.send_message(
                chat,
                text_of(text),
                message_thread_id=None if thread is None else int(thread),
                reply_parameters=_reply_to(address),
                reply_markup=markup,
                disable_notification=silent,
                link_preview_options=NO_PREVIEW,
            )
            return message.message_id

        async def send_anywhere(chat: str) -> int:
            # The topic is named for the case that the request was deleted; if topics were
            # switched off since, the reply alone finds the place.
            try:
                return await send(chat, address.thread)
            except BadRequest as error:
                if address.thread is None or not says(error, NO_THREAD):
                    raise
                return await send(chat, None)

        return await self._call(address.chat, priority, send_anywhere)

    # --- editing ------------------------------------------------------------------------------

    async def _edit_text(self, chat: str, message: str, card: Card) -> None:
        await _unless_the_same(
            self._bot.edit_message_text(
                text_of(card.text),
                chat,
                int(message),
                reply_markup=keyboard(card.buttons),
                link_preview_options=NO_PREVIEW,
            )
        )

    async def _deliver_picture(self, chat: str, message: str, card: Card, path: Path) -> None:
        async def edit_into(kind: type[InputMediaPhoto] | type[InputMediaDocument]) -> None:
            await self._call(
                chat,
                Priority.PICTURE,
                lambda to: self._edit_media(to, message, card, path, kind),
            )

        try:
            await edit_into(InputMediaPhoto)
        except PictureRefused:
            # Too large or too narrow for a photo, or the chat forbids photos: as a file it may
            # pass, and can be repeated too.
            await edit_into(InputMediaDocument)

    async def _edit_media(
        self,
        chat: str,
        message: str,
        card: Card,
        path: Path,
        kind: type[InputMediaPhoto] | type[InputMediaDocument],
    ) -> None:
        # Read only when it is this picture's turn: many may be waiting.
        try:
            content = await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError:
            raise DeliveryError(f"the picture is no longer on the disk: {path}") from None
        except OSError as error:
            # Too many open files, no memory, a disk that is away: it may pass by then.
            self._log.warning("picture_unreadable", path=str(path), reason=error.strerror)
            raise TryLater(MAX_PATIENCE, f"the picture cannot be read: {error.strerror}") from None
        await _unless_the_same(
            self._bot.edit_message_media(
                kind(content, caption=caption_of(card.text), filename=path.name),
                chat,
                int(message),
                reply_markup=keyboard(card.buttons),
            )
        )

    # --- every call ---------------------------------------------------------------------------

    async def _call(
        self, chat: str, priority: Priority, action: Callable[[str], Awaitable[T]]
    ) -> T:
        await self._gate.turn(chat, priority)
        return await self._answered(chat, action)

    async def _answered(self, chat: str, action: Callable[[str], Awaitable[T]]) -> T:
        """`action` done in `chat`, or in what the chat has become. Raises DeliveryError."""
        try:
            try:
                result = await action(self._moved.get(chat, chat))
            except ChatMigrated as migrated:
                self._moved[chat] = str(migrated.new_chat_id)
                result = await action(self._moved[chat])
        except TelegramError as error:
            if isinstance(error, RetryAfter):
                self._gate.pause(chat, retry_seconds(error))
            raise delivery_error(error, self._patience) from None
        self._trouble_since = None
        return result

    def _patience(self) -> float:
        """Waits grow with the time for which nothing has worked."""
        now = time.monotonic()
        self._trouble_since = self._trouble_since or now
        return min(MAX_PATIENCE, max(MIN_PATIENCE, now - self._trouble_since))


async def _unless_the_same(edit: Awaitable[object]) -> None:
    """An edit that changes nothing was made before: its answer was lost."""
    try:
        await edit
    except BadRequest as error:
        if not says(error, NOT_MODIFIED):
            raise


def _reply_to(address: Address) -> ReplyParameters | None:
    if address.request_message is None:
        return None
    return ReplyParameters(int(address.request_message), allow_sending_without_reply=True)
