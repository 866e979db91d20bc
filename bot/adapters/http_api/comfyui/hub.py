"""Who listens at the WebSocket, and what is on the way to them."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

from bot.adapters.http_api.comfyui.story import Message

#: A client that does not read is let go when so many messages wait for it.
WAITING_MESSAGES = 1000


class Listener:
    """One connection. `None` in the queue: it is to be closed."""

    def __init__(self, user: str, client: str) -> None:
        self.user = user
        self.client = client
        #: It has said that it reads previews that come with what they are of.
        self.knows_metadata = False
        self.queue: asyncio.Queue[str | bytes | None] = asyncio.Queue()

    def tell(self, message: Message) -> None:
        self.put(json.dumps({"type": message.type, "data": message.data}, ensure_ascii=False))

    def put(self, message: str | bytes) -> None:
        if self.queue.qsize() >= WAITING_MESSAGES:
            self.close()
        else:
            self.queue.put_nowait(message)

    def close(self) -> None:
        self.queue.put_nowait(None)


class Hub:
    """All connections: one for each client of each user."""

    def __init__(self) -> None:
        self._listeners: dict[tuple[str, str], Listener] = {}

    def join(self, user: str, client: str) -> Listener:
        """A client that comes again takes the place of its older connection."""
        listener = Listener(user, client)
        older = self._listeners.get((user, client))
        if older is not None:
            older.close()
        self._listeners[user, client] = listener
        return listener

    def leave(self, listener: Listener) -> None:
        if self._listeners.get((listener.user, listener.client)) is listener:
            del self._listeners[listener.user, listener.client]

    def client(self, user: str, client: str) -> Listener | None:
        return self._listeners.get((user, client))

    def of_user(self, user: str) -> Iterator[Listener]:
        return (one for one in tuple(self._listeners.values()) if one.user == user)

    def close(self) -> None:
        """All of them."""
        for listener in tuple(self._listeners.values()):
            listener.close()


def status(remaining: int, sid: str | None = None) -> Message:
    """How many of the user's requests have not ended."""
    told: dict[str, Any] = {"status": {"exec_info": {"queue_remaining": remaining}}}
    return Message("status", told if sid is None else told | {"sid": sid})
