"""Quiet chats: no status messages, but reactions to the request, and then the picture.

Reactions are decoration: one that the platform does not take is logged and forgotten.
"""

from collections.abc import Mapping

from bot.core.chat_ports import ChatSettings, Reactor
from bot.core.errors import DeliveryError
from bot.core.generation import Generation
from bot.core.log import Log
from bot.core.messages import Mark


class QuietMode:
    """Whether it is on, and its marks. A platform without reactions has no quiet chats."""

    def __init__(
        self, *, settings: ChatSettings, reactors: Mapping[str, Reactor], log: Log
    ) -> None:
        self._settings = settings
        self._reactors = reactors
        self._log = log

    async def is_on(self, generation: Generation) -> bool:
        address = generation.address
        if address.platform not in self._reactors:
            return False
        return await self._settings.quiet(address.platform, address.chat)

    async def mark(self, generation: Generation, mark: Mark) -> None:
        """Harmless to repeat."""
        reactor = self._reactors.get(generation.address.platform)
        if reactor is None:
            # It was switched off meanwhile.
            return
        try:
            await reactor.react(generation.address, mark)
        except DeliveryError as error:
            self._log.info("no_reaction", generation_id=generation.id, reason=str(error))
