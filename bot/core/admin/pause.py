"""/pause and /resume: whether the queue goes on, for everybody."""

from bot.core.acts import EVERYWHERE, Act, ActKind, act_of
from bot.core.admin.ask import Ask, Said
from bot.core.errors import Refusal
from bot.core.pauses import Pause, Pauses, pause_text
from bot.core.replies import reply
from bot.core.staff import Level

MAX_REASON = 100


class PauseQueue:
    """Implements AdminCommand. The words are the reason, which everybody who waits is told."""

    def __init__(self, pauses: Pauses) -> None:
        self._pauses = pauses

    async def __call__(self, ask: Ask) -> Said:
        await ask.require(Level.FLEET_ADMIN)
        reason = " ".join(ask.words.split())
        if len(reason) > MAX_REASON:
            raise Refusal("too_long", length=len(reason), limit=MAX_REASON)
        await self._pauses.pause(reason, _act(ask, ActKind.PAUSE))
        locale, platform = ask.origin.locale, ask.origin.address.platform
        how = reply("how_to_resume", locale, platform)
        return Said(text=f"{pause_text(Pause(reason), locale)}\n{how}")


class ResumeQueue:
    """Implements AdminCommand."""

    def __init__(self, pauses: Pauses) -> None:
        self._pauses = pauses

    async def __call__(self, ask: Ask) -> Said:
        await ask.require(Level.FLEET_ADMIN)
        await self._pauses.resume(_act(ask, ActKind.RESUME))
        return Said(text=reply("queue_goes_on", ask.origin.locale))


def _act(ask: Ask, kind: ActKind) -> Act:
    return act_of(ask.origin, kind, scope=EVERYWHERE, detail=ask.words)
