"""A dispatcher at work between real rows (SQLite) and an engine that the test drives."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.core.cancel import Cancel
from bot.core.dispatch import Dispatcher
from bot.core.engine_ports import EngineLink
from bot.core.generation import Generation, Origin, Outcome
from bot.core.loras import Loras
from bot.core.news import News
from bot.core.pace import Pace
from bot.core.recover import Recovery
from bot.store.database import Database
from bot.store.generations import SqlAdmissions
from bot.store.group_queue import SqlGroupQueue
from bot.store.images import PictureFolder
from bot.store.job_rows import SqlJobRows
from bot.store.outcomes import SqlOutcomes
from bot.store.pauses import SqlPauses
from bot.store.records import SqlRecords
from engine.contract import JobKey
from engine.profiles import profile_named
from tests.builders import ManualClock, bounds, new_generation
from tests.fakes.engine_link import FakeEngine
from tests.integration.waiting import eventually
from tests.stores import books_of, sqlite_url


@dataclass
class Bench:
    """A dispatcher at work, and what stands around it."""

    engine: FakeEngine
    admissions: SqlAdmissions
    rows: SqlJobRows
    outcomes: SqlOutcomes
    records: SqlRecords
    recovery: Recovery
    pauses: SqlPauses
    pictures: PictureFolder
    news: News
    pace: Pace
    clock: ManualClock
    #: The dispatcher's.
    work: asyncio.Task[None]

    async def admit(self, **changes: object) -> Generation:
        admitted = await self.admissions.admit(new_generation(**changes), bounds())
        self.news.moved(admitted.generation.id)
        return admitted.generation

    async def cancel(self, generation: Generation) -> None:
        """As its requester, who saw the row as it is in `generation`."""
        cancel = Cancel(
            outcomes=self.outcomes, records=self.records, link=self.engine, news=self.news
        )
        origin = Origin(
            event_key="press:1",
            requester=generation.requester,
            address=generation.address,
            locale="zh",
        )
        await cancel(generation, origin)

    async def handed_over(self, generation: Generation, attempt: int = 1) -> JobKey:
        key = JobKey(generation_id=generation.id, attempt=attempt)
        await eventually(lambda: key in self.engine.accepted)
        return key

    async def becomes(
        self, generation: Generation, outcome: Outcome, seconds: float = 5.0
    ) -> Generation:
        async def now() -> Generation | None:
            row = await self.admissions.get(generation.id)
            return row if row is not None and row.outcome is outcome else None

        found: Generation = await eventually(now, seconds)
        return found


@asynccontextmanager
async def working(dispatcher: Dispatcher) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(dispatcher.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def dispatching(
    folder: Path, each: int | None = None, link: EngineLink | None = None
) -> AsyncIterator[Bench]:
    """A dispatcher at work, with its database and pictures in `folder`. `each`: places that one
    person may hold while others wait. Its engine is the one that the test drives, if not
    `link`."""
    clock, news, engine = ManualClock(), News(), FakeEngine()
    pace = Pace(profile_named("demo"))
    async with Database(sqlite_url(folder / "zdraw.db")) as database:
        rows = SqlJobRows(database, clock, each)
        outcomes = SqlOutcomes(database, clock, books_of(clock))
        pictures = PictureFolder(folder)
        dispatcher = Dispatcher(
            link=link or engine,
            rows=rows,
            outcomes=outcomes,
            pictures=pictures,
            news=news,
            pace=pace,
            loras=Loras(),
            clock=clock,
            log=structlog.get_logger(),
        )
        recovery = Recovery(
            rows=rows,
            outcomes=outcomes,
            queue=SqlGroupQueue(database, clock, books_of(clock)),
            news=news,
            clock=clock,
            queue_hours=24,
        )
        async with working(dispatcher) as work:
            yield Bench(
                engine=engine,
                admissions=SqlAdmissions(database, clock, books_of(clock)),
                rows=rows,
                outcomes=outcomes,
                records=SqlRecords(database),
                recovery=recovery,
                pauses=SqlPauses(database, clock),
                pictures=pictures,
                news=news,
                pace=pace,
                clock=clock,
                work=work,
            )
