"""What stands before the API."""

from typing import Any

import structlog
from starlette.requests import ClientDisconnect

from bot.adapters.http_api.gate import Gate


class Everybody:
    """Callers of an API without tokens."""

    async def of(self, headers: Any, query: Any) -> Any:
        return self

    name = "api:local"


class Unhurried:
    """A Rate without a limit."""

    per_minute = 0

    def take(self, name: str) -> float:
        return 0.0


async def called(error: Exception) -> tuple[list[Any], list[Any]]:
    """What is sent and what is logged where reading a request ends so."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise error

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    everybody: Any = Everybody()
    unhurried: Any = Unhurried()
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/upload/image",
        "headers": [],
        "query_string": b"",
    }
    with structlog.testing.capture_logs() as logged:
        gate = Gate(app, callers=everybody, rate=unhurried, log=structlog.get_logger())
        await gate(scope, receive, send)
    return sent, logged


async def test_who_went_away_in_the_middle_is_neither_answered_nor_an_error() -> None:
    assert await called(ClientDisconnect()) == ([], [])


async def test_what_else_goes_wrong_is_answered_and_logged() -> None:
    sent, logged = await called(ValueError("7"))
    assert sent[0]["status"] == 500
    assert [line["event"] for line in logged] == ["api_request_failed"]
