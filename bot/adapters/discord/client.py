"""The client: what it listens to, where it connects, and what it does not log."""

import logging
import sys
import time
from collections.abc import Callable
from typing import Any

import discord
import yarl
from discord import app_commands

from bot.adapters.discord.buttons import PressedButton
from bot.adapters.discord.commands import all_commands
from bot.adapters.discord.desk import Desk
from bot.adapters.discord.forms import is_change, is_form
from bot.adapters.discord.words import Translator
from bot.adapters.shared.trouble import trouble
from bot.core.log import Log


class Client(discord.Client):
    """Takes interactions to the desk. No privileged intent: it reads no messages."""

    def __init__(self, desk: Desk, log: Log, *, proxy: str | None = None) -> None:
        intents = discord.Intents.none()
        # Where the bot may do what.
        intents.guilds = True
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            **_way_out(proxy),
        )
        self.desk = desk
        self._log = log
        self.tree = Tree(self, log)
        for command in all_commands(desk):
            self.tree.add_command(command)
        self.add_dynamic_items(PressedButton)
        #: Since when the gateway is away, by time.monotonic(); None while it is there.
        self.away_since: float | None = time.monotonic()
        #: After a cut Discord tells first of what happened meanwhile.
        self.is_replaying = False
        #: Called when it is there.
        self.on_line: Callable[[], None] = lambda: None

    async def setup_hook(self) -> None:
        await self.tree.set_translator(Translator())

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Not once it is closed: discord.py may still have a READY to tell of, to nobody."""
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    async def on_connect(self) -> None:
        """Signed in; on_ready comes seconds later, when the guilds are known."""
        self._is_there()

    async def on_resumed(self) -> None:
        self._is_there()

    async def on_disconnect(self) -> None:
        self.is_replaying = True
        if self.away_since is None:
            self.away_since = time.monotonic()
            self._log.info("discord_gateway_lost")

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Commands and buttons have ways of their own; forms would be forgotten at a restart."""
        if is_form(interaction):
            await self.desk.submit(interaction)
        elif is_change(interaction):
            await self.desk.edits.submit(interaction)

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        error = sys.exc_info()[1]
        if error is not None:
            self._log.error("discord_event_failed", event_name=event_method, **trouble(error))

    def _is_there(self) -> None:
        self.away_since = None
        self.is_replaying = False
        self.on_line()


class Tree(app_commands.CommandTree[Client]):
    """The commands, with errors that quote nobody."""

    def __init__(self, client: Client, log: Log) -> None:
        super().__init__(client)
        self._log = log

    async def on_error(
        self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /
    ) -> None:
        """A command of another version of zdraw, which Discord still has; whatever goes wrong
        in one of ours is seen to at the reception."""
        self._log.error("command_failed", interaction=interaction.id, **trouble(error))
        await self.client.desk.apologise(interaction)


def use_endpoints(api_base: str, gateway_url: str) -> None:
    """Where all clients of this process connect to."""
    discord.http.Route.BASE = api_base
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)


def quieten_library() -> None:
    """What it says at WARNING and above, without what is said here in a line, or of no use."""
    logging.getLogger("discord").setLevel(logging.WARNING)
    logging.getLogger("discord.client").addFilter(_is_no_reconnect)
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


def _is_no_reconnect(record: logging.LogRecord) -> bool:
    """A traceback for each attempt, for hours if need be."""
    return not record.msg.startswith("Attempting a reconnect")


def _way_out(proxy: str | None) -> dict[str, Any]:
    if proxy is None:
        return {}
    scheme, _, rest = proxy.partition("://")
    if not scheme.startswith("socks"):
        return {"proxy": proxy}
    # Only where there is such a proxy: it is one more library in memory.
    from aiohttp_socks import ProxyConnector

    # Names are looked up on the other side, as socks5h asks for; on this one they may be lies.
    return {"connector": ProxyConnector.from_url(f"socks5://{rest}", rdns=True)}
