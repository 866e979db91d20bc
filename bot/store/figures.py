"""Figures over SQL."""

from collections.abc import Sequence

from sqlalchemy import case, func, select

from bot.core.figures import Span
from bot.core.generation import Outcome
from bot.store.conditions import is_kept
from bot.store.database import Database
from bot.store.tables import generations

_row = generations.c


class SqlFigures:
    """Implements bot.core.figures.Figures."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def spans(self, begin_ms: int, length_ms: int, count: int) -> Sequence[Span]:
        drawn = _row.outcome == Outcome.FINISHED
        # An older zdraw did not know when the first step began.
        began = func.coalesce(_row.begun_ms, _row.started_ms)
        wait = case((drawn, (began - _row.created_ms) / 1000.0))
        number = ((_row.finished_ms - begin_ms) // length_ms).label("number")
        query = (
            select(
                number,
                func.sum(case((drawn, _row.count), else_=0)),
                func.count().filter(_row.outcome == Outcome.FAILED),
                func.avg(wait),
                func.max(wait),
            )
            .where(
                is_kept(_row),
                _row.finished_ms >= begin_ms,
                _row.finished_ms < begin_ms + count * length_ms,
            )
            .group_by(number)
        )
        async with self._database.read() as connection:
            found = {row[0]: row[1:] for row in await connection.execute(query)}
        spans = []
        for index in range(count):
            pictures, failed, mean, longest = found.get(index, (0, 0, None, None))
            spans.append(
                Span(
                    begin_ms=begin_ms + index * length_ms,
                    pictures=pictures,
                    failed=failed,
                    wait_s=mean,
                    longest_wait_s=longest,
                )
            )
        return spans
