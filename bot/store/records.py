"""Records over SQL: what is asked of the rows before anything is done."""

from collections.abc import Sequence

from sqlalchemy import func, select

from bot.core.generation import Generation
from bot.store.conditions import is_live, is_running, served_order
from bot.store.database import Database
from bot.store.event_rows import is_seen
from bot.store.live import live_only
from bot.store.rows import generation_of
from bot.store.tables import generations


class SqlRecords:
    """Implements bot.core.ports.Records."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def seen(self, event_key: str) -> bool:
        async with self._database.read() as connection:
            return await is_seen(connection, event_key)

    async def of_event(self, event_key: str) -> Generation | None:
        query = select(generations).where(generations.c.event_key == event_key)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else generation_of(row)

    async def live(self, requester: str, chat: str) -> Sequence[str]:
        row = generations.c
        query = live_only(select(row.id).where(row.requester == requester, row.chat == chat))
        async with self._database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def waiting(self, requester: str, *, up_to: str | None = None) -> Sequence[Generation]:
        row, of_id = generations.c, generations.alias("last").c
        theirs = live_only(select(generations).where(row.requester == requester))
        if up_to is not None:
            last = select(of_id.serial).where(of_id.id == up_to).scalar_subquery()
            theirs = theirs.where(row.serial <= last)
        query = theirs.order_by(is_running(row).desc(), *served_order(row))
        async with self._database.read() as connection:
            return [generation_of(one) for one in (await connection.execute(query)).mappings()]

    async def waiting_in_all(self) -> int:
        query = select(func.count()).select_from(generations).where(is_live(generations.c))
        async with self._database.read() as connection:
            count: int = (await connection.execute(query)).scalar_one()
        return count
