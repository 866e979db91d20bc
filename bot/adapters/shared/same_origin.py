"""Lets only pages of this machine talk to a server that listens to it alone.

Listening on loopback does not keep the web out: the browser beside it carries requests of any
page that is open in it, and a name that its owner points at 127.0.0.1 passes for the same site.
"""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

#: What a browser on this machine calls it; with any port, for those who come through a tunnel.
OUR_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


class SameOrigin:
    """Answers 403 where the Host is not this machine, or the Origin is not that Host."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application, for requests of our own pages."""
        if scope["type"] == "lifespan" or is_ours(Headers(scope=scope)):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse("only for this machine", 403)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})


def is_ours(headers: Headers) -> bool:
    """Whether a request is for this machine, and of no other site's page."""
    host = headers.get("host", "")
    if host.rpartition(":")[0] not in OUR_NAMES and host not in OUR_NAMES:
        return False
    return is_of_its_own_page(headers)


def is_of_its_own_page(headers: Headers) -> bool:
    """Whether a request is of no other site's page, whatever this one is called."""
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == headers.get("host", "")
