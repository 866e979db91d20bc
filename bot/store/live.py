"""Live rows: those that have not ended. They are few, however much there has been."""

from typing import TypeVar

from sqlalchemy import Select

from bot.store.conditions import is_live
from bot.store.tables import generations

Result = TypeVar("Result", bound=Select[tuple[object, ...]])


def live_only(query: Result) -> Result:
    """Of a query that names a person: SQLite, which does not know how many rows a value has, would
    read all that this person ever asked for."""
    live = query.where(is_live(generations.c))
    return live.with_hint(generations, "INDEXED BY ix_generations_live", "sqlite")
