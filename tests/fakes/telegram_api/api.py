"""FakeTelegram: the server, the people who use it, and what a test may ask afterwards."""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from fastapi import Response

from tests.fakes.telegram_api import editing, sending
from tests.fakes.telegram_api.account import Account, Answer
from tests.fakes.telegram_api.chats import Json, Message, Picture, World
from tests.fakes.telegram_api.faults import Fault, Faults
from tests.fakes.telegram_api.params import ApiError, Params
from tests.fakes.telegram_api.people import People
from tests.fakes.telegram_api.server import Server
from tests.fakes.telegram_api.updates import UpdateQueue
from tests.fakes.telegram_api.webhook import WebhookSender
from tests.fakes.wire.platform import Platform

TOKEN = "4242:fake-token-that-must-never-be-logged"

CHAT_METHODS: dict[str, Callable[[World, Params], Any]] = {
    "sendmessage": sending.send_message,
    "sendphoto": sending.send_photo,
    "senddocument": sending.send_document,
    "sendmediagroup": sending.send_media_group,
    "deletemessage": sending.delete_message,
    "setmessagereaction": sending.set_message_reaction,
    "editmessagetext": editing.edit_message_text,
    "editmessagecaption": editing.edit_message_caption,
    "editmessagemedia": editing.edit_message_media,
    "editmessagereplymarkup": editing.edit_message_reply_markup,
}


@dataclass
class Call:
    """A call the bot made. `status` is 0 where it got no answer; `at` is time.perf_counter()."""

    method: str
    fields: dict[str, str]
    at: float
    status: int = 0
    description: str = ""

    @property
    def chat(self) -> int | None:
        chat_id = self.fields.get("chat_id", "")
        return int(chat_id) if chat_id.lstrip("-").isdigit() else None


@dataclass
class FakeTelegram(Platform):
    """`start()` it, let `people` act, look at `message(...)`, `pictures_seen(...)`, `calls`.
    `base_url` is what ZDRAW_TELEGRAM_API_BASE has to be."""

    token: str = TOKEN
    username: str = "zdraw_bot"
    port: int = 0
    calls: list[Call] = field(default_factory=list)

    def __post_init__(self) -> None:
        bot_id = int(self.token.split(":")[0])
        bot = {"id": bot_id, "is_bot": True, "first_name": "zdraw", "username": self.username}
        self.bot_id = bot_id
        self.world = World(bot)
        self.account = Account(self.world)
        self.updates = UpdateQueue()
        self.faults = Faults()
        self.people = People(self.world, self.account, self.updates)
        self._lock = threading.RLock()
        self._account_methods = self.account.methods()
        self.webhook = WebhookSender(self.account, self.updates)

    # --- the server ---------------------------------------------------------------------------

    def make_server(self) -> Server:
        return Server(self._answer, self._download, self.port)

    def start(self) -> Self:
        super().start()
        self.webhook.start()
        return self

    def stop(self) -> None:
        self.webhook.stop()
        super().stop()

    # --- faults -------------------------------------------------------------------------------

    def fail(self, method: str, **fault: Any) -> Fault:
        """Script a Fault for the next call(s) of a method."""
        return self.faults.add(Fault(method, **fault))

    def flood(self, chat: int, retry_after: int, *, times: int = 1, method: str = "*") -> Fault:
        """429 for the next calls to one chat."""
        return self.fail(method, chat=chat, retry_after=retry_after, times=times, status=429)

    def lose_answer(self, method: str, *, times: int = 1) -> Fault:
        """The call has its effect, but nobody hears of it."""
        return self.fail(method, close="after", times=times)

    # --- what people see ----------------------------------------------------------------------

    def message(self, chat_id: int, message_id: int) -> Message:
        """A message as it is now. KeyError if it was deleted."""
        with self._lock:
            return self.world.chats[chat_id].messages[message_id]

    def messages(self, chat_id: int) -> list[Message]:
        """What the bot has written in a chat, as it is now, oldest first."""
        with self._lock:
            messages = self.world.chat(chat_id).messages.values()
            return [m for m in messages if m.sender and m.sender["id"] == self.bot_id]

    def pictures(self, chat_id: int | None = None) -> list[Picture]:
        """Every arrival of a picture, repeated edits included."""
        with self._lock:
            arrived = self.world.pictures
            return [p for p in arrived if chat_id is None or p.chat_id == chat_id]

    def pictures_seen(self, chat_id: int | None = None) -> int:
        """Distinct deliveries: repeating the same edit of the same message is still one."""
        arrived = self.pictures(chat_id)
        return len({(p.chat_id, p.message_id, p.sha256) for p in arrived})

    def calls_of(self, method: str, chat: int | None = None) -> list[Call]:
        with self._lock:
            calls = [call for call in self.calls if call.method == method.lower()]
            return [call for call in calls if chat is None or call.chat == chat]

    def answer(self, query: str) -> Answer | None:
        """How a button press was answered."""
        return self.account.answers.get(query)

    # --- the wire -----------------------------------------------------------------------------

    async def _answer(self, token: str, method: str, params: Params) -> Response | None:
        method = method.lower()
        call = Call(method, params.fields, time.perf_counter())
        with self._lock:
            self.calls.append(call)
        fault = self.faults.take(method, call.chat)
        try:
            self._check_token(token)
            if fault is not None:
                await self._strike(fault)
                if fault.close == "before":
                    return None
                if fault.impostor is not None:
                    return Response(fault.impostor, 200, media_type="application/json")
            result = await self._result(method, params)
        except ApiError as error:
            return _refusal(call, error, html=fault is not None and fault.html)
        if fault is not None and fault.close == "after":
            return None
        call.status = 200
        return _json_response(200, {"ok": True, "result": result})

    async def _strike(self, fault: Fault) -> None:
        await asyncio.sleep(fault.delay)
        if fault.retry_after is not None:
            raise ApiError(
                429,
                f"Too Many Requests: retry after {fault.retry_after}",
                retry_after=fault.retry_after,
            )
        if fault.migrate_to is not None:
            reason = "Bad Request: group chat was upgraded to a supergroup chat"
            raise ApiError(400, reason, migrate_to_chat_id=fault.migrate_to)
        if fault.status is not None:
            raise ApiError(fault.status, fault.description or "Bad Gateway")

    async def _result(self, method: str, params: Params) -> Any:
        if method == "getupdates":
            self.account.refuse_polling_with_webhook()
            offset, limit = params.integer("offset"), params.integer("limit") or 100
            seconds = float(params.text("timeout") or 0)
            allowed = params.json("allowed_updates")
            return await self.updates.poll(offset, limit, seconds, allowed)
        with self._lock:
            if method in CHAT_METHODS:
                return CHAT_METHODS[method](self.world, params)
            if method in self._account_methods:
                return self._account_methods[method](params)
        raise ApiError(404, "Not Found: method not found")

    def _check_token(self, token: str) -> None:
        if token != self.token:
            well_formed = token.split(":")[0].isdigit() and ":" in token
            raise ApiError(401, "Unauthorized") if well_formed else ApiError(404, "Not Found")

    def _download(self, token: str, path: str) -> Response:
        file = self.world.files.get(path.removeprefix("photos/"))
        if token != self.token or file is None:
            return _json_response(404, {"ok": False, "error_code": 404})
        return Response(file.content, media_type=file.mime_type)


def _refusal(call: Call, error: ApiError, *, html: bool) -> Response:
    call.status, call.description = error.status, error.description
    if html:
        return Response("<html>bad gateway</html>", error.status, media_type="text/html")
    body: Json = {"ok": False, "error_code": error.status, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return _json_response(error.status, body)


def _json_response(status: int, body: Json) -> Response:
    return Response(json.dumps(body).encode(), status, media_type="application/json")
