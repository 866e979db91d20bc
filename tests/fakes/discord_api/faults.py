"""Scripted misbehaviour of Discord and of the network, for calls over HTTP.

https://docs.discord.com/developers/topics/rate-limits
"""

import fnmatch
import threading
import time
import zlib
from dataclasses import dataclass
from typing import Any, Literal

from tests.fakes.discord_api.errors import Json

#: What Discord's proxy says on every answer. Cloudflare, when it has banned an address, does not:
#: discord.py then raises a 429 instead of waiting.
VIA = {"Via": "1.1 google"}


@dataclass
class Fault:
    """What happens to the next `times` calls that match. `path` is a pattern below /api/v10, as
    in "/channels/*/messages"; `method` may be "*"."""

    method: str
    path: str
    times: int = 1
    #: Answer with this instead of doing it.
    status: int | None = None
    code: int = 0
    message: str = ""
    #: Of a 429.
    retry_after: float = 0.1
    via: bool = True
    scope: Literal["user", "shared", "global"] = "user"
    #: Break the connection before the call has an effect, or after it.
    close: Literal["before", "after"] | None = None
    #: Answer with a page that is no JSON.
    html: bool = False
    #: Do it, and say that there are no calls left in this bucket for so many seconds.
    exhausted: float | None = None
    #: Seconds before anything happens.
    delay: float = 0.0
    #: Only calls that bring a file.
    with_file: bool = False

    def matches(self, method: str, path: str, *, with_file: bool) -> bool:
        meant = self.method in {"*", method} and with_file >= self.with_file
        return self.times > 0 and meant and fnmatch.fnmatchcase(path, self.path)

    def body(self) -> Json:
        if self.status == 429:
            limited: Json = {"message": "You are being rate limited."}
            limited |= {"retry_after": self.retry_after, "global": self.scope == "global"}
            return limited
        return {"message": self.message or f"{self.status}: scripted", "code": self.code}

    def headers(self) -> dict[str, str]:
        headers = dict(VIA) if self.via else {}
        if self.status == 429:
            headers |= {"Retry-After": str(self.retry_after), "X-RateLimit-Scope": self.scope}
            if self.scope == "global":
                return headers | {"X-RateLimit-Global": "true"}
            return headers | bucket(f"{self.method} {self.path}", 0, self.retry_after)
        return headers


def bucket(name: str, remaining: int, reset_after: float) -> dict[str, str]:
    """https://docs.discord.com/developers/topics/rate-limits#header-format"""
    return {
        "X-RateLimit-Limit": "50",
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": f"{time.time() + reset_after:.3f}",
        "X-RateLimit-Reset-After": f"{reset_after:.3f}",
        "X-RateLimit-Bucket": f"{zlib.crc32(name.encode()):08x}",
    }


class Faults:
    """Faults waiting to strike; the first that matches is used up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            self._waiting.append(fault)
        return fault

    def fail_next(
        self, method: str, path: str, status: int | None = None, *, times: int = 1, **fault: Any
    ) -> Fault:
        """Script a Fault for the next call(s) of a route."""
        return self.add(Fault(method, path, times, status, **fault))

    def rate_limit(self, method: str, path: str, retry_after: float, **fault: Any) -> Fault:
        """429. With `via=False` it looks like a ban by Cloudflare."""
        return self.fail_next(method, path, 429, retry_after=retry_after, **fault)

    def lose_answer(self, method: str, path: str, *, times: int = 1, **fault: Any) -> Fault:
        """The call has its effect, but nobody hears of it."""
        return self.fail_next(method, path, close="after", times=times, **fault)

    def take(self, method: str, path: str, *, with_file: bool = False) -> Fault | None:
        with self._lock:
            for fault in self._waiting:
                if fault.matches(method, path, with_file=with_file):
                    fault.times -= 1
                    return fault
        return None

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()
