"""Every call to Discord's HTTP API: how long it may take, and what its errors mean."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any, TypeVar

import discord

from bot.adapters.discord.failures import (
    CANNOT_READ_HISTORY,
    NETWORK_ERRORS,
    delivery_error,
)
from bot.adapters.discord.render import Look
from bot.adapters.shared.patience import Patience
from bot.adapters.shared.trouble import trouble
from bot.core.errors import MessageGone, TryLater, Unreachable
from bot.core.log import Log

T = TypeVar("T")
#: discord.py repeats what fails with a 5xx and waits when it is told to; not for ever.
TEXT_SECONDS = 30.0
FILE_SECONDS = 120.0


class _Original:
    """In place of a message's id: the answer to the interaction. As text discord.py would write
    its sign as %40."""

    def __format__(self, _spec: str) -> str:
        return "@original"


class Line:
    """The client of the moment: after trouble it is another one."""

    def __init__(self) -> None:
        self._client: discord.Client | None = None

    def connect(self, client: discord.Client) -> None:
        """Signed in: from now on calls go through this client."""
        self._client = client

    def client(self, patience: Patience) -> discord.Client:
        """Raises TryLater where there is none."""
        if self._client is None or self._client.is_closed():
            raise TryLater(patience(), "not signed in to Discord")
        return self._client


class Calls:
    """Writes messages with an interaction's token, or to a channel as the bot itself. Every
    method raises DeliveryError and nothing else of Discord's."""

    def __init__(self, line: Line, patience: Patience, log: Log) -> None:
        self._line = line
        self._patience = patience
        self._log = log

    # --- with the token of an interaction -----------------------------------------------------

    async def edit_answer(
        self, token: str, message: int | None, look: Look, *, seconds: float | None = None
    ) -> int:
        """Change a message written with the token, or the answer to the interaction itself;
        its id. Harmless to repeat."""
        target: Any = _Original() if message is None else message
        edit = self._webhook(token).edit_message(target, **_changes(look))
        return (await self._done(edit, look, seconds=seconds)).id

    async def follow_up(self, token: str, look: Look, *, private: bool) -> int:
        more: dict[str, Any] = {"view": view} if (view := look.view()) else {}
        webhook = self._webhook(token)
        sent = webhook.send(look.text, ephemeral=private, files=look.files(), wait=True, **more)
        return (await self._done(sent, look)).id

    async def delete_answer(self, token: str, message: int | None) -> None:
        target: Any = _Original() if message is None else message
        await self._done(self._webhook(token).delete_message(target))

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
        reference = discord.MessageReference(
            message_id=about, channel_id=channel, fail_if_not_exists=False
        )
        try:
            return await self._send(channel, look, reference=reference, ping=ping)
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
        reference: discord.MessageReference | None = None,
        ping: int | None = None,
    ) -> int:
        more: dict[str, Any] = {
            "nonce": nonce,
            "reference": reference,
            "view": look.view(),
            "files": look.files(),
        }
        if ping is not None:
            more["allowed_mentions"] = discord.AllowedMentions(
                everyone=False, roles=False, replied_user=False, users=[discord.Object(ping)]
            )
        sent = self._channel(channel).send(
            look.text, **{name: value for name, value in more.items() if value}
        )
        return (await self._done(sent, look)).id

    async def edit(
        self, channel: int, message: int, look: Look, *, seconds: float | None = None
    ) -> None:
        """Harmless to repeat."""
        target = self._channel(channel).get_partial_message(message)
        await self._done(target.edit(**_changes(look)), look, seconds=seconds)

    async def delete(self, channel: int, message: int) -> None:
        await self._done(self._channel(channel).get_partial_message(message).delete())

    async def can_send(self, channel: int) -> bool:
        """Whether the bot can send a picture there without anybody's token."""
        client = self._line.client(self._patience)
        found = client.get_channel(channel)
        if found is None:
            try:
                found = await self._done(client.fetch_channel(channel))
            except Unreachable:
                return False
        if isinstance(found, discord.abc.PrivateChannel) or found.guild.me is None:
            return True
        return not missing_to_send(
            found.permissions_for(found.guild.me), in_thread=isinstance(found, discord.Thread)
        )

    def _channel(self, channel: int) -> discord.PartialMessageable:
        return self._line.client(self._patience).get_partial_messageable(channel)

    # --- every call ---------------------------------------------------------------------------

    async def _done(
        self, call: Awaitable[T], look: Look | None = None, *, seconds: float | None = None
    ) -> T:
        with_file = look is not None and look.upload is not None
        try:
            async with asyncio.timeout(seconds or (FILE_SECONDS if with_file else TEXT_SECONDS)):
                result = await call
        except (discord.HTTPException, *NETWORK_ERRORS) as error:
            raise delivery_error(error, self._patience, with_file=with_file) from None
        except (discord.DiscordException, RuntimeError, KeyError, TypeError, ValueError) as error:
            # A session that was just closed, or an answer that is not Discord's: a hotel's
            # network answers everything, and with a page of its own.
            self._log.warning("discord_answer_unreadable", **trouble(error))
            raise TryLater(self._patience(), type(error).__name__) from None
        self._patience.restored()
        return result


def _changes(look: Look) -> dict[str, Any]:
    changes: dict[str, Any] = {"content": look.text, "view": look.view()}
    if look.upload is not None:
        # In place of what may have come before. A text leaves it be: should a late one come
        # after the picture, the picture stays.
        changes["attachments"] = look.files()
    return changes


def missing_to_send(permissions: discord.Permissions, *, in_thread: bool) -> list[str]:
    """Names, as discord.Permissions has them, of what the bot lacks to send pictures."""
    send = "send_messages_in_threads" if in_thread else "send_messages"
    needed = ("view_channel", send, "attach_files")
    return [name for name in needed if not getattr(permissions, name)]
