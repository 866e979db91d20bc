"""The library's Bot over connections of our own: base address, proxy, timeouts."""

import logging
import os
from typing import Any

from telegram import Bot
from telegram.error import NetworkError
from telegram.request import HTTPXRequest

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 20.0
#: A picture of a few MB over a home connection.
UPLOAD_SECONDS = 120.0
CONNECTIONS = 32
#: With all connections busy a call waits for one instead of failing.
CONNECTION_WAIT_SECONDS = 60.0


class TelegramRequest(HTTPXRequest):
    """Tells Telegram's answers from those of whoever else sits on the way."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Raises NetworkError where the library would fail with a KeyError: a captive portal or
        a proxy may say 200 with some JSON of its own."""
        answer: object = HTTPXRequest.parse_json_payload(payload)
        if not isinstance(answer, dict) or not answer.keys() & {"result", "description"}:
            raise NetworkError("somebody else answers in Telegram's place")
        return answer


def make_requests(proxy: str | None) -> tuple[HTTPXRequest, HTTPXRequest]:
    """(for calls, for polling): a long poll must never wait for a connection."""
    silence_libraries()
    # Otherwise every flood wait makes the library warn that it will once be a timedelta.
    os.environ["PTB_TIMEDELTA"] = "true"
    calls = TelegramRequest(
        connection_pool_size=CONNECTIONS,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=ANSWER_SECONDS,
        write_timeout=ANSWER_SECONDS,
        media_write_timeout=UPLOAD_SECONDS,
        pool_timeout=CONNECTION_WAIT_SECONDS,
        proxy=proxy,
    )
    polls = TelegramRequest(
        connection_pool_size=2,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=ANSWER_SECONDS,
        pool_timeout=ANSWER_SECONDS,
        proxy=proxy,
    )
    return calls, polls


def make_bot(token: str, api_base: str, calls: HTTPXRequest, polls: HTTPXRequest) -> Bot:
    base = api_base.rstrip("/")
    return Bot(
        token,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=calls,
        get_updates_request=polls,
    )


def silence_libraries() -> None:
    """Below WARNING they log whole addresses, and an address of the Bot API has the token in it."""
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.WARNING)
