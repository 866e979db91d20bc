"""The password of a board that others can reach, and who has given it."""

import hashlib
import hmac
import secrets
from collections import deque
from collections.abc import Callable

#: Tries that are looked at within a minute, of everybody together: so many that nobody who
#: mistypes is held up, so few that guessing is hopeless.
TRIES, MINUTE = 30, 60.0
SESSION_SECONDS = 30 * 86_400


class Password:
    """Says whether it was given, in a time that tells nothing of it."""

    def __init__(self, password: str, clock: Callable[[], float]) -> None:
        """`clock`: seconds that never go back."""
        self._digest = _digest(password)
        self._clock = clock
        self._tries: deque[float] = deque()

    def opens(self, given: str) -> bool | None:
        """None where too many have tried: it was not looked at."""
        now = self._clock()
        while self._tries and now - self._tries[0] >= MINUTE:
            self._tries.popleft()
        if len(self._tries) >= TRIES:
            return None
        self._tries.append(now)
        return hmac.compare_digest(_digest(given), self._digest)


class Sessions:
    """Signed words that say until when their holder is let in. They end with the process, and so
    with a changed password."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._key = secrets.token_bytes(32)
        self._clock = clock

    def begin(self) -> str:
        return self._signed(int(self._clock()) + SESSION_SECONDS)

    def holds(self, session: str) -> bool:
        until = session.partition(".")[0]
        if not (until.isascii() and until.isdecimal() and len(until) < 20):
            return False
        expected = self._signed(int(until)).encode()
        return hmac.compare_digest(session.encode(), expected) and self._clock() < int(until)

    def _signed(self, until: int) -> str:
        signature = hmac.new(self._key, str(until).encode(), hashlib.sha256).hexdigest()
        return f"{until}.{signature}"


def _digest(text: str) -> bytes:
    """Of one length, whatever was given."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
