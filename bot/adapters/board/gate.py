"""Stands before everything that Gradio serves: who may come in, and to what.

Gradio brings far more than this page needs: uploads, a proxy, fetching of addresses, run
histories. Whatever is not named here is not there.
"""

from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.adapters.board.beginnings import MAX_MEGABYTES, PICTURE
from bot.adapters.board.login import LOGIN, LOGOUT, MAX_BODY_BYTES, Login
from bot.adapters.shared.bounded_body import announces_more, bounded
from bot.adapters.shared.same_origin import is_of_its_own_page, is_ours

#: A prompt, and the head of a dropped PNG, with room to spare.
MAX_JSON_BYTES = 1024 * 1024
MAX_PICTURE_BYTES = MAX_MEGABYTES * 1_000_000
_FILE = "/gradio_api/file="
_READ = frozenset(
    {
        "/",
        "/config",
        "/favicon.ico",
        "/theme.css",
        "/gradio_api/info",
        # A random number, by which a page that lost its connection finds it again.
        "/gradio_api/app_id",
        "/gradio_api/queue/data",
        "/gradio_api/startup-events",
    }
)
_READ_BELOW = ("/assets/", "/static/", "/gradio_api/heartbeat/", "/gradio_api/call/draw/")
_WRITTEN = frozenset(
    {
        "/gradio_api/queue/join",
        "/gradio_api/call/draw",
        # What is answered at once, without the queue.
        "/gradio_api/run/predict",
        "/gradio_api/cancel",
        "/gradio_api/reset",
    }
)
#: Somebody else's request is passed on: it comes from this machine in name only.
_PASSED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")


class Gate:
    """Answers 403, 401, 404 or 413 instead of the application."""

    def __init__(
        self, app: ASGIApp, *, beginnings: ASGIApp, login: Login | None, folders: list[Path]
    ) -> None:
        """`beginnings` takes pictures, in place of Gradio's own upload. `login`: None lets in who
        sits at this machine, and nobody else. `folders`: what files may be served of."""
        self._app = app
        self._beginnings = beginnings
        self._login = login
        self._folders = [folder.resolve() for folder in folders]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application, for requests that may reach it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await self._route(scope, receive, send)

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers, path = Headers(scope=scope), scope["path"]
        if not self._may_ask(headers):
            refusal = PlainTextResponse("only for this page", 403)
            await refusal(scope, receive, send)
        elif self._login is not None and (path in (LOGIN, LOGOUT) or not self._login.is_in(scope)):
            await _within(self._login, MAX_BODY_BYTES, scope, receive, send)
        elif (scope["method"], path) == ("POST", PICTURE):
            await _within(self._beginnings, MAX_PICTURE_BYTES, scope, receive, send)
        elif not self._is_there(scope["method"], path):
            await Response(status_code=404)(scope, receive, send)
        else:
            await _within(self._app, MAX_JSON_BYTES, scope, receive, send)

    def _may_ask(self, headers: Headers) -> bool:
        if self._login is not None:
            return is_of_its_own_page(headers)
        # A proxy before a board without a password would open it to everybody.
        return is_ours(headers) and not any(name in headers for name in _PASSED_ON)

    def _is_there(self, method: str, path: str) -> bool:
        if method == "POST":
            return path in _WRITTEN
        if method not in ("GET", "HEAD"):
            return False
        if path.startswith(_FILE):
            return self._is_ours(path.removeprefix(_FILE))
        return path in _READ or path.startswith(_READ_BELOW)

    def _is_ours(self, name: str) -> bool:
        """Whether it is a file of ours; an address is none."""
        try:
            path = Path(name).resolve(strict=True)
        except (OSError, ValueError):
            return False
        return any(path.is_relative_to(folder) for folder in self._folders)


async def _within(app: ASGIApp, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
    """The application, for a body of at most `limit` bytes."""
    try:
        if announces_more(Headers(scope=scope), limit):
            raise HTTPException(413)
        await app(scope, bounded(receive, limit), send)
    except HTTPException as error:
        # Of what reads a body without a framework around it.
        await Response(status_code=error.status_code)(scope, receive, send)
    except ClientDisconnect:
        return
