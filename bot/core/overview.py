"""How zdraw fares, for whoever runs it: engine, memory, queue, and figures over time."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.admin.job_view import JobView
from bot.core.figures import EngineGauge, Figures, Span
from bot.core.generation import Origin
from bot.core.group_queue import GroupQueue
from bot.core.pace import Pace
from bot.core.pauses import Pauses, pause_text
from bot.core.ports import Clock, Records
from bot.core.replies import reply

#: Requests that are listed.
LISTED = 20
_GIB = 2**30


@dataclass(frozen=True)
class Reach:
    """How far figures look back."""

    name: str
    #: Of one span, and how many there are.
    length_ms: int
    count: int


REACHES = (
    Reach("hour", 5 * 60_000, 12),
    Reach("day", 3_600_000, 24),
    Reach("week", 6 * 3_600_000, 28),
)


class Overview:
    """Reads; it changes nothing."""

    def __init__(
        self,
        *,
        gauge: EngineGauge,
        figures: Figures,
        queue: GroupQueue,
        records: Records,
        pauses: Pauses,
        pace: Pace,
        jobs: JobView,
        clock: Clock,
    ) -> None:
        self._gauge = gauge
        self._figures = figures
        self._queue = queue
        self._records = records
        self._pauses = pauses
        self._pace = pace
        self._jobs = jobs
        self._clock = clock

    async def engine(self, locale: str) -> str:
        """A line on the engine, and one on memory."""
        condition = await self._gauge.condition()
        if condition is None:
            return reply("engine_away", locale)
        state = "overview_ready" if condition.ready else "overview_loading"
        # "cpu", or the card's name; nothing while the model loads.
        device = condition.device or "…"
        lines = [reply(state, locale, device=device, model=self._pace.profile.name)]
        if self._pace.measured is not None:
            pace = f"{self._pace.measured:.3g}"
            lines.append(reply("overview_pace", locale, seconds=pace))
        memory = {
            "overview_card_free": condition.device_free_bytes,
            "overview_engine_holds": condition.resident_bytes,
            "overview_host_free": condition.host_available_bytes,
            "overview_host_total": condition.host_total_bytes,
        }
        known = [
            reply(code, locale, gib=f"{amount / _GIB:.1f}")
            for code, amount in memory.items()
            if amount is not None
        ]
        return "\n".join([*lines, " · ".join(known)])

    async def queue(self, origin: Origin) -> str:
        """What waits and what is being drawn, everybody's, the next one first. Prompts only of
        those that `origin` may see."""
        locale = origin.locale
        lines = [reply("queue_all", locale, count=await self._records.waiting_in_all())]
        pause = await self._pauses.paused()
        if pause is not None:
            lines.append(pause_text(pause, locale))
        live = await self._queue.live(None, skip=0, limit=LISTED)
        if live:
            lines.append(self._jobs.listed(live, origin, skip=0))
        return "\n".join(lines)

    async def spans(self, reach: Reach) -> Sequence[Span]:
        """The last one ends a span after now at most."""
        end = (self._clock() // reach.length_ms + 1) * reach.length_ms
        begin = end - reach.count * reach.length_ms
        return await self._figures.spans(begin, reach.length_ms, reach.count)
