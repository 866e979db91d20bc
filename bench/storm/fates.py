"""What happens to a request in Discord while it waits. Every step returns True once nothing is
left to happen, also because the request was quicker."""

import time

from bench.storm.rows import Row, StateFolder
from bench.storm.wishes import CHANNEL, Fate, Place, Wish
from tests.fakes.discord_api import FakeDiscord

MINUTE = 60.0
#: At minute 13 it is said where a picture will not be able to come. The bot looks every 5 s.
WARNING, LATE, ENDED = 13.2 * MINUTE, 14.2 * MINUTE, 15.5 * MINUTE
WARNING_SECONDS = 8.0
#: Longer than Discord knows a nonce.
NONCE = 5 * MINUTE
#: So many answers to the edit that brings a picture are lost, until it is seen.
BRINK_EDITS = 4


class Fates:
    """Lets things happen."""

    def __init__(self, discord: FakeDiscord, folder: StateFolder) -> None:
        self._discord = discord
        self._folder = folder

    def prepare(self, wish: Wish) -> None:
        """At the moment in which it is asked."""
        if wish.fate is Fate.BRINK:
            path = f"/webhooks/*/{wish.interaction.token}/messages/*"
            lose = self._discord.faults.lose_answer
            wish.fault = lose("PATCH", path, times=BRINK_EDITS, with_file=True)

    def step(self, wish: Wish, row: Row | None) -> bool:
        """See above; called often."""
        if row is None or not row.noted:
            # Time that passes in this moment is a night: the bot must have died in it.
            return False
        if row.settled:
            return True
        match wish.fate:
            case Fate.DELETED:
                return self._delete(wish)
            case Fate.LATE | Fate.ENDED:
                return self._wait(wish, row, LATE if wish.fate is Fate.LATE else ENDED)
            case Fate.EARLY:
                self._discord.age(ENDED, wish.interaction)
                wish.struck = True
                return True
            case Fate.BRINK:
                return self._step_over_the_brink(wish, row)
            case Fate.FORGOTTEN:
                return self._forget(wish, row)
            case _:
                return True

    def _delete(self, wish: Wish) -> bool:
        with self._discord.world.lock:
            message = wish.interaction.original
            if message is None:
                return False
            if not message.deleted and not message.images:
                self._discord.people.delete(message)
                wish.struck = True
        return True

    def _wait(self, wish: Wish, row: Row, seconds: float) -> bool:
        if not wish.confined:
            self._age(wish, row, seconds)
            return True
        if wish.since is None:
            self._age(wish, row, WARNING)
            wish.since = time.monotonic()
        if time.monotonic() - wish.since < WARNING_SECONDS:
            return False
        self._age(wish, row, seconds - WARNING)
        return True

    def _step_over_the_brink(self, wish: Wish, row: Row) -> bool:
        message = wish.interaction.original
        if message is None or not message.images:
            return False
        assert wish.fault is not None, "prepared"
        wish.fault.times = 0
        # A try at taking the old message away fails, too; once aiohttp repeats it by itself.
        path = f"/channels/{message.channel_id}/messages/{message.id}"
        self._discord.faults.fail_next("DELETE", path, close="before", times=2)
        self._age(wish, row, LATE)
        return True

    def _forget(self, wish: Wish, row: Row) -> bool:
        if wish.fault is None:
            channel = CHANNEL if wish.place is Place.CHANNEL else self._discord.dm(wish.user)
            path = f"/channels/{channel}/messages"
            wish.fault = self._discord.faults.lose_answer("POST", path)
            self._age(wish, row, ENDED)
        if wish.fault.times > 0:
            return False
        with self._discord.world.lock:
            sent = [change.message for change in self._discord.history if change.message.nonce]
            self._discord.age(NONCE, *{one for one in sent if (one.nonce or "").startswith(row.id)})
        wish.forgetful = True
        return True

    def _age(self, wish: Wish, row: Row, seconds: float) -> None:
        """For the bot and for Discord alike."""
        wish.struck = True
        self._folder.age(seconds, row.id)
        self._discord.age(seconds, wish.interaction)
