"""Exports over SQL: wishes for copies of all that is stored of a person."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select, update

from bot.core.data_ports import Export, NewExport
from bot.core.ports import Clock
from bot.store.database import Database
from bot.store.rows import address_of, address_row
from bot.store.tables import exports

#: Files are kept for so long.
KEEP_MS = 24 * 3600 * 1000

_row = exports.c


class SqlExports:
    """Implements bot.core.data_ports.Exports."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def ask(self, new: NewExport) -> bool:
        now = self._clock()
        mine = _row.requester == new.requester
        async with self._database.write() as connection:
            known = select(_row.serial).where(_row.event_key == new.event_key)
            if (await connection.execute(known)).first() is not None:
                return True
            under_way = select(_row.serial).where(mine, _row.done_ms.is_(None))
            if (await connection.execute(under_way)).first() is not None:
                return False
            await connection.execute(update(exports).where(mine).values(expires_ms=now))
            await connection.execute(
                insert(exports).values(
                    event_key=new.event_key,
                    requester=new.requester,
                    **address_row(new.address),
                    locale=new.locale,
                    limit_bytes=new.limit_bytes,
                    created_ms=now,
                    expires_ms=now + KEEP_MS,
                )
            )
        return True

    async def begin(self) -> Export | None:
        """What has expired before it was made counts as answered."""
        now, is_open = self._clock(), _row.done_ms.is_(None)
        over = update(exports).where(is_open, _row.expires_ms <= now).values(done_ms=now)
        oldest = select(_row.serial).where(is_open).order_by(_row.serial).limit(1)
        begun = (
            update(exports)
            .where(_row.serial.in_(oldest))
            .values(attempts=_row.attempts + 1)
            .returning(exports)
        )
        async with self._database.write() as connection:
            await connection.execute(over)
            row = (await connection.execute(begun)).mappings().one_or_none()
        if row is None:
            return None
        return Export(
            serial=row["serial"],
            event_key=row["event_key"],
            requester=row["requester"],
            address=address_of(row),
            locale=row["locale"],
            limit_bytes=row["limit_bytes"],
            attempts=row["attempts"],
        )

    async def end(self, serial: int) -> None:
        ended = update(exports).where(_row.serial == serial).values(done_ms=self._clock())
        async with self._database.write() as connection:
            await connection.execute(ended)

    async def expired(self) -> Sequence[int]:
        over = _row.expires_ms <= self._clock()
        query = select(_row.serial).where(over, _row.done_ms.is_not(None)).order_by(_row.serial)
        async with self._database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def drop(self, serials: Sequence[int]) -> None:
        async with self._database.write() as connection:
            await connection.execute(delete(exports).where(_row.serial.in_(serials)))
