"""Updates that Telegram posts to us. 200 is only said after an update's effect is committed; any
other answer makes Telegram post it again."""

import asyncio
import hashlib
import hmac
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot
from telegram.error import BadRequest

from bot.adapters.shared.http_server import HttpServer, listen
from bot.adapters.telegram.intake import ALLOWED_UPDATES, Intake, is_update
from bot.core.errors import StartupError
from bot.core.log import Log

SECRET_HEADER = "x-telegram-bot-api-secret-token"
#: An update is a few KB.
MAX_BODY_BYTES = 1024 * 1024
#: Updates are handled one by one, and in order, as when polling.
CONNECTIONS = 1
ADVICE = "set ZDRAW_TELEGRAM_WEBHOOK_PORT to another one"


@dataclass(frozen=True, kw_only=True)
class WebhookAddress:
    """`url` is where Telegram posts, `host` and `port` where it arrives, mostly behind a proxy
    that speaks TLS."""

    url: str
    host: str
    port: int


def secret_of(token: str) -> str:
    """What Telegram shows with each update: derived, so that it needs no keeping, and does not
    tell the token."""
    return hmac.new(token.encode(), b"zdraw webhook", hashlib.sha256).hexdigest()


class Webhook:
    """Takes what Telegram posts."""

    def __init__(self, bot: Bot, intake: Intake, log: Log, address: WebhookAddress) -> None:
        self._bot = bot
        self._intake = intake
        self._log = log
        self._address = address
        self._secret = secret_of(bot.token)
        self._turn = asyncio.Lock()

    async def register(self) -> None:
        """Tell Telegram where to post. Repeated at every start: it costs one call. Raises
        StartupError when Telegram does not take the address."""
        try:
            await self._bot.set_webhook(
                self._address.url,
                secret_token=self._secret,
                allowed_updates=ALLOWED_UPDATES,
                max_connections=CONNECTIONS,
            )
        except BadRequest as error:
            raise StartupError(
                f"Telegram refuses ZDRAW_TELEGRAM_WEBHOOK_URL: {error.message}", os.EX_CONFIG
            ) from None
        self._log.info("webhook_set", url=self._address.url)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[asyncio.Task[None]]:
        """Take updates meanwhile; the task ends when the server does. Raises StartupError when
        the port cannot be used."""
        # Any path: the proxy in front may have changed it, and the secret says who posts.
        app = Starlette(routes=[Route("/{path:path}", self._post, methods=["POST"])])
        config = uvicorn.Config(
            app, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=1
        )
        server = HttpServer(config)
        with listen(self._address.host, self._address.port, ADVICE) as listener:
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            try:
                yield serving
            finally:
                # Cancelled in the middle it would log a traceback; asked, it ends.
                server.should_exit = True
                await serving

    async def _post(self, request: Request) -> Response:
        shown = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(shown.encode(), self._secret.encode()):
            return Response(status_code=401 if not shown else 403)
        received = time.monotonic()
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            self._log.warning("update_too_large")
            return Response(status_code=413)
        update = _update_in(body)
        if update is None:
            return Response(status_code=400)
        async with self._turn:
            kept = await self._intake.attempt(update, received)
        return Response(status_code=200 if kept else 500)


async def _body(request: Request) -> bytes | None:
    """None if it is too large, whatever its header says."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)


def _update_in(body: bytes) -> dict[str, Any] | None:
    try:
        update: Any = json.loads(body)
    except ValueError:
        return None
    return update if is_update(update) else None
