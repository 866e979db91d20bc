"""From a row to what people see: one status message, which in the end becomes the picture.

A chat message is a projection of its row. For each generation at most one task projects at a
time; a word that arrives meanwhile makes it look again. The picture only ever arrives by
*editing* the status message, which is harmless to repeat after a crash; when that message is
gone, a new one is opened first and its id stored. A picture that is not taken becomes a sentence
that says so.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace
from itertools import islice

from bot.core.cards import Cards
from bot.core.errors import DeliveryError, MessageGone, TryLater, Unreachable
from bot.core.generation import LIVE, Generation, Outcome
from bot.core.log import Log
from bot.core.messages import Card, Mark
from bot.core.news import News
from bot.core.ports import Admissions, Clock, Deliveries, Messenger
from bot.core.quiet import QuietMode

#: Between a request and its status message.
OPENING_PAUSE_SECONDS = 0.03
#: Live status messages are looked at this often: positions and waiting times change.
REFRESH_SECONDS = 3.0
REFRESH_AT_ONCE = 20
#: Rows that no word was heard of are looked for this often.
SCAN_SECONDS = 5.0
PROJECTED_AT_ONCE = 100
#: Someone who waited longer than this has looked away: an edit alone would not notify them.
PING_AFTER_MS = 30_000
#: Status messages that vanish again and again are given up after this many.
MAX_OPENINGS = 3
#: A live generation whose chat cannot be written to is left alone for this long.
UNREACHABLE_REST_SECONDS = 60.0
#: So is one whose showing failed in a way nobody expected.
UNEXPECTED_REST_SECONDS = 30.0


class Deliverer:
    """Keeps every platform's messages in step with the rows."""

    def __init__(
        self,
        *,
        admissions: Admissions,
        deliveries: Deliveries,
        messengers: Mapping[str, Messenger],
        silent: Collection[str],
        quiet: QuietMode,
        cards: Cards,
        news: News,
        clock: Clock,
        log: Log,
    ) -> None:
        """`silent`: platforms that show nothing, where whoever asked reads the row. Nothing is
        made for them that nobody would see, until they have ended."""
        self._admissions = admissions
        self._deliveries = deliveries
        self._messengers = messengers
        self._silent = silent
        self._quiet = quiet
        self._cards = cards
        self._news = news
        self._clock = clock
        self._log = log
        self._tasks: asyncio.TaskGroup | None = None
        #: Being projected now; True = look again afterwards.
        self._busy: dict[str, bool] = {}
        #: Told to wait by the platform.
        self._resting: set[str] = set()
        #: What each live status message shows.
        self._shown: dict[str, str] = {}

    async def run(self) -> None:
        """Work until cancelled."""
        stop_listening = self._news.listen(self.look_at)
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            tasks.create_task(self._every(SCAN_SECONDS, self._scan))
            try:
                await self._every(REFRESH_SECONDS, self._refresh)
            finally:
                # Here, before the group ends: one that is ending takes no more tasks.
                stop_listening()
                self._tasks = None

    def look_at(self, generation_id: str) -> None:
        """Bring this generation's message up to date soon."""
        if generation_id in self._busy:
            self._busy[generation_id] = True
        elif self._tasks is not None and generation_id not in self._resting:
            self._busy[generation_id] = False
            self._tasks.create_task(self._project(generation_id))

    async def _every(self, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await work()
            await asyncio.sleep(seconds)

    async def _scan(self) -> None:
        for generation_id in await self._deliveries.undelivered(self._silent):
            if len(self._busy) >= PROJECTED_AT_ONCE:
                # The rest has its turn at the next scan: thousands of tasks at once would hold
                # up everybody who writes meanwhile.
                return
            if generation_id not in self._shown:
                self.look_at(generation_id)

    async def _refresh(self) -> None:
        """In turn: a long queue must not keep the database busy with its own positions."""
        for generation_id in tuple(islice(self._shown, REFRESH_AT_ONCE)):
            self._shown[generation_id] = self._shown.pop(generation_id)
            self.look_at(generation_id)

    async def _project(self, generation_id: str) -> None:
        try:
            await self._show(generation_id)
        except TryLater as later:
            self._rest(generation_id, later.seconds)
        except Unreachable as gone:
            self._log.info("unreachable", generation_id=generation_id, reason=gone.reason)
            await self._give_up(generation_id, gone.reason)
        except MessageGone:
            # A live status message was deleted; the picture will open a new one.
            self._shown.pop(generation_id, None)
        except DeliveryError as error:
            self._log.error("undeliverable", generation_id=generation_id, error=str(error))
            await self._give_up(generation_id, str(error))
        except Exception:
            # One row that cannot be shown must not keep the others from being shown.
            self._log.exception("cannot_show", generation_id=generation_id)
            self._rest(generation_id, UNEXPECTED_REST_SECONDS)
        finally:
            if self._busy.pop(generation_id):
                self.look_at(generation_id)

    async def _show(self, generation_id: str) -> None:
        generation = await self._admissions.get(generation_id)
        if generation is None or generation.address.platform not in self._messengers:
            return
        messenger = self._messengers[generation.address.platform]
        if generation.outcome in LIVE:
            if generation.address.platform not in self._silent:
                await self._show_live(messenger, generation)
            return
        self._shown.pop(generation_id, None)
        await self._hand_over(messenger, generation)

    async def _show_live(self, messenger: Messenger, generation: Generation) -> None:
        if generation.status_message is None:
            if await self._quiet.is_on(generation):
                await self._show_mark(generation)
                return
            # The engine first: nobody sees the difference, and the GPU need not wait.
            await asyncio.sleep(OPENING_PAUSE_SECONDS)
        card = await self._cards.live(generation)
        if generation.status_message is None:
            await self._open(messenger, generation, card)
            self._shown[generation.id] = card.text
        elif self._shown.get(generation.id) != card.text:
            self._shown[generation.id] = card.text
            await messenger.refresh(generation, card)

    async def _show_mark(self, generation: Generation) -> None:
        """Once in the life of a process."""
        if self._shown.get(generation.id) != Mark.SEEN:
            self._shown[generation.id] = Mark.SEEN
            await self._quiet.mark(generation, Mark.SEEN)

    async def _open(self, messenger: Messenger, generation: Generation, card: Card) -> Generation:
        message = await messenger.open(generation, card)
        await self._deliveries.record_status(generation.id, message)
        return replace(generation, status_message=message)

    async def _hand_over(self, messenger: Messenger, generation: Generation) -> None:
        sending = await self._deliveries.sending(generation.id)
        if sending is None:
            return
        if sending.address.platform in self._silent:
            await self._settled(sending)
            return
        await self._show_end(messenger, sending)
        quiet = await self._quiet.is_on(sending)
        if quiet and sending.outcome is Outcome.FINISHED:
            # Before it is settled: a process that dies here marks it when it is back.
            await self._quiet.mark(sending, Mark.DONE)
        if not await self._settled(sending):
            return
        if not quiet and self._clock() - sending.created_ms > PING_AFTER_MS:
            await self._ping(messenger, sending)

    async def _settled(self, sending: Generation) -> bool:
        """Whether it was not before."""
        won = await self._deliveries.delivered(sending.id)
        if won:
            self._log.info("delivered", generation_id=sending.id, outcome=sending.outcome)
        return won

    async def _show_end(self, messenger: Messenger, sending: Generation) -> None:
        card = self._cards.ended(sending)
        try:
            await self._become(messenger, sending, card)
        except (MessageGone, TryLater, Unreachable):
            raise
        except DeliveryError:
            if card.picture is not None:
                await self._say_not_shown(messenger, sending.id)
            raise

    async def _say_not_shown(self, messenger: Messenger, generation_id: str) -> None:
        # Read anew: another status message may just have been opened.
        sending = await self._deliveries.sending(generation_id)
        if sending is None:
            return
        try:
            await self._become(messenger, sending, self._cards.not_shown(sending))
        except TryLater:
            # Both are tried again: the picture may pass by then.
            raise
        except DeliveryError as error:
            self._log.info("not_told", generation_id=generation_id, reason=str(error))

    async def _become(self, messenger: Messenger, generation: Generation, card: Card) -> None:
        """The status message turns into `card`, whatever happened to it meanwhile."""
        for _ in range(MAX_OPENINGS):
            if generation.status_message is None:
                generation = await self._open(
                    messenger, generation, self._cards.reopened(generation)
                )
            try:
                await messenger.deliver(generation, card)
                return
            except MessageGone:
                now = await self._deliveries.sending(generation.id)
                if now is None:
                    # Removed meanwhile: its message is not missing.
                    return
                # A message of a group that has moved is gone, and another may be open already.
                moved = now.address.chat != generation.address.chat
                generation = now if moved else replace(now, status_message=None)
        raise Unreachable("status messages keep vanishing")

    async def _ping(self, messenger: Messenger, generation: Generation) -> None:
        try:
            await messenger.ping(generation, self._cards.ping(generation))
        except DeliveryError as error:
            # Best effort: the picture itself has arrived.
            self._log.info("no_ping", generation_id=generation.id, reason=str(error))

    def _rest(self, generation_id: str, seconds: float) -> None:
        """Leave this generation alone for a while, then look again."""

        async def rest() -> None:
            await asyncio.sleep(seconds)
            self._resting.discard(generation_id)
            self.look_at(generation_id)

        if self._tasks is not None and generation_id not in self._resting:
            self._resting.add(generation_id)
            self._tasks.create_task(rest())

    async def _give_up(self, generation_id: str, reason: str) -> None:
        """Nobody can be told. One that is still live goes on, and the end of it is tried again."""
        self._shown.pop(generation_id, None)
        if not await self._deliveries.undeliverable(generation_id, reason):
            self._rest(generation_id, UNREACHABLE_REST_SECONDS)
