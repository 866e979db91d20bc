"""How often a request was drawn once more at an admin's wish, in whatever order: each of them may
fail too, and be drawn again."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.acts import ActKind
from bot.core.errors import Refusal
from bot.core.generation import LIVE, MAX_RETRIES, Outcome
from bot.store.house_tables import acts
from bot.store.tables import generations

_g, _a = generations.c, acts.c
#: What was drawn by it has the act's event.
_retried = generations.join(acts, (_a.event_key == _g.event_key) & (_a.kind == ActKind.RETRY))


async def check_retry(connection: AsyncConnection, generation_id: str) -> None:
    """Raises Refusal where it waits again, was drawn meanwhile, or was tried often enough."""
    made = await _made_of(connection, await _first(connection, generation_id))
    for one, outcome in made:
        if outcome in LIVE:
            raise Refusal("retry_waits", id=one)
        if outcome == Outcome.FINISHED:
            raise Refusal("retry_drawn", id=one)
    if len(made) >= MAX_RETRIES:
        raise Refusal("retried_enough", limit=MAX_RETRIES)


async def _first(connection: AsyncConnection, generation_id: str) -> str:
    """What somebody asked for, of which this is the last try."""
    while True:
        query = select(_a.target).select_from(_retried).where(_g.id == generation_id)
        before = (await connection.execute(query)).scalar_one_or_none()
        if before is None:
            return generation_id
        generation_id = before


async def _made_of(connection: AsyncConnection, first: str) -> Sequence[tuple[str, str]]:
    """Ids and outcomes of all tries but that one."""
    made: list[tuple[str, str]] = []
    last = [first]
    while last:
        query = select(_g.id, _g.outcome).select_from(_retried).where(_a.target.in_(last))
        found = [(one, outcome) for one, outcome in await connection.execute(query)]
        made += found
        last = [one for one, _ in found]
    return made
