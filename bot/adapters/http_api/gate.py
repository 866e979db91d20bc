"""Before every request: who asks, and whether they have asked too often. After it: whatever
goes wrong unexpectedly is logged without what people wrote, and answered."""

import math

from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.adapters.http_api.body_limit import check_announced, limited
from bot.adapters.http_api.callers import Callers
from bot.adapters.http_api.openai.errors import answer
from bot.adapters.http_api.openai.images import FILES
from bot.adapters.http_api.problem import Problem
from bot.adapters.http_api.rate import Rate
from bot.adapters.shared.trouble import trouble
from bot.core.log import Log

#: For everybody.
OPEN = frozenset({"/healthz", "/openapi.json"})


class Gate:
    """Stands before the application."""

    def __init__(self, app: ASGIApp, *, callers: Callers, rate: Rate, log: Log) -> None:
        self._app = app
        self._callers = callers
        self._rate = rate
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application, for who may use it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            await self._identify(scope, headers)
            check_announced(scope["path"], headers)
        except Problem as problem:
            await answer(problem, headers)(scope, receive, send)
            return
        await self._guarded(scope, limited(receive, scope["path"]), send, headers)

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
        except Exception as error:
            self._log.error("api_request_failed", **trouble(error))
            if not answered:
                failed: Response = answer(Problem(500, "internal_error"), headers)
                await failed(scope, receive, send)
