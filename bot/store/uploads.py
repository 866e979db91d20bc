"""Pictures that programs have sent, over SQL, by their names."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, RowMapping, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ports import Clock
from bot.core.uploads import MAX_BYTES, MAX_UPLOADS, Upload, UploadName
from bot.store.database import Database
from bot.store.program_tables import uploads

_row = uploads.c


class SqlUploads:
    """Implements bot.core.uploads.UploadRows, and bot.core.strays.SourceRows."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(self, new: Upload, *, overwrite: bool) -> tuple[UploadName, Sequence[str]]:
        async with self._database.write() as connection:
            beside = await _beside(connection, new)
            names = map(new.at.numbered, range(len(beside) + 1))
            # The first that is free, or has these bytes; with `overwrite` its own.
            at = next(
                at
                for at in names
                if overwrite or at.name not in beside or beside[at.name].sha256 == new.sha256
            )
            known = beside.get(at.name)
            if known is not None:
                # Also by the same bytes: the file may be gone, and this one is there.
                await connection.execute(delete(uploads).where(_is(new.requester, at)))
            await self._insert(connection, new, at)
            replaced = [] if known is None else [known.path]
            return at, [*replaced, *await _over_bounds(connection, new)]

    async def find(self, requester: str, at: UploadName) -> Upload | None:
        async with self._database.write(durable=False) as connection:
            query = select(uploads).where(_is(requester, at))
            found = (await connection.execute(query)).mappings().one_or_none()
            if found is None:
                return None
            await self._use(connection, requester, at)
            return _upload_of(found)

    async def names(self, requester: str, kind: str) -> Sequence[str]:
        mine = (_row.requester == requester) & (_row.kind == kind) & (_row.subfolder == "")
        query = select(_row.name).where(mine).order_by(_row.name)
        async with self._database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def expire(self, before_ms: int) -> Sequence[str]:
        gone = delete(uploads).where(_row.used_ms < before_ms).returning(_row.path)
        async with self._database.write() as connection:
            return list((await connection.execute(gone)).scalars())

    async def named(self, paths: Sequence[str]) -> frozenset[str]:
        query = select(_row.path).where(_row.path.in_(paths))
        async with self._database.read() as connection:
            return frozenset((await connection.execute(query)).scalars())

    async def _insert(self, connection: AsyncConnection, new: Upload, at: UploadName) -> None:
        values = {
            "requester": new.requester,
            "kind": at.kind,
            "subfolder": at.subfolder,
            "name": at.name,
            "sha256": new.sha256,
            "size_bytes": new.size_bytes,
            "media_type": new.media_type,
            "path": new.path,
            "used_ms": self._clock(),
        }
        await connection.execute(insert(uploads).values(values))

    async def _use(self, connection: AsyncConnection, requester: str, at: UploadName) -> None:
        used = update(uploads).where(_is(requester, at)).values(used_ms=self._clock())
        await connection.execute(used)


async def _beside(connection: AsyncConnection, new: Upload) -> dict[str, Upload]:
    """What is in the same folder, by its names."""
    same = (_row.kind == new.at.kind) & (_row.subfolder == new.at.subfolder)
    query = select(uploads).where(_row.requester == new.requester, same)
    rows = (await connection.execute(query)).mappings().all()
    return {row["name"]: _upload_of(row) for row in rows}


async def _over_bounds(connection: AsyncConnection, new: Upload) -> list[str]:
    """Takes away what its user has not used for longest; the new one stays."""
    newest_first = (_row.used_ms.desc(), _row.serial.desc())
    others = (_row.requester == new.requester) & (_row.path != new.path)
    ranked = select(
        _row.serial,
        func.row_number().over(order_by=newest_first).label("place"),
        func.sum(_row.size_bytes).over(order_by=newest_first).label("bytes"),
    )
    ranks = ranked.where(others).subquery()
    too_many = ranks.c.place >= MAX_UPLOADS
    too_large = ranks.c.bytes > MAX_BYTES - new.size_bytes
    over = select(ranks.c.serial).where(too_many | too_large)
    gone = delete(uploads).where(_row.serial.in_(over)).returning(_row.path)
    return list((await connection.execute(gone)).scalars())


def _is(requester: str, at: UploadName) -> ColumnElement[bool]:
    theirs = (_row.requester == requester) & (_row.kind == at.kind)
    return theirs & (_row.subfolder == at.subfolder) & (_row.name == at.name)


def _upload_of(row: RowMapping) -> Upload:
    return Upload(
        requester=row["requester"],
        at=UploadName(kind=row["kind"], subfolder=row["subfolder"], name=row["name"]),
        sha256=row["sha256"],
        size_bytes=row["size_bytes"],
        media_type=row["media_type"],
        path=row["path"],
    )
