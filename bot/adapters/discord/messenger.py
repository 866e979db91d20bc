"""The Messenger of Discord: a status message that is edited into the picture.

The answer to the interaction is the status message, and it is edited with the interaction's token
while that lives. After that the bot, who is its author, edits it by itself. Only where it is gone,
or cannot be reached, a new message in the channel, which Discord keeps from being sent twice by
its nonce, is edited into the picture instead.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.adapters.discord.answers import Answers
from bot.adapters.discord.calls import Calls
from bot.adapters.discord.deadlines import Deadlines, token_lives
from bot.adapters.discord.failures import OutOfReach, TokenEnded
from bot.adapters.discord.mending import Mending
from bot.adapters.discord.origin import user_of
from bot.adapters.discord.render import Look, Upload, text_of
from bot.adapters.discord.reply_key import USUAL_UPLOAD_BYTES, ReplyKey
from bot.adapters.discord.status_id import StatusId
from bot.adapters.shared.files import read_document, read_picture
from bot.adapters.shared.trailing import TrailingEdits
from bot.core.errors import DeliveryError, MessageGone, PictureRefused, TryLater, Unreachable
from bot.core.generation import Generation
from bot.core.log import Log
from bot.core.messages import Card, Notice
from bot.core.ports import Clock

#: Nonces of one request's message, in case one that was sent has been deleted.
NONCES = 3
#: Between two progress edits of one message.
PROGRESS_SECONDS = 3.0
#: A picture waits this long for a progress edit that is on its way.
LANDING_SECONDS = 1.0
MANY_MESSAGES = 1000
#: Discord lets a message older than this be edited a few times only: that is kept for its end.
OLD_MS = 60 * 60 * 1000


class DiscordMessenger:
    """Shows cards and notices in Discord channels."""

    def __init__(
        self,
        *,
        answers: Answers,
        calls: Calls,
        find: Callable[[str], Path],
        clock: Clock,
        log: Log,
        progress_seconds: float = PROGRESS_SECONDS,
    ) -> None:
        self._answers = answers
        self._calls = calls
        self._find = find
        self._clock = clock
        self._log = log
        self._trailing = TrailingEdits(Spacing(progress_seconds), log)
        self._mending = Mending(log)
        self.deadlines = Deadlines(calls, self._trailing, clock, log)

    async def open(self, generation: Generation, card: Card) -> str:
        key = ReplyKey.of(generation.address)
        if key is not None and token_lives(generation, self._clock()):
            try:
                message = await self._answers.card(
                    key, await self._look(generation, card), private=generation.private
                )
            except MessageGone as gone:
                self._log.info("answer_gone", generation_id=generation.id, reason=str(gone))
            else:
                status = StatusId(message, by_token=True)
                self.deadlines.watch(generation, status)
                return status.text()
        if generation.private:
            raise Unreachable("a private answer cannot be gone on with in the channel")
        look = await self._look(generation, card, to=user_of(generation.requester))
        nonces = [generation.id, *(f"{generation.id}-{n}" for n in range(2, NONCES + 1))]
        message = await self._calls.open(_channel(generation), look, nonces)
        return StatusId(message, by_token=False).text()

    async def refresh(self, generation: Generation, card: Card) -> None:
        """Returns at once: what is overtaken before its turn is never sent."""
        status = StatusId.parse(generation.status_message)
        old = self._clock() - generation.created_ms >= OLD_MS
        if status is None or old or self.deadlines.is_silent(generation.id):
            return
        self.deadlines.watch(generation, status)
        self._trailing.show(
            _place(generation, status), lambda: self._show_progress(generation, status, card)
        )

    async def deliver(self, generation: Generation, card: Card) -> None:
        status = StatusId.parse(generation.status_message)
        if status is None:
            raise MessageGone("it was never sent")
        self.deadlines.forget(generation.id)
        await self._trailing.stop(_place(generation, status), within=LANDING_SECONDS)
        late = self._late(generation, status)
        try:
            await self._edit(generation, status, card)
        except OutOfReach:
            await self._leave(generation, status)
            raise
        if late:
            # Its words and buttons; of the picture it takes nothing away.
            words = replace(card, picture=None)
            self._mending.after(late, lambda: self._edit(generation, status, words))
        if not status.by_token:
            await self._withdraw_answer(generation)

    async def ping(self, generation: Generation, text: str) -> None:
        """An edit notifies nobody; a message does, if the person stands in it."""
        user = user_of(generation.requester)
        if user is None or generation.private:
            return
        status = StatusId.parse(generation.status_message)
        about = None if status is None else status.message
        look = Look(text=text_of(text, to=user))
        await self._calls.send(_channel(generation), look, about=about, ping=user)

    async def say(self, notice: Notice) -> None:
        """Words are for whoever asked; files are for everybody, unless they are private."""
        key = ReplyKey.of(notice.address)
        look = Look(text=_words(notice), buttons=notice.buttons)
        if notice.attachment is not None:
            path = self._find(notice.attachment.path)
            limit = USUAL_UPLOAD_BYTES if key is None else key.upload_bytes
            content = await read_document(path, limit, self._log)
            upload = Upload(name=path.name, content=content, spoiler=notice.attachment.spoiler)
            look = Look(text=look.text, buttons=look.buttons, upload=upload)
        if key is None:
            if notice.private:
                raise Unreachable("no interaction to answer privately")
            await self._say_in_channel(notice, look)
            return
        try:
            if notice.attachment is not None:
                await self._answers.bring(key, look, private=notice.private)
            elif notice.in_place:
                await self._answers.replace(key, look)
            else:
                await self._answers.whisper(key, look)
        except MessageGone as gone:
            about_a_message = notice.address.request_message is not None
            if notice.private or (notice.attachment is None and not about_a_message):
                raise Unreachable(f"nobody waits for it any more: {gone}") from None
            await self._say_in_channel(notice, look)

    async def close(self) -> None:
        await self._trailing.close()
        await self._mending.close()

    # --- editing ------------------------------------------------------------------------------

    async def _edit(self, generation: Generation, status: StatusId, card: Card) -> None:
        key = ReplyKey.of(generation.address)
        if not status.by_token:
            await self._edit_as_bot(generation, status, card)
            return
        if key is not None and token_lives(generation, self._clock()):
            try:
                look = await self._look(generation, card)
                await self._calls.edit_answer(key.token, status.message, look)
                return
            except TokenEnded:
                if generation.private:
                    raise
        if key is None or generation.private:
            raise TokenEnded("older than a token gets")
        try:
            await self._edit_as_bot(generation, status, card)
        except Unreachable as error:
            raise OutOfReach(error.reason) from None

    async def _edit_as_bot(self, generation: Generation, status: StatusId, card: Card) -> None:
        """The bot wrote the answer as well, and where it may see the channel it can edit it."""
        to = None if status.by_token else user_of(generation.requester)
        limit = self._calls.upload_bytes(_channel(generation))
        look = await self._look(generation, card, to=to, limit=limit)
        await self._calls.edit(_channel(generation), status.message, look)

    async def _show_progress(self, generation: Generation, status: StatusId, card: Card) -> None:
        try:
            await self._edit_progress(generation, status, card)
        except (MessageGone, Unreachable):
            self.deadlines.silence(generation.id)
            raise

    async def _edit_progress(self, generation: Generation, status: StatusId, card: Card) -> None:
        key, look = ReplyKey.of(generation.address), await self._look(generation, card)
        if status.by_token and key is not None and token_lives(generation, self._clock()):
            await self._calls.edit_answer(key.token, status.message, look, passing=True)
            return
        await self._calls.edit(_channel(generation), status.message, look, passing=True)

    async def _leave(self, generation: Generation, status: StatusId) -> None:
        """Another message takes over: a line that waits for ever would be a riddle. Where none
        can, this one says what to do. Raises TryLater: what still stands must not become a
        second picture."""
        channel = _channel(generation)
        try:
            if await self._calls.can_send(channel):
                await self._calls.delete(channel, status.message)
        except TryLater:
            raise
        except DeliveryError as error:
            self._log.info("status_left", generation_id=generation.id, reason=str(error))

    async def _withdraw_answer(self, generation: Generation) -> None:
        """The first answer of a process that was killed may land when the next one has gone on in
        the channel already: nobody knows of that line, and it would wait for ever."""
        key = ReplyKey.of(generation.address)
        if key is None or generation.private or not token_lives(generation, self._clock()):
            return
        try:
            await self._calls.delete_answer(key.token, None)
        except MessageGone:
            return
        except DeliveryError as error:
            self._log.info("answer_left", generation_id=generation.id, reason=str(error))

    def _late(self, generation: Generation, status: StatusId) -> set[asyncio.Task[Any]]:
        """What may still change its message."""
        key = ReplyKey.of(generation.address)
        return self._calls.on_their_way(status.message, *(() if key is None else (key.token,)))

    # --- looks --------------------------------------------------------------------------------

    async def _look(
        self, generation: Generation, card: Card, *, to: int | None = None, limit: int | None = None
    ) -> Look:
        """`to`: whom to name, where the message is no answer to them. `limit`: of the upload, in
        bytes, if there is another one than the interaction's."""
        upload = None
        if card.picture is not None:
            upload = await self._upload(generation, card.picture, limit)
        return Look(text=text_of(card.text, to=to), buttons=card.buttons, upload=upload)

    async def _upload(self, generation: Generation, path: Path, limit: int | None) -> Upload:
        key = ReplyKey.of(generation.address)
        content = await read_picture(path, self._log)
        limits = [USUAL_UPLOAD_BYTES] if key is None else [key.upload_bytes]
        if limit is not None:
            # The person's own may be higher than that of the place.
            limits.append(limit)
        if len(content) > min(limits):
            raise PictureRefused(f"{len(content)} bytes are too many")
        return Upload(name=path.name, content=content, spoiler=generation.spoiler)

    async def _say_in_channel(self, notice: Notice, look: Look) -> None:
        about = StatusId.parse(notice.address.request_message)
        await self._calls.send(
            int(notice.address.chat), look, about=None if about is None else about.message
        )


class Spacing:
    """The turns of progress edits: a message is changed every few seconds at most."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last: dict[tuple[str, str], float] = {}

    async def __call__(self, place: tuple[str, str]) -> None:
        last = self._last.pop(place, None)
        if last is not None:
            await asyncio.sleep(last + self._seconds - time.monotonic())
        while len(self._last) >= MANY_MESSAGES:
            del self._last[next(iter(self._last))]
        self._last[place] = time.monotonic()


def _words(notice: Notice) -> str:
    return text_of(f"{notice.text}\n\n{notice.copy}" if notice.copy else notice.text)


def _channel(generation: Generation) -> int:
    return int(generation.address.chat)


def _place(generation: Generation, status: StatusId) -> tuple[str, str]:
    return generation.address.chat, status.text()
