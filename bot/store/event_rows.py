"""What events did, by their keys: a redelivered one is found here and acts no more."""

from sqlalchemy import insert, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.errors import AlreadySeen
from bot.store.tables import events, notices


async def is_seen(connection: AsyncConnection, key: str) -> bool:
    """It did something, or was answered with a notice."""
    query = union_all(
        select(events.c.key).where(events.c.key == key),
        select(notices.c.event_key).where(notices.c.event_key == key),
    )
    return (await connection.execute(query)).first() is not None


async def check_unseen(connection: AsyncConnection, key: str) -> None:
    """Raises AlreadySeen."""
    query = select(events.c.key).where(events.c.key == key)
    if (await connection.execute(query)).one_or_none() is not None:
        raise AlreadySeen(key)


async def note(
    connection: AsyncConnection, key: str, kind: str, generation_id: str, now: int
) -> None:
    """In the transaction of what it did. `kind` is as the table says."""
    row = {"key": key, "kind": kind, "generation_id": generation_id, "created_ms": now}
    await connection.execute(insert(events).values(row))
