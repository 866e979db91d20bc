"""What a row keeps of an interaction, as one text: its token and what it takes."""

import re
from dataclasses import dataclass, field
from typing import Self

from bot.core.generation import Address

#: What Discord takes anywhere; boosts and Nitro allow more.
USUAL_UPLOAD_BYTES = 10 * 1024 * 1024
_KEY = re.compile(r"(?P<limit>[0-9]+):(?P<token>.+)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class ReplyKey:
    """Stored as `Address.reply_token`: `10485760:aW50ZXJ…`."""

    #: Opens the interaction for a quarter of an hour. A secret.
    token: str = field(repr=False)
    #: The largest file that is taken there.
    upload_bytes: int = USUAL_UPLOAD_BYTES

    def text(self) -> str:
        return f"{self.upload_bytes}:{self.token}"

    @classmethod
    def of(cls, address: Address) -> Self | None:
        """None where no interaction is to be answered."""
        if address.reply_token is None:
            return None
        match = _KEY.fullmatch(address.reply_token)
        if match is None:
            return None
        return cls(token=match["token"], upload_bytes=int(match["limit"]))
