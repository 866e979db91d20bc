"""A token lives for a quarter of an hour. Where the bot cannot go on without it, in a chat that
it is no member of, a picture that takes longer cannot arrive: that is said while it can be."""

import asyncio

from bot.adapters.discord.calls import Calls
from bot.adapters.discord.render import Look, text_of
from bot.adapters.discord.reply_key import ReplyKey
from bot.adapters.discord.status_id import StatusId
from bot.adapters.shared.trailing import TrailingEdits
from bot.adapters.shared.trouble import trouble
from bot.core.errors import DeliveryError, TryLater
from bot.core.generation import Generation
from bot.core.log import Log
from bot.core.ports import Clock
from bot.core.replies import reply

#: A token is used for this long; a minute less than Discord says, for an upload takes time.
TOKEN_MS = 14 * 60 * 1000
#: When it is said that the picture will not be able to come.
WARNING_MS = 13 * 60 * 1000
LOOK_SECONDS = 5.0
#: Of those that nothing more is heard of so many are remembered.
MANY = 1000


def token_lives(generation: Generation, now: int) -> bool:
    """By one clock, this machine's: Discord's own may differ."""
    return now - generation.created_ms < TOKEN_MS


class Deadlines:
    """Looks after the status messages of requests that are waiting."""

    def __init__(self, calls: Calls, trailing: TrailingEdits, clock: Clock, log: Log) -> None:
        self._calls = calls
        self._trailing = trailing
        self._clock = clock
        self._log = log
        self._watched: dict[str, tuple[Generation, StatusId]] = {}
        #: Those that were judged: told, or none of those that have to be. In the order in which
        #: they came, for one that is removed before its end is shown is never forgotten.
        self._judged: dict[str, None] = {}
        #: Those whose message shows no progress any more, likewise.
        self._silent: dict[str, None] = {}

    def watch(self, generation: Generation, status: StatusId) -> None:
        """From now on it is looked after, until it is forgotten or its token has ended."""
        lives = token_lives(generation, self._clock())
        if status.by_token and lives and generation.id not in self._judged:
            self._watched[generation.id] = (generation, status)

    def forget(self, generation_id: str) -> None:
        """It has come to an end."""
        self._watched.pop(generation_id, None)
        self._judged.pop(generation_id, None)
        self._silent.pop(generation_id, None)

    def silence(self, generation_id: str) -> None:
        """Its message cannot be changed for now; Discord bans who goes on trying."""
        _remember(self._silent, generation_id)

    def is_silent(self, generation_id: str) -> bool:
        return generation_id in self._silent

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Tell those whose time has come."""
        now = self._clock()
        for generation, status in tuple(self._watched.values()):
            if now - generation.created_ms < WARNING_MS:
                continue
            try:
                await self._judge(generation, status)
            except TryLater:
                if token_lives(generation, now):
                    continue
            except DeliveryError as error:
                self._log.info("not_warned", generation_id=generation.id, reason=str(error))
            except Exception as error:
                # One that cannot be judged must not keep the others from being told.
                self._log.error("not_judged", generation_id=generation.id, **trouble(error))
            if self._watched.pop(generation.id, None) is not None:
                _remember(self._judged, generation.id)

    async def _judge(self, generation: Generation, status: StatusId) -> None:
        key = ReplyKey.of(generation.address)
        assert key is not None, "written with its token"
        if not generation.private and await self._calls.can_send(int(generation.address.chat)):
            return
        # First: a progress edit that comes meanwhile would hide it.
        self.silence(generation.id)
        await self._trailing.stop((generation.address.chat, status.text()))
        if generation.id not in self._watched:
            # It has ended in the meantime.
            return
        said = reply("cannot_arrive", generation.locale, id=generation.id)
        warning = Look(text=text_of(said))
        await self._calls.edit_answer(key.token, status.message, warning, passing=True)
        self._log.info("cannot_arrive", generation_id=generation.id)


def _remember(known: dict[str, None], generation_id: str) -> None:
    known[generation_id] = None
    while len(known) > MANY:
        del known[next(iter(known))]
