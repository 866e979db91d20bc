"""The page that asks for the password. Ours, so that nothing of Gradio is served before it."""

import html
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from bot.adapters.board.password import SESSION_SECONDS, Password, Sessions
from bot.adapters.shared.language import locale_of
from bot.core.replies import reply

LOGIN, LOGOUT = "/login", "/logout"
COOKIE = "zdraw_board"
#: A password and the name of its field.
MAX_BODY_BYTES = 4096
#: No script, and nothing from anywhere.
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "referrer-policy": "same-origin",
}
_PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.5 system-ui; max-width: 20em; margin: 20vh auto; padding: 0 1em }}
input, button {{ font: inherit; width: 100%; padding: .5em; margin: .3em 0 }}
* {{ box-sizing: border-box }}
</style></head><body>
<h1>{title}</h1>
<form method="post" action="/login">
<label>{label}<input type="password" name="password" autocomplete="current-password" autofocus
 required></label>
<button>{button}</button>
</form>
<p role="alert">{said}</p>
</body></html>
"""


class Login:
    """Lets in who knows the password."""

    def __init__(self, password: Password, sessions: Sessions) -> None:
        self._password = password
        self._sessions = sessions

    def is_in(self, scope: Scope) -> bool:
        """Whether a request comes from somebody who gave it."""
        session = Request(scope).cookies.get(COOKIE)
        return session is not None and self._sessions.holds(session)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers LOGIN and LOGOUT, and everything that is asked for without the password."""
        await (await self._answer(Request(scope, receive)))(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path, locale = request.url.path, locale_of(request.headers.get("accept-language"))
        if path == LOGOUT:
            self._sessions.end(request.cookies.get(COOKIE, ""))
            away = RedirectResponse(LOGIN, 303, _HEADERS)
            away.delete_cookie(COOKIE)
            return away
        if path == LOGIN and request.method == "POST":
            return await self._tried(request, locale)
        if path == LOGIN:
            return _page(200, locale)
        if path == "/":
            return RedirectResponse(LOGIN, 303, _HEADERS)
        return Response(status_code=401, headers=_HEADERS)

    async def _tried(self, request: Request, locale: str) -> Response:
        fields = parse_qs((await request.body()).decode("utf-8", "replace"))
        opens = self._password.opens(fields.get("password", [""])[0], _address(request))
        if opens is None:
            return _page(429, locale, reply("board_too_many_tries", locale))
        if not opens:
            return _page(401, locale, reply("board_wrong_password", locale))
        inside = RedirectResponse("/", 303, _HEADERS)
        inside.set_cookie(
            COOKIE,
            self._sessions.begin(),
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="strict",
            secure=_is_encrypted(request.scope),
        )
        return inside


def _address(request: Request) -> str:
    """Of whoever asks; uvicorn has put it in place of a proxy's on this machine, and believes no
    other proxy."""
    return request.client.host if request.client else ""


def _is_encrypted(scope: Scope) -> bool:
    """Here, or up to a proxy that stands before us."""
    forwarded = Headers(scope=scope).get("x-forwarded-proto", "")
    return scope["scheme"] == "https" or forwarded == "https"


def _page(status: int, locale: str, said: str = "") -> Response:
    page = _PAGE.format(
        lang="en" if locale == "en" else "zh-CN",
        title=html.escape(reply("board_title", locale)),
        label=html.escape(reply("board_password", locale)),
        button=html.escape(reply("board_enter", locale)),
        said=html.escape(said),
    )
    return HTMLResponse(page, status, _HEADERS)
