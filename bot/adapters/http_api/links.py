"""Links to pictures that open without a token: nobody can guess them, and they end."""

import hashlib
import hmac
import re

from bot.adapters.http_api.secret import ApiSecret
from bot.core.ports import Clock

#: How long a link opens.
LINK_HOURS = 24
_HOUR_MS = 3_600_000
_KEY = re.compile(r"([0-9]{1,16})\.([0-9a-f]{64})", re.ASCII)


class Links:
    """Signs names of pictures."""

    def __init__(self, secret: ApiSecret, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock

    def key(self, name: str) -> str | None:
        """What opens the picture `name`; None where there is no secret, and who asked is enough."""
        until = self._clock() + LINK_HOURS * _HOUR_MS
        signature = self._signature(name, until)
        return None if signature is None else f"{until}.{signature}"

    def opens(self, key: str, name: str) -> bool:
        match = _KEY.fullmatch(key)
        if match is None:
            return False
        until = int(match[1])
        signature = self._signature(name, until)
        if signature is None or not hmac.compare_digest(signature, match[2]):
            return False
        return self._clock() < until

    def _signature(self, name: str, until: int) -> str | None:
        secret = self._secret.read()
        if secret is None:
            return None
        # Of its own kind: it can never pass for the signature of a token.
        message = f"zdraw picture link:{name}:{until}".encode()
        return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
