"""Tokens of programs over SQL."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, insert, select, update

from bot.core.api_tokens import ApiToken
from bot.core.ports import Clock
from bot.store.database import Database
from bot.store.house_tables import api_tokens

_row = api_tokens.c


class SqlApiTokens:
    """Implements bot.core.api_tokens.ApiTokens."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, token: ApiToken) -> None:
        row = insert(api_tokens).values(
            id=token.id,
            name=token.name,
            created_ms=token.created_ms,
            expires_ms=token.expires_ms,
            revoked_ms=token.revoked_ms,
        )
        async with self._database.write() as connection:
            await connection.execute(row)

    async def get(self, token_id: str) -> ApiToken | None:
        query = select(api_tokens).where(_row.id == token_id)
        async with self._database.read() as connection:
            found = (await connection.execute(query)).mappings().one_or_none()
        return None if found is None else _token_of(found)

    async def made(self) -> Sequence[ApiToken]:
        query = select(api_tokens).order_by(_row.created_ms, _row.id)
        async with self._database.read() as connection:
            return [_token_of(row) for row in (await connection.execute(query)).mappings()]

    async def revoke(self, name: str) -> int:
        live = (_row.name == name) & _row.revoked_ms.is_(None)
        change = update(api_tokens).where(live).values(revoked_ms=self._clock())
        async with self._database.write() as connection:
            return (await connection.execute(change)).rowcount


def _token_of(row: RowMapping) -> ApiToken:
    return ApiToken(
        id=row["id"],
        name=row["name"],
        created_ms=row["created_ms"],
        expires_ms=row["expires_ms"],
        revoked_ms=row["revoked_ms"],
    )
