"""What `zdraw token` does: tokens of the HTTP API, beside a running bot or without one."""

import os
from collections.abc import Sequence

from bot.adapters.http_api.secret import ApiSecret
from bot.adapters.http_api.tokens import Tokens, may_be_called
from bot.core.api_tokens import ApiToken
from bot.core.errors import StartupError
from bot.settings import BotSettings
from bot.store.api_tokens import SqlApiTokens
from bot.store.database import Database
from bot.wiring import now_ms


async def make_token(settings: BotSettings, name: str, days: int | None) -> str:
    """A new one, which nobody can be told again. Raises StartupError."""
    if not may_be_called(name):
        raise StartupError(
            f"{name!r} is refused as a name; allowed: a-z, 0-9, - and _, at most 32, not local",
            os.EX_DATAERR,
        )
    secret = ApiSecret(settings.state_dir, settings.api_secret_text)
    async with Database(settings.database_url) as database:
        tokens = Tokens(secret=secret, rows=SqlApiTokens(database, now_ms), clock=now_ms)
        try:
            return await tokens.make(name, days)
        except OSError as error:
            raise StartupError(
                f"the secret cannot be kept in {settings.state_dir.resolve()} ({error.strerror})",
                os.EX_CANTCREAT,
            ) from None


async def tokens_made(settings: BotSettings) -> Sequence[ApiToken]:
    """All of them, the oldest first. Raises StartupError."""
    async with Database(settings.database_url) as database:
        return await SqlApiTokens(database, now_ms).made()


async def revoke_tokens(settings: BotSettings, name: str) -> int:
    """How many ended. Raises StartupError where none holds."""
    async with Database(settings.database_url) as database:
        ended = await SqlApiTokens(database, now_ms).revoke(name)
    if not ended:
        raise StartupError(f"nobody called {name!r} has a token to revoke", os.EX_DATAERR)
    return ended


def state_of(token: ApiToken) -> str:
    """In a word."""
    if token.revoked_ms is not None:
        return "revoked"
    return "valid" if token.holds(now_ms()) else "expired"
