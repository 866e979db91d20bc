"""The first answer to an interaction, and what is known of it when nobody hears back."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.adapters.discord.pending import ANSWER_SECONDS, Pending, State, Told
from bot.adapters.discord.render import Look
from bot.adapters.shared.patience import Patience
from bot.core.errors import TryLater

LOOK = Look(text="圆")


def refusal(status: int, code: int) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="", headers={})
    return discord.HTTPException(response, {"code": code, "message": ""})


ACKNOWLEDGED, UNKNOWN = refusal(400, 40060), refusal(404, 10062)


class Response:
    """Of an interaction: raises what it was given, one after the other, and then answers."""

    def __init__(self, *troubles: Exception) -> None:
        self._troubles = list(troubles)
        self.tried: list[str] = []

    async def send_message(self, *_: Any, **__: Any) -> Any:
        await self._try("message")
        return SimpleNamespace(message_id=5)

    async def edit_message(self, **_: Any) -> None:
        await self._try("change")

    async def send_modal(self, _: Any) -> None:
        await self._try("form")

    async def defer(self, **said: Any) -> None:
        await self._try("deferral" if said.get("thinking") else "consent")

    async def _try(self, what: str) -> None:
        self.tried.append(what)
        if self._troubles:
            raise self._troubles.pop(0)


class Client:
    closed = False

    def is_closed(self) -> bool:
        return self.closed


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def pending(
    *troubles: Exception, clock: Callable[[], float] | None = None, in_place: bool = False
) -> tuple[Any, ...]:
    response, client = Response(*troubles), Client()
    interaction: Any = SimpleNamespace(response=response, client=client)
    patience = Patience()
    one = Pending(interaction, patience, private=False, in_place=in_place, clock=clock or Clock())
    return one, response, client


async def test_an_answer_is_given_once_and_its_message_is_known():
    one, response, _ = pending()
    assert await one.answer(LOOK, private=False) is Told.NOW
    assert await one.answer(LOOK, private=False) is Told.BEFORE
    assert (one.message, response.tried) == (5, ["message"])


async def test_a_try_whose_answer_was_lost_stands():
    one, _, _ = pending(OSError(), ACKNOWLEDGED)
    assert await one.defer() is Told.NOW
    assert one.state is State.DEFERRED
    one, _, _ = pending(OSError(), ACKNOWLEDGED)
    assert await one.open_form(None) is Told.NOW


async def test_what_stands_is_not_known_where_several_were_lost():
    one, _, _ = pending(OSError(), OSError(), ACKNOWLEDGED)
    with pytest.raises(TryLater):
        await one.defer()
    assert await one.answer(LOOK, private=False) is Told.BEFORE
    assert one.state is State.UNKNOWN


async def test_an_answer_of_somebody_else_is_none_of_ours():
    one, _, _ = pending(ACKNOWLEDGED)
    assert await one.open_form(None) is Told.BEFORE
    assert one.state is State.UNKNOWN


async def test_discord_says_that_it_is_too_late():
    one, _, _ = pending(UNKNOWN)
    assert await one.defer() is Told.TOO_LATE
    assert one.state is State.ANSWERED


@pytest.mark.parametrize("lost", [False, True])
async def test_after_three_seconds_nothing_is_tried_any_more(lost):
    clock = Clock()
    one, response, _ = pending(*([OSError(), OSError()] if lost else []), clock=clock)
    if lost:
        with pytest.raises(TryLater):
            await one.defer()
    tried = len(response.tried)
    clock.now = ANSWER_SECONDS
    assert await one.answer(LOOK, private=False) is Told.TOO_LATE
    assert one.state is (State.UNKNOWN if lost else State.ANSWERED)
    assert len(response.tried) == tried


async def test_with_a_connection_that_is_closed_nothing_is_tried():
    one, response, client = pending()
    client.closed = True
    assert await one.answer(LOOK, private=False) is Told.TOO_LATE
    assert response.tried == []


async def test_a_session_that_closes_meanwhile_is_a_matter_of_patience():
    one, response, client = pending(RuntimeError("Session is closed"))
    with pytest.raises(TryLater):
        await one.answer(LOOK, private=False)
    client.closed = True
    assert await one.answer(LOOK, private=False) is Told.TOO_LATE
    assert response.tried == ["message"]


async def test_only_one_answer_is_on_its_way_at_a_time():
    one, response, _ = pending()
    told = await asyncio.gather(one.defer(), one.answer(LOOK, private=False))
    assert list(told) == [Told.NOW, Told.BEFORE]
    assert response.tried == ["deferral"]


async def test_a_press_whose_message_becomes_the_answer_shows_nothing_meanwhile():
    one, response, _ = pending(in_place=True)
    assert await one.defer() is Told.NOW
    assert (one.state, response.tried) == (State.ANSWERED, ["consent"])
    assert await one.replace(LOOK) is Told.BEFORE


async def test_a_change_whose_answer_was_lost_stands():
    one, response, _ = pending(OSError(), ACKNOWLEDGED, in_place=True)
    assert await one.replace(LOOK) is Told.NOW
    assert response.tried == ["change"] * 2
