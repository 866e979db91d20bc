"""The Messenger of Telegram: a status message that is edited into the picture. Also its Eraser
and its Reactor."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from telegram import (
    Bot,
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.error import BadRequest

from bot.adapters.shared.files import read_picture
from bot.adapters.telegram.calls import Calls, OnMove
from bot.adapters.telegram.failures import NO_THREAD, NOT_MODIFIED, says
from bot.adapters.telegram.files import read_document
from bot.adapters.telegram.flood import Priority
from bot.adapters.telegram.gate import FloodGate
from bot.adapters.telegram.render import caption_of, entities_of, keyboard, markup_of, text_of
from bot.adapters.telegram.trailing import TrailingEdits
from bot.core.errors import DeliveryError, MessageGone, PictureRefused, TryLater, Unreachable
from bot.core.generation import Address, Generation
from bot.core.log import Log
from bot.core.messages import Attachment, Card, Mark, Notice

#: Files that notices bring along: pictures must not wait for a connection behind them.
UPLOADS_AT_ONCE = 4
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
#: (chat, what every message has) -> the message.
Send = Callable[[str, dict[str, Any]], Awaitable[Message]]
#: Content, with a caption and a name -> what a message becomes.
Media = Callable[..., InputMediaPhoto | InputMediaDocument]


class TelegramMessenger:
    """Shows cards and notices in Telegram chats. `files` finds what attachments name."""

    def __init__(
        self,
        bot: Bot,
        gate: FloodGate,
        log: Log,
        *,
        files: Callable[[str], Path],
        on_move: OnMove,
    ) -> None:
        self._bot = bot
        self._log = log
        self._files = files
        self._calls = Calls(gate, on_move)
        self._trailing = TrailingEdits(gate, log)
        self._uploads = asyncio.Semaphore(UPLOADS_AT_ONCE)

    # --- Messenger ----------------------------------------------------------------------------

    async def open(self, generation: Generation, card: Card) -> str:
        message = await self._post(
            generation.address,
            Priority.STATUS,
            self._text(card.text),
            reply_markup=keyboard(card.buttons),
            disable_notification=True,
        )
        return str(message.message_id)

    async def refresh(self, generation: Generation, card: Card) -> None:
        """Returns at once: what is overtaken before the chat has room is never sent."""
        chat, message = generation.address.chat, generation.status_message
        if message is not None:
            self._trailing.show(
                (chat, message),
                lambda: self._calls.change_now(chat, lambda: self._edit_text(chat, message, card)),
            )

    async def deliver(self, generation: Generation, card: Card) -> None:
        chat, message = generation.address.chat, generation.status_message
        if message is None:
            raise MessageGone("it was never sent")
        await self._trailing.stop_for((chat, message), for_picture=card.picture is not None)
        if card.picture is None:
            await self._calls.change(
                chat, Priority.STATUS, lambda: self._edit_text(chat, message, card)
            )
        else:
            await self._deliver_picture(generation, message, card, card.picture)

    async def ping(self, generation: Generation, text: str) -> None:
        # A reply to the request, because that is what notifies its author in a muted group.
        await self._post(generation.address, Priority.NOTICE, self._text(text))

    async def say(self, notice: Notice) -> None:
        if notice.attachment is not None:
            await self._say_with_file(notice, notice.attachment)
        elif not (notice.in_place and await self._say_in_place(notice)):
            text, entities = entities_of(notice)
            await self._post(
                notice.address,
                Priority.NOTICE,
                self._text(text),
                reply_markup=markup_of(notice),
                entities=entities or None,
            )

    # --- Eraser and Reactor -------------------------------------------------------------------

    async def erase(self, generation: Generation) -> None:
        chat, message = generation.address.chat, generation.status_message
        if message is None:
            raise MessageGone("it was never sent")
        await self._calls.change(
            chat, Priority.STATUS, lambda: self._bot.delete_message(chat, int(message))
        )

    async def react(self, address: Address, mark: Mark) -> None:
        chat, message = address.chat, address.request_message
        if message is None:
            raise MessageGone("no message asked")

        async def put() -> None:
            await self._bot.set_message_reaction(chat, int(message), reaction=mark.value)

        if mark is Mark.SEEN:
            # Like progress: the picture must not wait behind it.
            self._trailing.show((chat, message), lambda: self._calls.change_now(chat, put))
        else:
            await self._trailing.stop((chat, message))
            await self._calls.change(chat, Priority.STATUS, put)

    async def close(self) -> None:
        await self._trailing.close()

    # --- sending ------------------------------------------------------------------------------

    def _text(self, text: str) -> Send:
        async def send(chat: str, options: dict[str, Any]) -> Message:
            return await self._bot.send_message(
                chat, text_of(text), link_preview_options=NO_PREVIEW, **options
            )

        return send

    async def _say_with_file(self, notice: Notice, attachment: Attachment) -> None:
        path = self._files(attachment.path)
        options: dict[str, Any] = {"reply_markup": keyboard(notice.buttons)}
        if attachment.as_picture:
            try:
                await self._post(
                    notice.address,
                    Priority.NOTICE,
                    self._photo(path, notice.text),
                    has_spoiler=attachment.spoiler,
                    **options,
                )
                return
            except PictureRefused:
                # As a file it may pass, like a picture that is delivered.
                self._log.info("photo_refused", path=str(path))
        await self._post(
            notice.address, Priority.NOTICE, self._document(path, notice.text), **options
        )

    def _photo(self, path: Path, caption: str) -> Send:
        async def send(chat: str, options: dict[str, Any]) -> Message:
            async with self._uploads:
                content = await read_document(path, self._log)
                return await self._bot.send_photo(
                    chat, content, caption=caption_of(caption), filename=path.name, **options
                )

        return send

    def _document(self, path: Path, caption: str) -> Send:
        async def send(chat: str, options: dict[str, Any]) -> Message:
            async with self._uploads:
                content = await read_document(path, self._log)
                return await self._bot.send_document(
                    chat,
                    content,
                    caption=caption_of(caption),
                    filename=path.name,
                    disable_content_type_detection=True,
                    **options,
                )

        return send

    async def _post(
        self, address: Address, priority: Priority, send: Send, **options: Any
    ) -> Message:
        """Send something new, as a reply to what asked."""

        async def send_anywhere(chat: str) -> Message:
            if chat != address.chat:
                # The group has moved: the request stayed behind.
                return await send(chat, options)
            here = {**options, "reply_parameters": _reply_to(address)}
            if address.thread is None:
                return await send(chat, here)
            # The topic is named for the case that the request was deleted; if topics were
            # switched off since, the reply alone finds the place.
            try:
                return await send(chat, {**here, "message_thread_id": int(address.thread)})
            except BadRequest as error:
                if not says(error, NO_THREAD):
                    raise
                return await send(chat, here)

        return await self._calls.post(address.chat, priority, send_anywhere)

    # --- editing ------------------------------------------------------------------------------

    async def _say_in_place(self, notice: Notice) -> bool:
        """False where the message cannot become this: it is gone, too old, or a picture."""
        chat, message = notice.address.chat, notice.address.request_message
        if message is None:
            return False
        card = Card(text=notice.text, buttons=notice.buttons)
        try:
            await self._calls.change(
                chat, Priority.NOTICE, lambda: self._edit_text(chat, message, card)
            )
        except (TryLater, Unreachable):
            raise
        except DeliveryError as error:
            self._log.info("said_anew", reason=str(error))
            return False
        return True

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

    async def _deliver_picture(
        self, generation: Generation, message: str, card: Card, path: Path
    ) -> None:
        chat = generation.address.chat

        async def edit_into(kind: Media) -> None:
            await self._calls.change(
                chat,
                Priority.PICTURE,
                lambda: self._edit_media(chat, message, card, path, kind),
            )

        try:
            await edit_into(partial(InputMediaPhoto, has_spoiler=generation.spoiler))
        except PictureRefused:
            # Too large or too narrow for a photo, or the chat forbids photos: as a file it may
            # pass, and can be repeated too. Telegram hides no files.
            await edit_into(InputMediaDocument)

    async def _edit_media(
        self,
        chat: str,
        message: str,
        card: Card,
        path: Path,
        kind: Media,
    ) -> None:
        content = await read_picture(path, self._log)
        await _unless_the_same(
            self._bot.edit_message_media(
                kind(content, caption=caption_of(card.text), filename=path.name),
                chat,
                int(message),
                reply_markup=keyboard(card.buttons),
            )
        )


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
