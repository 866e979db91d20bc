"""Scripted misbehaviour of Telegram and of the network."""

from dataclasses import dataclass
from typing import Literal

from tests.fakes.wire.faults import WaitingFaults


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


class Faults(WaitingFaults[Fault]):
    """Of calls of the Bot API."""

    def take(self, method: str, chat: int | None) -> Fault | None:
        return self.first(lambda fault: fault.matches(method, chat))
