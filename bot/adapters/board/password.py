"""The password of a board that others can reach, and who has given it."""

import hashlib
import hmac
import secrets
from collections import deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

#: Tries that are looked at within a minute from one address: so many that nobody who mistypes is
#: held up, so few that guessing is hopeless.
TRIES, MINUTE = 30, 60.0
#: And of everybody together: more than a stranger with a few addresses has, and still hopeless.
TRIES_IN_ALL = 3000
SESSION_SECONDS = 30 * 86_400
#: Who is in at the same time; the oldest is out first.
SESSIONS = 1000


class Password:
    """Says whether it was given, in a time that tells nothing of it."""

    def __init__(self, password: str, clock: Callable[[], float]) -> None:
        """`clock`: seconds that never go back."""
        self._digest = _digest(password)
        self._clock = clock
        self._tries: deque[tuple[float, str]] = deque()
        self._of: dict[str, int] = {}

    def opens(self, given: str, address: str) -> bool | None:
        """None where too many have tried: it was not looked at."""
        now, place = self._clock(), _place(address)
        while self._tries and now - self._tries[0][0] >= MINUTE:
            self._forget(self._tries.popleft()[1])
        if self._of.get(place, 0) >= TRIES or len(self._tries) >= TRIES_IN_ALL:
            return None
        self._tries.append((now, place))
        self._of[place] = self._of.get(place, 0) + 1
        return hmac.compare_digest(_digest(given), self._digest)

    def _forget(self, place: str) -> None:
        self._of[place] -= 1
        if not self._of[place]:
            del self._of[place]


class Sessions:
    """Who has been let in, and until when. They end with the process, and so with a changed
    password, and when their holder leaves: a copy of the cookie is worth nothing then."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        #: By digest, so that the time of a look tells nothing of a session; the oldest first.
        self._until: dict[bytes, float] = {}

    def begin(self) -> str:
        session = secrets.token_urlsafe(32)
        self._until[_digest(session)] = self._clock() + SESSION_SECONDS
        while len(self._until) > SESSIONS:
            del self._until[next(iter(self._until))]
        return session

    def holds(self, session: str) -> bool:
        until = self._until.get(_digest(session))
        return until is not None and self._clock() < until

    def end(self, session: str) -> None:
        """Harmless to repeat."""
        self._until.pop(_digest(session), None)


def _place(address: str) -> str:
    """Addresses that one stranger has are one: of IPv6, a whole network."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        mapped = known.ipv4_mapped
        return str(mapped) if mapped else str(IPv6Address(int(known) >> 64 << 64))
    return str(known)


def _digest(text: str) -> bytes:
    """Of one length, whatever was given."""
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()
