"""Which pictures to begin from are named by rows, over SQL."""

from collections.abc import Sequence

from sqlalchemy import select

from bot.store.database import Database
from bot.store.tables import generations


class SqlSourceRows:
    """Implements bot.core.strays.SourceRows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def named(self, paths: Sequence[str]) -> frozenset[str]:
        query = select(generations.c.source).where(generations.c.source.in_(paths))
        async with self._database.read() as connection:
            return frozenset((await connection.execute(query)).scalars())
