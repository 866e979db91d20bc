"""Every call to Discord's HTTP API: how long it may take, and what its errors mean."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Iterable
from typing import Any, TypeVar

import discord
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from bot.adapters.discord.failures import (
    CALL_ERRORS,
    CANNOT_READ_HISTORY,
    NETWORK_ERRORS,
    TokenEnded,
    delivery_error,
)
from bot.adapters.discord.line import Line
from bot.adapters.discord.permissions import may_send
from bot.adapters.discord.render import Look
from bot.adapters.discord.reply_key import USUAL_UPLOAD_BYTES
from bot.adapters.discord.underway import Underway
from bot.adapters.shared.patience import Patience
from bot.adapters.shared.trouble import trouble
from bot.core.errors import MessageGone, TryLater, Unreachable
from bot.core.log import Log

T = TypeVar("T")
Call = Callable[[], Coroutine[Any, Any, T]]
#: discord.py repeats what fails with a 5xx and waits when it is told to; not for ever.
TEXT_SECONDS = 30.0
FILE_SECONDS = 120.0
#: An edit that something else will overtake is waited for this long.
PASSING_SECONDS = 5.0


class _Original:
    """In place of a message's id: the answer to the interaction. As text discord.py would write
    its sign as %40."""

    def __format__(self, _spec: str) -> str:
        return "@original"


class Calls:
    """Writes messages with an interaction's token, or to a channel as the bot itself. Every
    method raises DeliveryError and nothing else of Discord's. An edit that is `passing` will be
    overtaken: it is dropped where another one of that message is on its way."""

    def __init__(self, line: Line, patience: Patience, log: Log) -> None:
        self._line = line
        self._patience = patience
        self._log = log
        self._underway = Underway()

    def on_their_way(self, *places: int | str) -> set[asyncio.Task[Any]]:
        """Edits of messages that were given up and may still have their effect."""
        return self._underway.at(*places)

    async def close(self) -> None:
        await self._underway.close()

    # --- with the token of an interaction -----------------------------------------------------

    async def edit_answer(
        self, token: str, message: int | None, look: Look, *, passing: bool = False
    ) -> int:
        """Change a message written with the token, or the answer to the interaction itself;
        its id. Harmless to repeat."""
        webhook, target = self._webhook(token), _target(message)

        async def edit() -> discord.WebhookMessage:
            return await webhook.edit_message(target, **_changes(look))

        if passing:
            return (await self._pass(message or token, lambda: _apart(edit()))).id
        return (await self._by_token(edit, look)).id

    async def answer(self, token: str) -> discord.WebhookMessage | None:
        """What the interaction was answered with; None where that was deleted. Raises TokenEnded
        where it was not answered."""
        webhook = self._webhook(token)
        try:
            return await self._by_token(lambda: webhook.fetch_message(_target(None)))
        except TokenEnded:
            raise
        except MessageGone:
            return None

    async def follow_up(self, token: str, look: Look, *, private: bool) -> int:
        more: dict[str, Any] = {"view": view} if (view := look.view()) else {}
        webhook = self._webhook(token)

        async def send() -> discord.WebhookMessage:
            return await webhook.send(
                look.text,
                ephemeral=private,
                files=look.files(),
                suppress_embeds=True,
                wait=True,
                **more,
            )

        return (await self._by_token(send, look)).id

    async def delete_answer(self, token: str, message: int | None) -> None:
        webhook = self._webhook(token)
        await self._by_token(lambda: webhook.delete_message(_target(message)))

    def _webhook(self, token: str) -> discord.Webhook:
        client = self._line.client(self._patience)
        assert client.application_id is not None, "signed in"
        webhook = discord.Webhook.partial(client.application_id, token, client=client)
        # As discord.py makes them for interactions: others cannot whisper, and know no proxy.
        webhook.type = discord.WebhookType.application
        webhook.proxy, webhook.proxy_auth = client.http.proxy, client.http.proxy_auth
        return webhook

    # --- as the bot itself --------------------------------------------------------------------

    async def open(self, channel: int, look: Look, nonces: Iterable[str]) -> int:
        """A new message that is sent once, however often it is tried; its id. Discord knows a
        nonce for a few minutes and returns the message it has; of one deleted since it says that
        it is gone, and the next nonce is tried."""
        for nonce in nonces:
            try:
                return await self._send(channel, look, nonce=nonce)
            except MessageGone:
                continue
        raise MessageGone("deleted again and again")

    async def send(
        self, channel: int, look: Look, *, about: int | None = None, ping: int | None = None
    ) -> int:
        """A new message; its id. `about`: the message to reply to, if it can be. `ping`: the
        only person whom the text may notify."""
        if about is None:
            return await self._send(channel, look, ping=ping)
        try:
            return await self._send(channel, look, about=about, ping=ping)
        except Unreachable as error:
            if f"({CANNOT_READ_HISTORY})" not in error.reason:
                raise
            return await self._send(channel, look, ping=ping)

    async def _send(
        self,
        channel: int,
        look: Look,
        *,
        nonce: str | None = None,
        about: int | None = None,
        ping: int | None = None,
    ) -> int:
        target = self._channel(channel)

        async def send() -> discord.Message:
            more: dict[str, Any] = {"nonce": nonce, "view": look.view(), "files": look.files()}
            if about is not None:
                more["reference"] = discord.MessageReference(
                    message_id=about, channel_id=channel, fail_if_not_exists=False
                )
            if ping is not None:
                more["allowed_mentions"] = discord.AllowedMentions(
                    everyone=False, roles=False, replied_user=False, users=[discord.Object(ping)]
                )
            given = {name: value for name, value in more.items() if value}
            return await target.send(look.text, suppress_embeds=True, **given)

        return (await self._as_bot(channel, (look, nonce, about, ping), send, look)).id

    async def edit(self, channel: int, message: int, look: Look, *, passing: bool = False) -> None:
        """Harmless to repeat."""
        target = self._channel(channel).get_partial_message(message)

        async def edit() -> discord.Message:
            return await target.edit(**_changes(look))

        if passing:
            await self._pass(message, edit)
        else:
            await self._as_bot(message, look, edit, look)

    async def delete(self, channel: int, message: int) -> None:
        target = self._channel(channel).get_partial_message(message)
        await self._as_bot(message, "delete", target.delete)

    async def can_send(self, channel: int) -> bool:
        """Whether the bot can send a picture there without anybody's token."""
        client = self._line.client(self._patience)
        found: Any = client.get_channel(channel)
        if found is None:
            try:
                found = await self._as_bot(channel, "fetch", lambda: client.fetch_channel(channel))
            except Unreachable:
                return False
        return may_send(found)

    def upload_bytes(self, channel: int) -> int:
        """The largest file that the bot can send there by itself."""
        found = self._line.client(self._patience).get_channel(channel)
        if isinstance(found, discord.abc.GuildChannel | discord.Thread):
            return found.guild.filesize_limit
        return USUAL_UPLOAD_BYTES

    def _channel(self, channel: int) -> discord.PartialMessageable:
        return self._line.client(self._patience).get_partial_messageable(channel)

    # --- every call ---------------------------------------------------------------------------

    async def _by_token(self, call: Call[T], look: Look | None = None) -> T:
        """Broken off when it takes too long: discord.py lets one call by a token pass at a time,
        and others wait behind it."""
        seconds, with_file = _patience_for(look)

        async def within() -> T:
            async with asyncio.timeout(seconds):
                return await call()

        return await self._done(within(), with_file=with_file)

    async def _as_bot(
        self, place: Hashable, what: Hashable, call: Call[T], look: Look | None = None
    ) -> T:
        seconds, with_file = _patience_for(look)
        waiting = self._underway.result(place, what, call, seconds)
        return await self._done(waiting, with_file=with_file)

    async def _pass(self, place: int | str, call: Call[T]) -> T:
        if self._underway.at(place):
            raise TryLater(PASSING_SECONDS, "another edit is on its way")
        waiting = self._underway.result(place, "passing", call, PASSING_SECONDS)
        return await self._done(waiting)

    async def _done(self, call: Coroutine[Any, Any, T], *, with_file: bool = False) -> T:
        try:
            result = await call
        except CALL_ERRORS as error:
            if not isinstance(error, (discord.HTTPException, *NETWORK_ERRORS)):
                # A session that was just closed, or an answer that is not Discord's: a hotel's
                # network answers everything, and with a page of its own.
                self._log.warning("discord_answer_unreadable", **trouble(error))
            raise delivery_error(error, self._patience, with_file=with_file) from None
        self._patience.restored()
        return result


async def _apart(call: Coroutine[Any, Any, T]) -> T:
    """Behind nothing else by the same token, and nothing behind it."""
    async_context.set(AsyncWebhookAdapter())  # type: ignore[no-untyped-call]  # discord.py's
    return await call


def _target(message: int | None) -> Any:
    return _Original() if message is None else message


def _patience_for(look: Look | None) -> tuple[float, bool]:
    """How long a call may take, and whether it brings a file."""
    with_file = look is not None and look.upload is not None
    return (FILE_SECONDS if with_file else TEXT_SECONDS), with_file


def _changes(look: Look) -> dict[str, Any]:
    changes: dict[str, Any] = {"content": look.text, "view": look.view()}
    if look.upload is not None:
        # In place of what may have come before. A text leaves it be: should a late one come
        # after the picture, the picture stays.
        changes["attachments"] = look.files()
    return changes
