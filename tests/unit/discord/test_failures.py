"""What Discord's errors mean."""

from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bot.adapters.discord.failures import (
    BAN_SECONDS,
    OLD_MESSAGE_SECONDS,
    TokenEnded,
    delivery_error,
    retry_seconds,
)
from bot.core.errors import DeliveryError, MessageGone, PictureRefused, TryLater, Unreachable


def error(status: int, code: int = 0, **headers: str) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="", headers=headers)
    kinds = {403: discord.Forbidden, 404: discord.NotFound}
    return kinds.get(status, discord.HTTPException)(response, {"code": code, "message": "a prompt"})


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, 10008, MessageGone),
        (401, 50027, TokenEnded),
        (404, 10015, TokenEnded),
        (404, 10062, TokenEnded),
        (404, 10003, Unreachable),
        (403, 50001, Unreachable),
        (403, 50013, Unreachable),
        (403, 50007, Unreachable),
        (403, 160002, Unreachable),
        (400, 50083, Unreachable),
        (413, 40005, PictureRefused),
        (413, 0, PictureRefused),
        (400, 50035, DeliveryError),
        (401, 0, TryLater),
        (429, 0, TryLater),
        (408, 0, TryLater),
        (500, 0, TryLater),
        (524, 0, TryLater),
        # A page of somebody in between.
        (400, 0, TryLater),
        (403, 0, TryLater),
        (404, 0, TryLater),
    ],
)
def test_an_error_is_one_of_ours(status, code, kind):
    found = delivery_error(error(status, code), lambda: 3.0)
    assert type(found) is kind
    assert "a prompt" not in str(found)


def test_a_page_of_somebody_in_between_says_nothing_of_a_message():
    response: Any = SimpleNamespace(status=403, reason="", headers={})
    page = discord.Forbidden(response, "<html>Attention required</html>")
    found = delivery_error(page, lambda: 3.0, with_file=True)
    assert isinstance(found, TryLater)
    assert found.seconds == 3.0


@pytest.mark.parametrize("status", [400, 429])
def test_an_old_message_that_was_edited_too_often_takes_long(status):
    found = delivery_error(error(status, 30046), lambda: 3.0)
    assert isinstance(found, TryLater)
    assert found.seconds == OLD_MESSAGE_SECONDS


def test_only_a_file_may_be_what_is_missing_a_permission():
    assert isinstance(
        delivery_error(error(403, 50013), lambda: 1.0, with_file=True), PictureRefused
    )


@pytest.mark.parametrize("trouble", [TimeoutError(), OSError(104, "x"), aiohttp.ClientError("url")])
def test_the_network_asks_for_patience(trouble):
    found = delivery_error(trouble, lambda: 3.0)
    assert isinstance(found, TryLater)
    assert found.seconds == 3.0
    assert "url" not in str(found)


def test_a_limit_says_for_how_long():
    found = delivery_error(discord.RateLimited(90.0), lambda: 3.0)
    assert isinstance(found, TryLater)
    assert found.seconds == 90.0


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("0.5", 0.5), ("soon", BAN_SECONDS), ("inf", BAN_SECONDS)]
)
def test_a_ban_says_for_how_long(header, seconds):
    banned = error(429, **{"Retry-After": header})
    assert retry_seconds(banned) == seconds
    assert retry_seconds(error(429)) == BAN_SECONDS
