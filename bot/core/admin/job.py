"""/job: how a request fares, cancelled or drawn once more at an admin's wish; and all that wait."""

from contextlib import suppress

from bot.core.admin.ask import Ask, Said
from bot.core.admin.job_view import LISTED, RETRIED, JobView, job_buttons, list_buttons
from bot.core.cancel import Cancel
from bot.core.draw import Draw
from bot.core.errors import AlreadySeen, Refusal
from bot.core.generation import Generation, Origin
from bot.core.group_queue import GroupQueue
from bot.core.ports import Admissions
from bot.core.quota import scope_of
from bot.core.replies import refusal_text, reply
from bot.core.rights import is_of_group, may_see
from bot.core.staff import Level

#: What a refusal quotes of a prompt.
QUOTING = frozenset({"lost", "words", "value"})
#: What concerns whoever wants it drawn again, and not whoever asked for it.
OF_ADMINS = frozenset({"retry_waits", "retry_drawn", "retried_enough"})
#: Further on nobody presses.
MAX_PAGES = 1000


class Job:
    """Implements AdminCommand. A group's admins reach its requests, those who run all groups
    reach any. `k3v9x2ab` or a reply; `cancel k3v9x2ab`; `retry k3v9x2ab`; nothing, or `page 2`,
    lists; `all` before it lists everybody's."""

    def __init__(
        self,
        *,
        admissions: Admissions,
        queue: GroupQueue,
        view: JobView,
        cancel: Cancel,
        draw: Draw,
    ) -> None:
        self._admissions = admissions
        self._queue = queue
        self._view = view
        self._cancel = cancel
        self._draw = draw

    async def __call__(self, ask: Ask) -> Said:
        everywhere = ask.everywhere()
        await ask.require(Level.FLEET_ADMIN if everywhere else Level.GROUP_ADMIN)
        if everywhere:
            ask.check_unheard()
        verb, rest = (everywhere or ask).split()
        match verb:
            case "page":
                return await self._listed(ask, rest, everywhere=everywhere is not None)
            case "" if everywhere or ask.pointed.message is None:
                return await self._listed(ask, "1", everywhere=everywhere is not None)
            case "cancel":
                return await self._cancelled(ask, rest)
            case "retry":
                return await self._retried(ask, rest)
            case _:
                return await self._shown(ask, await self._found(ask, verb))

    async def _found(self, ask: Ask, named: str) -> Generation:
        """To a group's admins one of another group is as unknown as one that never was."""
        generation_id = named.strip().removeprefix("#").lower()
        if generation_id:
            found = await self._admissions.get(generation_id)
        elif ask.pointed.message is not None:
            address = ask.origin.address
            found = await self._admissions.by_status_message(address, ask.pointed.message)
        else:
            raise Refusal("which_job")
        if found is None or not await ask.governs(found):
            raise Refusal("unknown_generation", id=generation_id) if named else Refusal("which_job")
        return found

    async def _shown(self, ask: Ask, generation: Generation, before: str = "") -> Said:
        origin = ask.origin
        text = await self._view.one(generation, origin)
        everywhere = not is_of_group(generation, origin)
        buttons = job_buttons(generation, everywhere=everywhere, locale=origin.locale)
        return Said(text=before + text, buttons=buttons, private=True)

    async def _cancelled(self, ask: Ask, named: str) -> Said:
        found = await self._found(ask, named)
        # Delivered again, its answer may be missing.
        with suppress(AlreadySeen):
            await self._cancel(found, ask.origin)
        return await self._shown(ask, await self._found(ask, found.id))

    async def _retried(self, ask: Ask, named: str) -> Said:
        found = await self._found(ask, named)
        if found.outcome not in RETRIED:
            raise Refusal("not_retried", id=found.id)
        try:
            admitted = await self._draw.retry(ask.origin, found)
        except Refusal as refusal:
            if refusal.code in OF_ADMINS:
                raise
            raise _of_theirs(refusal, found, ask.origin) from None
        said = reply("retried", ask.origin.locale, id=found.id)
        return await self._shown(ask, admitted.generation, before=f"{said}\n")

    async def _listed(self, ask: Ask, number: str, *, everywhere: bool) -> Said:
        origin = ask.origin
        page = min(int(number), MAX_PAGES) if number.isdecimal() else 1
        group = None if everywhere else (origin.address.platform, scope_of(origin))
        skip = (max(1, page) - 1) * LISTED
        found = await self._queue.live(group, skip=skip, limit=LISTED + 1)
        if not found and not skip:
            return Said(text=reply("nothing_waits", origin.locale), private=True)
        buttons = list_buttons(
            found[:LISTED],
            max(1, page),
            more=len(found) > LISTED,
            everywhere=everywhere,
            locale=origin.locale,
        )
        text = self._view.listed(found[:LISTED], origin, skip=skip)
        return Said(text=text, buttons=buttons, private=True)


def _of_theirs(refusal: Refusal, generation: Generation, origin: Origin) -> Refusal:
    """What they would be told; of their words nothing is quoted to who may not see them."""
    told = refusal_text(refusal, origin.locale, origin.address.platform)
    if QUOTING & refusal.data.keys() and not may_see(generation, origin):
        told = refusal.code
    return Refusal("not_drawn_for_them", who=generation.requester, told=told)
