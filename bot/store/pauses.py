"""Pauses over SQL, and the conditions by which rows are held back meanwhile."""

from sqlalchemy import BigInteger, ColumnElement, cast, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.acts import Act
from bot.core.pauses import Pause
from bot.core.ports import Clock
from bot.store.acts import record
from bot.store.database import Database
from bot.store.house_tables import switches

#: Holds the reason.
PAUSED = "paused"
#: Holds when it last went on.
RESUMED_MS = "resumed_ms"

_row = switches.c


def is_paused() -> ColumnElement[bool]:
    return select(_row.name).where(_row.name == PAUSED).exists()


def went_on_since(moment_ms: int) -> ColumnElement[bool]:
    went_on = cast(_row.value, BigInteger) >= moment_ms
    return select(_row.name).where(_row.name == RESUMED_MS, went_on).exists()


class SqlPauses:
    """Implements bot.core.pauses.Pauses."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def paused(self) -> Pause | None:
        query = select(_row.value).where(_row.name == PAUSED)
        async with self._database.read() as connection:
            reason = (await connection.execute(query)).scalar_one_or_none()
        return None if reason is None else Pause(reason)

    async def pause(self, reason: str, act: Act) -> None:
        async with self._database.write() as connection:
            if await record(connection, act, self._clock()):
                await _turn(connection, PAUSED, reason)

    async def resume(self, act: Act) -> None:
        now = self._clock()
        async with self._database.write() as connection:
            if not await record(connection, act, now):
                return
            ended = await connection.execute(delete(switches).where(_row.name == PAUSED))
            if ended.rowcount:
                await _turn(connection, RESUMED_MS, f"{now}")


async def _turn(connection: AsyncConnection, name: str, value: str) -> None:
    change = update(switches).where(_row.name == name).values(value=value)
    if (await connection.execute(change)).rowcount == 0:
        await connection.execute(insert(switches).values(name=name, value=value))
