"""Tokens: JWTs that name their holder and a row, which says whether they still hold."""

import re
import secrets
from typing import Any

import jwt

from bot.adapters.http_api.secret import ApiSecret
from bot.core.api_tokens import ApiToken, ApiTokens
from bot.core.ports import Clock

#: The one algorithm: what the token itself says of it is not believed.
ALGORITHM = "HS256"
#: A name that stands for requests without a token.
LOCAL = "local"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}", re.ASCII)
DAY_MS = 86_400_000


def may_be_called(name: str) -> bool:
    """Whether a user of the API may have this name."""
    return NAME.fullmatch(name) is not None and name != LOCAL


def looks_like_one(text: str) -> bool:
    """Whether it has the shape of a token, right or wrong."""
    return text.count(".") == 2


class Tokens:
    """Makes tokens and knows whose they are."""

    def __init__(self, *, secret: ApiSecret, rows: ApiTokens, clock: Clock) -> None:
        self._secret = secret
        self._rows = rows
        self._clock = clock

    async def make(self, name: str, days: int | None = None) -> str:
        """A new token, which nobody can be told again. Raises OSError where the secret cannot be
        kept."""
        now = self._clock()
        row = ApiToken(
            id=secrets.token_hex(8),
            name=name,
            created_ms=now,
            expires_ms=None if days is None else now + days * DAY_MS,
        )
        token = jwt.encode(_claims(row), self._secret.made(), algorithm=ALGORITHM)
        await self._rows.add(row)
        return token

    async def holder(self, token: str) -> str | None:
        """Whose it is; None if it opens nothing."""
        secret = self._secret.read()
        if secret is None:
            return None
        try:
            # The row says when it ends, on zdraw's own clock.
            claims = jwt.decode(
                token,
                secret,
                algorithms=[ALGORITHM],
                options={"require": ["sub", "jti"], "verify_exp": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError:
            return None
        row = await self._rows.get(str(claims["jti"]))
        if row is None or row.name != claims["sub"] or not row.holds(self._clock()):
            return None
        return row.name


def _claims(row: ApiToken) -> dict[str, Any]:
    claims = {"sub": row.name, "jti": row.id, "iat": row.created_ms // 1000}
    if row.expires_ms is not None:
        claims["exp"] = row.expires_ms // 1000
    return claims
