"""Who asks: the holder of a token, or a program of this machine."""

import re
import uuid
from dataclasses import dataclass

from starlette.datastructures import Headers, QueryParams

from bot.adapters.http_api.problem import Problem
from bot.adapters.http_api.tokens import LOCAL, Tokens, looks_like_one
from bot.adapters.shared.same_origin import is_ours
from bot.core.generation import Address, Origin

PLATFORM = "api"
#: Addresses that only programs of this machine reach.
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
#: Somebody else's request is passed on: it comes from this machine in name only.
_PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_OWN_PAGES = (None, "none", "same-origin")


@dataclass(frozen=True)
class Caller:
    """A user of the API."""

    name: str

    @property
    def requester(self) -> str:
        return f"{PLATFORM}:{self.name}"

    def origin(self, locale: str, event: str | None = None) -> Origin:
        """One request of theirs. `event`: the same when the program repeats it."""
        return Origin(
            event_key=f"{self.requester}:{event or uuid.uuid4()}",
            requester=self.requester,
            address=Address(platform=PLATFORM, chat=self.name),
            locale=locale,
            alone=True,
        )


class Callers:
    """Tells who asks."""

    def __init__(self, tokens: Tokens, *, local_without: bool) -> None:
        """`local_without`: programs of this machine need no token, which alone is listened to."""
        self._tokens = tokens
        self._local_without = local_without

    async def of(self, headers: Headers, query: QueryParams) -> Caller:
        """Raises Problem."""
        token = _token_in(headers, query)
        # Where none is needed, many clients still want a word in its place.
        if self._local_without and not (token and looks_like_one(token)):
            if not _is_of_this_machine(headers):
                raise Problem(401, "no_token")
            return Caller(LOCAL)
        if not token:
            raise Problem(401, "no_token")
        name = await self._tokens.holder(token)
        if name is None:
            raise Problem(401, "bad_token")
        return Caller(name)


def _token_in(headers: Headers, query: QueryParams) -> str | None:
    bearer = re.fullmatch(r"bearer +(\S+) *", headers.get("authorization", ""), re.IGNORECASE)
    return bearer[1] if bearer else query.get("token")


def _is_of_this_machine(headers: Headers) -> bool:
    """Not of a page of another site, nor passed on by a proxy that others reach."""
    if any(name in headers for name in _PASSED_ON):
        return False
    return is_ours(headers) and headers.get("sec-fetch-site") in _OWN_PAGES
