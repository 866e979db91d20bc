"""Scripted misbehaviour of Telegram and of the network."""

import threading
from dataclasses import dataclass
from typing import Literal


@dataclass
class Fault:
    """What happens to the next `times` calls that match. `method` "*" is any but getUpdates."""

    method: str
    times: int = 1
    #: Only calls to this chat.
    chat: int | None = None
    #: Answer with this instead of doing it.
    status: int | None = None
    description: str = ""
    retry_after: int | None = None
    migrate_to: int | None = None
    #: Break the connection before the call has an effect, or after it.
    close: Literal["before", "after"] | None = None
    #: Answer with a page that is no JSON.
    html: bool = False
    #: Somebody else answers, with a 200 and this: a captive portal, a proxy.
    impostor: str | None = None
    #: Seconds before anything happens.
    delay: float = 0.0

    def matches(self, method: str, chat: int | None) -> bool:
        """`method` in lower case: the Bot API does not mind case."""
        named = self.method.lower() == method or (self.method == "*" and method != "getupdates")
        return self.times > 0 and named and self.chat in (None, chat)


class Faults:
    """Faults waiting to strike; the first that matches is used up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            self._waiting.append(fault)
        return fault

    def take(self, method: str, chat: int | None) -> Fault | None:
        with self._lock:
            for fault in self._waiting:
                if fault.matches(method, chat):
                    fault.times -= 1
                    return fault
        return None

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()
