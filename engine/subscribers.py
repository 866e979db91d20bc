"""Who listens to the engine's events. A slow listener never holds up the engine."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable

from engine.contract import AnyEvent, Progress

#: Events kept for one subscriber that does not read. It can come back and lose nothing but
#: progress, because a stream repeats what is unacknowledged.
BUFFERED_EVENTS = 256


class Subscriber:
    """One event stream: a bounded buffer between the engine and a connection."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer: deque[AnyEvent] = deque()
        self._change = asyncio.Event()
        self._open = True

    def push(self, event: AnyEvent) -> bool:
        """Adds an event; False when the buffer is full of what may not be dropped."""
        if len(self._buffer) >= self._limit and not self._drop_progress():
            self.close()
            return False
        self._buffer.append(event)
        self._change.set()
        return True

    def close(self) -> None:
        """Ends the stream after what is buffered."""
        self._open = False
        self._change.set()

    async def events(self) -> AsyncIterator[list[AnyEvent]]:
        """Everything that has gathered since the last turn, again and again until closed."""
        while self._buffer or self._open:
            await self._change.wait()
            self._change.clear()
            if self._buffer:
                gathered = list(self._buffer)
                self._buffer.clear()
                yield gathered

    def _drop_progress(self) -> bool:
        for event in self._buffer:
            if isinstance(event, Progress):
                self._buffer.remove(event)
                return True
        return False


class Subscribers:
    """All event streams of this process. Belongs to one event loop."""

    def __init__(self, limit: int = BUFFERED_EVENTS) -> None:
        self._limit = limit
        self._subscribers: set[Subscriber] = set()
        self._closed = False

    def join(self, first: Iterable[AnyEvent]) -> Subscriber:
        """A new stream that begins with `first`, however long that is."""
        first = list(first)
        subscriber = Subscriber(self._limit + len(first))
        for event in first:
            subscriber.push(event)
        if self._closed:
            subscriber.close()
        else:
            self._subscribers.add(subscriber)
        return subscriber

    def leave(self, subscriber: Subscriber) -> None:
        """The connection is gone."""
        self._subscribers.discard(subscriber)

    def publish(self, event: AnyEvent) -> None:
        """Hands `event` to every stream; one whose buffer is full is ended."""
        for subscriber in list(self._subscribers):
            if not subscriber.push(event):
                self.leave(subscriber)

    def close(self) -> None:
        """Ends every stream, later ones included, after what is buffered."""
        self._closed = True
        for subscriber in self._subscribers:
            subscriber.close()
