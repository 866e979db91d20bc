"""Gateway sessions: numbered events for the bot, kept for a while so that they can be replayed.

https://docs.discord.com/developers/events/gateway#resuming
"""

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from tests.fakes.discord_api.clock import Clock
from tests.fakes.discord_api.errors import Json

#: https://docs.discord.com/developers/events/gateway#list-of-intents
GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12
MESSAGE_CONTENT = 1 << 15
PRIVILEGED = 1 << 1 | 1 << 8 | MESSAGE_CONTENT
#: Any bit above these is no intent.
KNOWN_INTENTS = (1 << 26) - 1

Sent = Callable[[], None]


class Sink(Protocol):
    """A socket that a session writes to. Both methods may be called from any thread."""

    def send(self, payload: Json, sent: Sent | None = None) -> None: ...

    def abort(self) -> None: ...


@dataclass(frozen=True)
class Event:
    """One dispatched event; `sent` is called each time it goes out."""

    seq: int
    name: str
    data: Json
    sent: Sent | None = None

    @property
    def payload(self) -> Json:
        return {"op": 0, "t": self.name, "s": self.seq, "d": self.data}


@dataclass(eq=False)
class Session:
    """What one IDENTIFY began. It outlives its socket."""

    id: str
    intents: int
    log: list[Event] = field(default_factory=list, repr=False)
    sink: Sink | None = None
    #: When its socket went away, on Discord's clock.
    left_at: float | None = None
    over: bool = False

    @property
    def seq(self) -> int:
        return self.log[-1].seq if self.log else 0

    def add(self, name: str, data: Json, sent: Sent | None = None) -> None:
        event = Event(self.seq + 1, name, data, sent)
        self.log.append(event)
        if self.sink is not None:
            self.sink.send(event.payload, event.sent)

    def detach(self, sink: Sink, now: float) -> None:
        if self.sink is sink:
            self.sink, self.left_at = None, now


class Sessions:
    """All sessions of the bot; every one of them gets every event."""

    def __init__(self, clock: Clock, lock: threading.RLock) -> None:
        self._clock = clock
        self._lock = lock
        self._numbers = itertools.count(1)
        self._sessions: dict[str, Session] = {}
        #: How long a session without a socket can be resumed.
        self.resume_seconds = 180.0

    def begin(self, intents: int, sink: Sink) -> Session:
        with self._lock:
            session = Session(f"session-{next(self._numbers)}", intents, sink=sink)
            self._sessions[session.id] = session
            return session

    def resume(self, session_id: str, seq: int, sink: Sink) -> Session | None:
        """Attach the session and replay what came after `seq`; None if it is over. ValueError
        if it never came to `seq`."""
        with self._lock:
            session = self._sessions.get(session_id)
            if session is None or not self._lives(session):
                return None
            if seq > session.seq:
                raise ValueError(f"{session_id} is at {session.seq}, not at {seq}")
            if session.sink is not None and session.sink is not sink:
                session.sink.abort()
            session.sink, session.left_at = sink, None
            for event in session.log:
                if event.seq > seq:
                    sink.send(event.payload, event.sent)
            session.add("RESUMED", {})
            return session

    def leave(self, session: Session, sink: Sink, *, over: bool = False) -> None:
        """The socket is gone; with `over` the session too."""
        with self._lock:
            session.detach(sink, self._clock.now())
            session.over = session.over or over

    def age(self, seconds: float) -> None:
        """Those without a socket lost it so much longer ago."""
        with self._lock:
            for session in self._sessions.values():
                if session.left_at is not None:
                    session.left_at -= seconds

    def live(self) -> list[Session]:
        """Those that have a socket, or may come back with one."""
        with self._lock:
            return [session for session in self._sessions.values() if self._lives(session)]

    def _lives(self, session: Session) -> bool:
        left = session.left_at
        late = left is not None and self._clock.now() - left > self.resume_seconds
        return not session.over and not late

    def dispatch(
        self,
        name: str,
        data: Json,
        *,
        intent: int = 0,
        masked: Json | None = None,
        sent: Sent | None = None,
    ) -> bool:
        """Tell the bot. `masked` is for sessions without the message content intent. False if
        nobody was there to be told: the event is lost."""
        with self._lock:
            sessions = self.live()
            for session in sessions:
                if not intent or session.intents & intent:
                    hidden = masked is not None and not session.intents & MESSAGE_CONTENT
                    session.add(name, masked if hidden and masked else data, sent)
            return bool(sessions)
