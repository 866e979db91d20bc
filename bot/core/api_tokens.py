"""Tokens of programs: who may use the HTTP API, as far as it can be known without their secret."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class ApiToken:
    """What is kept of a token; the token itself is not. Times are milliseconds since the epoch."""

    id: str
    #: Whose it is: requests belong to `api:<name>`.
    name: str
    created_ms: int
    #: None: until it is revoked.
    expires_ms: int | None = None
    revoked_ms: int | None = None

    def holds(self, now_ms: int) -> bool:
        """Whether it opens anything now."""
        if self.revoked_ms is not None:
            return False
        return self.expires_ms is None or now_ms < self.expires_ms


class ApiTokens(Protocol):
    """The tokens that were made."""

    async def add(self, token: ApiToken) -> None: ...

    async def get(self, token_id: str) -> ApiToken | None: ...

    async def made(self) -> Sequence[ApiToken]:
        """All of them, the oldest first."""
        ...

    async def revoke(self, name: str) -> int:
        """All of this name that are not revoked yet; how many."""
        ...
