"""What whoever sits at the machine decides about the queue, without a chat: recorded as any act of
those who keep order is."""

from bot.core.acts import EVERYWHERE, Act, ActKind, act_of
from bot.core.admin.pause import MAX_REASON
from bot.core.cancel import Cancel
from bot.core.clearing import clear_on
from bot.core.errors import Refusal
from bot.core.generation import Origin
from bot.core.group_queue import GroupQueue, Standing
from bot.core.news import News
from bot.core.pauses import Pause, Pauses
from bot.core.ports import Admissions


class Operator:
    """Who comes here may: adapters see to that. Each act has its effect once for each event."""

    def __init__(
        self,
        *,
        pauses: Pauses,
        queue: GroupQueue,
        admissions: Admissions,
        cancel: Cancel,
        news: News,
    ) -> None:
        self._pauses = pauses
        self._queue = queue
        self._admissions = admissions
        self._cancel = cancel
        self._news = news

    async def paused(self) -> Pause | None:
        return await self._pauses.paused()

    async def pause(self, origin: Origin, reason: str) -> None:
        """`reason` is told to everybody who waits; "" is none. Raises Refusal."""
        reason = " ".join(reason.split())
        if len(reason) > MAX_REASON:
            raise Refusal("too_long", length=len(reason), limit=MAX_REASON)
        await self._pauses.pause(reason, _act(origin, ActKind.PAUSE, reason))

    async def resume(self, origin: Origin) -> None:
        await self._pauses.resume(_act(origin, ActKind.RESUME))

    async def cancel(self, origin: Origin, named: str) -> str:
        """Anybody's request, by its id, which is given back as it is written. Raises Refusal."""
        generation_id = named.strip().removeprefix("#").lower()
        found = await self._admissions.get(generation_id)
        if found is None:
            raise Refusal("unknown_generation", id=generation_id)
        await self._cancel(found, origin)
        return found.id

    async def standing(self) -> Standing:
        """What `clear` would cancel now."""
        return await self._queue.standing(None)

    async def clear(self, origin: Origin, up_to: int) -> int:
        """Cancel what waits and was admitted until then, everybody's; how many."""
        act = _act(origin, ActKind.CLEAR, f"upto {up_to}")
        await self._queue.clear(None, up_to, act)
        await clear_on(self._queue, self._news)
        return await self._queue.cleared(act.event_key)


def _act(origin: Origin, kind: ActKind, detail: str = "") -> Act:
    return act_of(origin, kind, scope=EVERYWHERE, detail=detail)
