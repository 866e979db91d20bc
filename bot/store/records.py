"""Records over SQL: what is asked of the rows before anything is done."""

from collections.abc import Sequence

from sqlalchemy import select, union_all

from bot.store.database import Database
from bot.store.tables import events, generations, is_live, notices


class SqlRecords:
    """Implements bot.core.ports.Records."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def seen(self, event_key: str) -> bool:
        query = union_all(
            select(events.c.key).where(events.c.key == event_key),
            select(notices.c.event_key).where(notices.c.event_key == event_key),
        )
        async with self._database.read() as connection:
            return (await connection.execute(query)).first() is not None

    async def live(self, requester: str, chat: str) -> Sequence[str]:
        row = generations.c
        query = select(row.id).where(row.requester == requester, row.chat == chat, is_live(row))
        async with self._database.read() as connection:
            return list((await connection.execute(query)).scalars())
