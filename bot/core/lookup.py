"""Which generation somebody means, and whether they may see it."""

from bot.core.errors import AlreadySeen, Refusal
from bot.core.generation import Generation, Origin
from bot.core.ports import Admissions, Records
from bot.core.rights import may_see


class Lookup:
    """Finds rows for whoever asks. But for `known` every method raises Refusal where there is
    none."""

    def __init__(self, *, admissions: Admissions, records: Records) -> None:
        self._admissions = admissions
        self._records = records

    async def check_unseen(self, origin: Origin) -> None:
        """A redelivered event is judged by what it did, not by how things stand by now. Raises
        AlreadySeen."""
        if await self._records.seen(origin.event_key):
            raise AlreadySeen(origin.event_key)

    async def visible(self, origin: Origin, generation_id: str) -> Generation:
        """To others a generation of another chat is as unknown as one that never was."""
        found = await self._admissions.get(generation_id)
        if found is None or not may_see(found, origin):
            raise Refusal("unknown_generation", id=generation_id)
        return found

    async def kept(self, origin: Origin, generation_id: str) -> Generation:
        """The same, where its words and pictures are wanted too."""
        return _kept(await self.visible(origin, generation_id))

    async def known(self, origin: Origin, generation_id: str | None) -> Generation | None:
        """The same, where it is as well if there is none."""
        if generation_id is None:
            return None
        try:
            return await self.kept(origin, generation_id)
        except Refusal:
            return None

    async def shown_in(
        self, origin: Origin, message: str, none_code: str = "which_request"
    ) -> Generation:
        """The one whose status message that is."""
        found = await self._admissions.by_status_message(origin.address, message)
        if found is None or not may_see(found, origin):
            # A copy, an original, a notice: nothing is stored of those.
            raise Refusal(none_code)
        return found

    async def meant(
        self,
        origin: Origin,
        generation_id: str | None,
        status_message: str | None,
        none_code: str,
    ) -> Generation:
        """The named one, the one shown in `status_message`, or the person's last one here; with
        its words."""
        if generation_id is not None:
            return await self.kept(origin, generation_id)
        if status_message is not None:
            return _kept(await self.shown_in(origin, status_message))
        found = await self._admissions.latest(origin.requester, origin.address.chat)
        # What is older than a forgotten one is forgotten as well.
        if found is None or found.forgotten is not None:
            raise Refusal(none_code)
        return found

    async def meant_to_cancel(
        self, origin: Origin, generation_id: str | None, status_message: str | None
    ) -> Generation:
        """The same, but the last one is the last that has not ended; and whose the named one is,
        and where it was asked for, is looked at afterwards: who governs it need not see it."""
        if generation_id is not None:
            found = await self._admissions.get(generation_id)
            if found is None:
                raise Refusal("unknown_generation", id=generation_id)
            return found
        if status_message is not None:
            return await self.shown_in(origin, status_message)
        latest = await self._admissions.latest(origin.requester, origin.address.chat, live=True)
        if latest is None:
            raise Refusal("nothing_to_cancel")
        return latest


def _kept(generation: Generation) -> Generation:
    if generation.forgotten is not None:
        raise Refusal("forgotten", id=generation.id)
    return generation
