"""By which client calls go out."""

import discord

from bot.adapters.shared.patience import Patience
from bot.core.errors import TryLater


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
