"""Progress edits in Telegram take the last turns, and a picture need not wait for them."""

from bot.adapters.shared import trailing
from bot.adapters.shared.trailing import Place
from bot.adapters.telegram.flood import Priority
from bot.adapters.telegram.gate import FloodGate
from bot.core.log import Log

#: How long a picture waits for an edit that is already on its way.
LANDING_SECONDS = 5.0


class TrailingEdits(trailing.TrailingEdits):
    """Sends the newest text of each message when the chat has room for it."""

    def __init__(self, gate: FloodGate, log: Log) -> None:
        super().__init__(lambda place: gate.turn(place[0], Priority.PROGRESS), log)

    async def stop_for(self, place: Place, *, for_picture: bool) -> None:
        """A message that has become a picture takes no text, so a picture waits a moment only;
        should it be refused, its sentence waits for the same edit."""
        await self.stop(place, within=LANDING_SECONDS if for_picture else None)
