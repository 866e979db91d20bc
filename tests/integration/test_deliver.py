"""The deliverer between real rows (SQLite) and a chat that the test can break."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog

from bot.adapters.telegram.client import make_bot, make_requests
from bot.adapters.telegram.gate import FloodGate
from bot.adapters.telegram.messenger import TelegramMessenger
from bot.core.errors import DeliveryError, MessageGone, PictureRefused, TryLater, Unreachable
from bot.core.generation import Delivery, Generation, Outcome
from bot.core.messages import Card
from bot.core.replies import reply
from bot.store.removals import SqlRemovals
from tests.builders import address
from tests.fakes.telegram_api import TOKEN, FakeTelegram
from tests.integration.delivery_life import SILENT, Bench, Chat, delivering
from tests.integration.messenger_life import nothing_moved
from tests.integration.waiting import eventually
from tests.stores import books_of


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with delivering(tmp_path) as bench:
        yield bench


async def test_the_status_message_becomes_the_picture(bench: Bench) -> None:
    async with bench.running():
        generation = await bench.shown(await bench.admit())
        await bench.finish(generation)
        await bench.settled(generation, Delivery.DONE)
    assert [*bench.chat.messages] == [generation.status_message]
    assert len(bench.chat.pictures()) == 1
    assert bench.chat.calls.count("open") == 1


async def test_one_that_ended_before_it_was_shown_is_still_shown_once(bench: Bench) -> None:
    generation = await bench.admit()
    await bench.finish(generation)
    async with bench.running():
        await bench.settled(generation, Delivery.DONE)
    assert len(bench.chat.pictures()) == 1


async def test_where_nothing_is_shown_nothing_is_made_and_the_end_is_settled(bench: Bench) -> None:
    there = address(platform=SILENT, chat="krita")
    async with bench.running():
        generation = await bench.admit(address=there)
        # One in a chat behind it is shown, also by a scan that finds both.
        await bench.shown(await bench.admit())
        bench.clock.advance(31_000)
        await bench.finish(generation)
        done = await bench.settled(generation, Delivery.DONE)
    assert done.status_message is None
    assert bench.chat.calls.count("open") == 1
    assert not {"deliver", "ping"} & set(bench.chat.calls)


async def test_what_ended_before_the_start_is_settled_where_nothing_is_shown(bench: Bench) -> None:
    generation = await bench.admit(address=address(platform=SILENT, chat="krita"))
    await bench.finish(generation)
    async with bench.running():
        await bench.settled(generation, Delivery.DONE)
    assert bench.chat.calls == []


async def test_a_deleted_status_message_is_replaced_and_then_edited(bench: Bench) -> None:
    async with bench.running():
        generation = await bench.shown(await bench.admit())
        bench.chat.messages.clear()
        await bench.finish(generation)
        await bench.settled(generation, Delivery.DONE)
    assert len(bench.chat.pictures()) == 1


async def test_a_delivery_cut_off_before_its_commit_is_repeated_as_an_edit(bench: Bench) -> None:
    async with bench.running():
        generation = await bench.shown(await bench.admit())
    await bench.finish(generation)
    sending = await bench.deliveries.sending(generation.id)
    assert sending is not None
    await bench.chat.deliver(sending, Card(text="cut off here", picture=Path("a.jpg")))
    async with bench.running():
        await bench.settled(generation, Delivery.DONE)
    assert len(bench.chat.pictures()) == 1


async def test_a_chat_that_asks_for_patience_gets_its_picture_later(bench: Bench) -> None:
    bench.chat.trouble["deliver"] = [TryLater(0.01), TryLater(0.01)]
    async with bench.running():
        generation = await bench.shown(await bench.admit())
        await bench.finish(generation)
        await bench.settled(generation, Delivery.DONE)
    assert len(bench.chat.pictures()) == 1


async def test_a_chat_that_asks_for_patience_is_not_tried_before_its_time(bench: Bench) -> None:
    bench.chat.trouble["deliver"] = [TryLater(600)]
    async with bench.running():
        resting = await bench.shown(await bench.admit())
        await bench.finish(resting)
        await eventually(lambda: not bench.chat.trouble["deliver"])
        for _ in range(3):
            bench.news.moved(resting.id)
            # While this one goes all the way, that one would have been tried again.
            other = await bench.shown(await bench.admit())
            await bench.finish(other)
            await bench.settled(other, Delivery.DONE)
    assert bench.chat.calls.count("deliver") == 1 + 3
    await bench.settled(resting, Delivery.SENDING)


async def test_a_chat_that_is_closed_for_good_is_noted_and_left_alone(bench: Bench) -> None:
    async with bench.running():
        generation = await bench.shown(await bench.admit())
        # The messenger promises no such error; a bug would raise it all the same.
        bench.chat.trouble["deliver"] = [Unreachable("blocked")]
        await bench.finish(generation)
        await bench.settled(generation, Delivery.UNDELIVERABLE)
    assert bench.chat.pictures() == []


async def test_an_unexpected_error_with_one_row_does_not_keep_another_from_arriving(
    bench: Bench,
) -> None:
    async with bench.running():
        poisoned = await bench.shown(await bench.admit())
        # Not one of the errors that a messenger may raise.
        bench.chat.trouble["deliver"] = [ValueError("bug")]  # type: ignore[list-item]
        await bench.finish(poisoned)
        await eventually(lambda: not bench.chat.trouble["deliver"])
        generation = await bench.shown(await bench.admit())
        await bench.finish(generation)
        await bench.settled(generation, Delivery.DONE)


@pytest.mark.parametrize(("waited_ms", "pings"), [(29_000, 0), (31_000, 1)])
async def test_who_waited_long_is_notified(bench: Bench, waited_ms: int, pings: int) -> None:
    async with bench.running():
        generation = await bench.shown(await bench.admit())
        bench.clock.advance(waited_ms)
        await bench.finish(generation)
        await bench.settled(generation, Delivery.DONE)
        # Another that is notified in any case, of its failure: by then so was this one, or never.
        later = await bench.shown(await bench.admit())
        bench.clock.advance(31_000)
        await bench.fail(later)
        await eventually(lambda: reply("ping_ended", "zh") in bench.chat.pings)
    assert bench.chat.pings.count(reply("ping_done", "zh")) == pings


async def test_a_failure_is_told_in_the_status_message(bench: Bench) -> None:
    async with bench.running():
        generation = await bench.shown(await bench.admit())
        await bench.fail(generation)
        done = await bench.settled(generation, Delivery.DONE)
    assert done.outcome is Outcome.FAILED
    assert "显存不足" in bench.chat.messages[str(done.status_message)].text


# --- pictures that are not taken ------------------------------------------------------------------


def says_not_shown(card: Card, generation: Generation) -> bool:
    sentence = reply("not_shown", "zh", id=generation.id)
    return (card.text, card.picture, [button.action for button in card.buttons]) == (
        sentence,
        None,
        ["again"],
    )


@pytest.mark.parametrize("error", [PictureRefused("no photos here"), DeliveryError("unreadable")])
async def test_a_picture_that_is_not_taken_is_told_of_and_noted(
    bench: Bench, error: DeliveryError
) -> None:
    async with bench.running():
        generation = await bench.shown(await bench.admit())
        bench.chat.trouble["deliver"] = [error]
        await bench.finish(generation)
        await bench.settled(generation, Delivery.UNDELIVERABLE)
    (card,) = bench.chat.messages.values()
    assert says_not_shown(card, generation)
    assert await bench.reason() == str(error)


async def test_a_chat_that_asks_for_patience_is_told_of_its_picture_later(bench: Bench) -> None:
    refused = PictureRefused("no photos here")
    async with bench.running():
        generation = await bench.shown(await bench.admit())
        bench.chat.trouble["deliver"] = [refused, TryLater(0.01), refused]
        await bench.finish(generation)
        await bench.settled(generation, Delivery.UNDELIVERABLE)
    (card,) = bench.chat.messages.values()
    assert says_not_shown(card, generation)
    assert bench.chat.calls.count("deliver") == 4


async def test_where_the_status_message_was_deleted_too_the_new_one_tells(bench: Bench) -> None:
    async with bench.running():
        generation = await bench.shown(await bench.admit())
        bench.chat.messages.clear()
        bench.chat.trouble["deliver"] = [MessageGone(), PictureRefused("no photos here")]
        await bench.finish(generation)
        settled = await bench.settled(generation, Delivery.UNDELIVERABLE)
    assert [*bench.chat.messages] == [settled.status_message]
    assert says_not_shown(bench.chat.messages[str(settled.status_message)], generation)


async def test_where_not_even_that_can_be_told_the_picture_is_noted_as_before(
    bench: Bench,
) -> None:
    async with bench.running():
        generation = await bench.shown(await bench.admit())
        before = dict(bench.chat.messages)
        bench.chat.trouble["deliver"] = [PictureRefused("no photos here"), Unreachable("blocked")]
        await bench.finish(generation)
        await bench.settled(generation, Delivery.UNDELIVERABLE)
    assert bench.chat.messages == before
    assert await bench.reason() == "no photos here"


async def test_a_text_that_is_not_taken_is_not_said_to_be_a_picture(bench: Bench) -> None:
    async with bench.running():
        generation = await bench.shown(await bench.admit())
        bench.chat.trouble["deliver"] = [DeliveryError("something new")]
        assert await bench.outcomes.cancel([generation.id], "press:1")
        bench.news.moved(generation.id)
        await bench.settled(generation, Delivery.UNDELIVERABLE)
    assert bench.chat.calls.count("deliver") == 1


async def test_a_telegram_group_that_forbids_pictures_is_told_so(
    bench: Bench, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(b"\xff\xd8 a picture")
    requests = make_requests(None)
    with FakeTelegram() as telegram:
        telegram.people.group(-100)
        telegram.people.forbid(-100, "photo", "document")
        bot = make_bot(TOKEN, telegram.base_url, *requests)
        messenger = TelegramMessenger(
            bot, FloodGate(), structlog.get_logger(), files=Path, on_move=nothing_moved
        )
        async with bench.running(messenger):
            generation = await bench.shown(await bench.admit(address=address(chat="-100")))
            await bench.finish(generation)
            await bench.settled(generation, Delivery.UNDELIVERABLE)
        await messenger.close()
        for request in requests:
            await request.shutdown()
        (message,) = telegram.messages(-100)
    assert message.text == reply("not_shown", "zh", id=generation.id)
    assert message.buttons == [(reply("button_again", "zh"), f"v1:again:{generation.id}")]
    assert "rights to send documents" in (await bench.reason() or "")


async def test_a_picture_removed_while_it_is_shown_is_not_shown_anew(bench: Bench) -> None:
    removals = SqlRemovals(bench.database, bench.clock, books_of(bench.clock))

    class Slow(Chat):
        async def deliver(self, generation: Generation, card: Card) -> None:
            await removals.remove(generation.id, [("-100", "1")], "press:1")
            raise MessageGone

    chat = Slow()
    async with bench.running(chat):
        generation = await bench.shown(await bench.admit())
        await bench.finish(generation)
        await bench.settled(generation, Delivery.DONE)
        await asyncio.sleep(0.05)
    assert chat.calls.count("open") == 1


async def test_a_picture_removed_while_its_message_is_opened_is_taken_away(bench: Bench) -> None:
    """In a quiet chat there is no message before; a copy of it was posted by /show."""
    removals = SqlRemovals(bench.database, bench.clock, books_of(bench.clock))

    class Slow(Chat):
        async def open(self, generation: Generation, card: Card) -> str:
            if generation.outcome is Outcome.FINISHED:
                await removals.remove(generation.id, [("-100", "copy")], "press:1")
            return await super().open(generation, card)

    chat = Slow()
    generation = await bench.admit()
    await bench.finish(generation)
    async with bench.running(chat):
        await bench.settled(generation, Delivery.DONE)
        await eventually(lambda: chat.pictures())
    (message,) = chat.messages
    assert [one.message for one in await removals.waiting(["telegram"])] == ["copy", message]
