"""Before every request: who asks, and whether they have asked too often. After it: whatever
goes wrong unexpectedly is logged without what people wrote, and answered."""

import asyncio
import math

from starlette.datastructures import Headers, QueryParams
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.adapters.http_api.body_limit import body_limit, check_announced
from bot.adapters.http_api.callers import Callers
from bot.adapters.http_api.forms import answer
from bot.adapters.http_api.openai.images import FILES
from bot.adapters.http_api.problem import Problem
from bot.adapters.http_api.rate import Rate
from bot.adapters.shared.bounded_body import bounded
from bot.adapters.shared.trouble import trouble
from bot.core.log import Log

#: For everybody.
OPEN = frozenset({"/healthz", "/openapi.json"})
#: Requests that may begin in one turn of the event loop: hundreds that come together would make
#: it longer than everybody else should wait.
AT_ONCE = 8


class Gate:
    """Stands before the application."""

    def __init__(self, app: ASGIApp, *, callers: Callers, rate: Rate, log: Log) -> None:
        self._app = app
        self._callers = callers
        self._rate = rate
        self._log = log
        self._turnstile = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application, for who may use it."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["path"] not in OPEN:
            async with self._turnstile:
                # Through the event loop, which serves others in between.
                await asyncio.sleep(0)
        try:
            await self._identify(scope, headers)
            check_announced(scope["path"], headers)
        except Problem as problem:
            if scope["type"] == "http":
                await answer(problem, scope["path"], headers)(scope, receive, send)
            else:
                # Not accepted: the client sees 403.
                await send({"type": "websocket.close", "code": 1008})
            return
        await self._guarded(scope, bounded(receive, body_limit(scope["path"])), send, headers)

    async def _identify(self, scope: Scope, headers: Headers) -> None:
        """Raises Problem."""
        path, query = scope["path"], QueryParams(scope["query_string"])
        if path in OPEN or (path.startswith(f"{FILES}/") and "key" in query):
            return
        caller = await self._callers.of(headers, query)
        wait = self._rate.take(caller.name)
        if wait:
            problem = Problem(429, "too_many_requests", limit=self._rate.per_minute)
            raise problem.later(math.ceil(wait))
        scope.setdefault("state", {})["caller"] = caller

    async def _guarded(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        answered = False

        async def sending(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except ClientDisconnect:
            # Went away in the middle of what it sent: nobody to answer, and nothing is wrong here.
            return
        except Exception as error:
            self._log.error("api_request_failed", **trouble(error))
            if not answered and scope["type"] == "http":
                failed = answer(Problem(500, "internal_error"), scope["path"], headers)
                await failed(scope, receive, send)
