"""How much may wait, and how soon the next request may come, over SQL."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.errors import Refusal
from bot.core.fairness import fair_tag
from bot.core.generation import NewGeneration
from bot.core.ports import Bounds, Prospect
from bot.store.conditions import is_live, starts_cooldown, was_dispatched
from bot.store.people import weight_of
from bot.store.tables import generations


async def check_room(
    connection: AsyncConnection, prospect: Prospect, bounds: Bounds, now: int
) -> None:
    """Raises Refusal."""
    await _check_queue(connection, prospect, bounds)
    await check_here(connection, prospect, bounds, now)


async def tag_within_bounds(
    connection: AsyncConnection, new: NewGeneration, bounds: Bounds
) -> float:
    """Raises Refusal."""
    last_live, highest, weight = await _check_queue(connection, new, bounds)
    return fair_tag(highest, last_live, new.cost, weight)


async def _check_queue(
    connection: AsyncConnection, new: NewGeneration | Prospect, bounds: Bounds
) -> tuple[float | None, float, float]:
    """The last tag of its requester's live rows, the highest one that was dispatched, and the
    requester's weight. Raises Refusal."""
    row = generations.c
    own = row.requester == new.requester
    dispatched = select(func.max(row.tag)).where(was_dispatched(row)).scalar_subquery()
    query = select(
        func.count().filter(own),
        func.count(),
        func.max(row.tag).filter(own),
        func.coalesce(dispatched, 0.0),
        weight_of(new.requester),
    ).where(is_live(row))
    own_live, live, last_live, highest, weight = (await connection.execute(query)).one()
    if own_live >= bounds.live_per_requester:
        raise Refusal("queue_full_yours", limit=bounds.live_per_requester)
    if live >= bounds.live_in_all:
        raise Refusal("queue_full", limit=bounds.live_in_all)
    return last_live, highest, weight


async def check_here(
    connection: AsyncConnection, new: NewGeneration | Prospect, bounds: Bounds, now: int
) -> None:
    """What the group itself bounds: each needs a look of its own, at one person's rows."""
    row = generations.c
    theirs = (row.requester == new.requester) & (row.scope == new.scope)
    if bounds.live_here is not None:
        query = select(func.count()).where(theirs, is_live(row))
        if (await connection.execute(query)).scalar_one() >= bounds.live_here:
            raise Refusal("queue_full_here", limit=bounds.live_here)
    if bounds.cooldown_ms:
        # A clock that was ahead, and is right again, lets nobody wait for longer than this.
        lately = row.created_ms.between(now - bounds.cooldown_ms + 1, now)
        query = select(func.max(row.created_ms)).where(theirs, starts_cooldown(row), lately)
        last = (await connection.execute(query)).scalar_one()
        if last is not None:
            wait = last + bounds.cooldown_ms - now
            raise Refusal("cooldown", seconds=-(-wait // 1000), cooldown=bounds.cooldown_ms // 1000)
