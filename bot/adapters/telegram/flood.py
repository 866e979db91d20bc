"""Telegram's flood limits as arithmetic: who may call next, and when. No clock, no loop.

A chat has its own limits, so that one that is told to wait holds up nobody else. What waits goes
by how much people would miss it, and the less important leaves room for what is still to come:
in a group the budget of a minute is soon spent, and every edit counts. However many refusals
one person earns there, the others' requests are shown and their pictures arrive.
"""

from bisect import insort
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count

#: Idle chats are forgotten when this many are known.
MANY_CHATS = 4096


class Priority(IntEnum):
    """What goes first."""

    ACKNOWLEDGEMENT = 0
    PICTURE = 1
    #: The first and, where it is a text, the last of a request's message.
    STATUS = 2
    NOTICE = 3
    PROGRESS = 4


class Limit:
    """At most `calls` calls in any `seconds`. `reserved` is what a priority leaves free; with
    `only` the calls of one priority are limited, and the others are not counted."""

    def __init__(
        self,
        calls: int,
        seconds: float,
        reserved: Mapping[Priority, int] | None = None,
        *,
        only: Priority | None = None,
    ) -> None:
        self._calls = calls
        self._seconds = seconds
        self._reserved = reserved or {}
        self._only = only
        self._made: deque[float] = deque()

    def free_at(self, now: float, priority: Priority) -> float:
        """The earliest time, `now` or later, at which a call fits."""
        self._forget(now)
        if self._only not in (None, priority):
            return now
        usable = self._calls - self._reserved.get(priority, 0)
        if len(self._made) < usable:
            return now
        return self._made[-usable] + self._seconds

    def spend(self, now: float, priority: Priority) -> None:
        if self._only in (None, priority):
            self._made.append(now)

    def idle(self, now: float) -> bool:
        self._forget(now)
        return not self._made

    def _forget(self, now: float) -> None:
        while self._made and self._made[0] + self._seconds <= now:
            self._made.popleft()


def limits_of(chat: str | None) -> tuple[Limit, ...]:
    """What Telegram allows in one chat: one call a second with bursts, and 20 a minute in groups,
    whose ids are negative. In a group less than half of that is for notices."""
    if chat is None:
        # Answers to presses: they go first, so they must not take all there is.
        return (Limit(10, 1.0),)
    short = Limit(10, 10.0, {Priority.PROGRESS: 6, Priority.NOTICE: 4, Priority.STATUS: 2})
    if not chat.startswith("-"):
        return (short,)
    reserved = {Priority.PROGRESS: 12, Priority.NOTICE: 6, Priority.STATUS: 4}
    return (short, Limit(20, 60.0, reserved), Limit(3, 20.0, only=Priority.NOTICE))


def overall_limit() -> Limit:
    """What Telegram allows in all chats together is about 30 a second."""
    return Limit(25, 1.0)


@dataclass(frozen=True, order=True)
class Ticket:
    """A call that waits for its turn; the smaller goes first."""

    priority: Priority
    number: int
    chat: str | None = field(compare=False)


@dataclass
class _Chat:
    limits: tuple[Limit, ...]
    waiting: list[Ticket] = field(default_factory=list)
    paused_until: float = 0.0

    def free_at(self, now: float, priority: Priority) -> float:
        return max([now, self.paused_until, *(x.free_at(now, priority) for x in self.limits)])

    def idle(self, now: float) -> bool:
        quiet = all(limit.idle(now) for limit in self.limits)
        return quiet and not self.waiting and self.paused_until <= now


class FloodSchedule:
    """Orders the calls of the whole bot."""

    def __init__(self) -> None:
        self._overall = overall_limit()
        self._chats: dict[str | None, _Chat] = {}
        #: Chats in which something waits.
        self._busy: set[str | None] = set()
        self._numbers = count()

    def join(self, chat: str | None, priority: Priority, now: float) -> Ticket:
        """Wait for a turn in `chat`; None is a call that belongs to no chat."""
        ticket = Ticket(priority, next(self._numbers), chat)
        insort(self._chat(chat, now).waiting, ticket)
        self._busy.add(chat)
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """No longer wanted."""
        waiting = self._chats[ticket.chat].waiting
        waiting.remove(ticket)
        if not waiting:
            self._busy.discard(ticket.chat)

    def pause(self, chat: str | None, until: float, now: float) -> None:
        """Nothing goes to this chat before `until`; other chats do not notice."""
        known = self._chat(chat, now)
        known.paused_until = max(known.paused_until, until)

    def take(self, now: float) -> Ticket | None:
        """The most important call that may be made now; it counts as made."""
        ready = [
            first
            for chat in self._busy
            if self._free_at(first := self._chats[chat].waiting[0], now) <= now
        ]
        if not ready:
            return None
        ticket = min(ready)
        self.leave(ticket)
        for limit in (self._overall, *self._chats[ticket.chat].limits):
            limit.spend(now, ticket.priority)
        return ticket

    def next_time(self, now: float) -> float | None:
        """When `take` is worth asking again; None when nothing waits."""
        # Only the first of a chat matters: what waits behind it has to leave more room free.
        # (Progress may wait behind a notice that has none; nobody misses it.)
        firsts = [self._chats[chat].waiting[0] for chat in self._busy]
        return min((self._free_at(first, now) for first in firsts), default=None)

    def _free_at(self, ticket: Ticket, now: float) -> float:
        overall = self._overall.free_at(now, ticket.priority)
        if overall > now:
            return overall
        return self._chats[ticket.chat].free_at(now, ticket.priority)

    def _chat(self, chat: str | None, now: float) -> _Chat:
        if chat not in self._chats:
            if len(self._chats) >= MANY_CHATS:
                self._chats = {k: v for k, v in self._chats.items() if not v.idle(now)}
            self._chats[chat] = _Chat(limits_of(chat))
        return self._chats[chat]
