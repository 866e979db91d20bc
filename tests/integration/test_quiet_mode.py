"""Quiet chats: who switches them, and what is shown there instead of progress."""

import asyncio
from pathlib import Path

import pytest
import structlog

from bot.core.errors import DeliveryError
from bot.core.generation import Delivery
from bot.core.messages import Mark
from bot.core.quiet import QuietMode
from bot.store.database import Database
from tests.builders import act, generation
from tests.integration.delivery_life import Bench
from tests.integration.front_desk_life import CHAT, Desk, said_to_be
from tests.integration.test_deliver import bench as bench
from tests.integration.waiting import eventually
from tests.stores import sqlite_url, store_over


async def is_quiet(desk: Desk) -> bool:
    return await desk.store.settings.quiet(CHAT.platform, CHAT.chat)


# --- switching ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("on", "off"), [("on", "off"), ("开", "关"), ("ON", "OFF")])
async def test_admins_switch_it_on_and_off(desk: Desk, on: str, off: str) -> None:
    await desk.desk.manage(desk.origin(), "quiet", on, is_admin=said_to_be(True))
    assert await is_quiet(desk)
    await desk.desk.manage(desk.origin(), "quiet", off, is_admin=said_to_be(True))
    assert not await is_quiet(desk)
    assert ["👀" in notice.text for notice in await desk.said()] == [True, False]


async def test_others_cannot_but_in_private_everybody_may(desk: Desk) -> None:
    await desk.desk.manage(desk.origin(), "quiet", "on", is_admin=said_to_be(False))
    assert not await is_quiet(desk)
    assert "管理员" in (await desk.said())[0].text
    await desk.desk.manage(desk.origin(alone=True), "quiet", "on", is_admin=said_to_be(False))
    assert await is_quiet(desk)


@pytest.mark.parametrize(("wish", "part"), [("", "没有开"), ("maybe", "不懂「maybe」")])
async def test_without_a_clear_wish_it_says_how_things_are(
    desk: Desk, wish: str, part: str
) -> None:
    await desk.desk.manage(desk.origin(), "quiet", wish, is_admin=said_to_be(True))
    assert part in (await desk.said())[0].text
    assert not await is_quiet(desk)


async def test_a_redelivered_switch_does_not_undo_a_later_one(desk: Desk) -> None:
    await desk.desk.manage(desk.origin(event="first"), "quiet", "on", is_admin=said_to_be(True))
    await desk.desk.manage(desk.origin(), "quiet", "off", is_admin=said_to_be(True))
    await desk.desk.manage(desk.origin(event="first"), "quiet", "on", is_admin=said_to_be(True))
    assert not await is_quiet(desk)


# --- what is shown --------------------------------------------------------------------------------


async def test_a_request_is_marked_and_the_picture_comes_in_a_message_of_its_own(
    bench: Bench,
) -> None:
    await bench.settings.set_quiet("telegram", "-100", quiet=True, act=act())
    async with bench.running():
        generation = await bench.admit()
        await eventually(lambda: bench.chat.marks == [Mark.SEEN])
        assert bench.chat.messages == {}
        await bench.finish(generation)
        await bench.settled(generation, Delivery.DONE)
        await eventually(lambda: bench.chat.marks == [Mark.SEEN, Mark.DONE])
    (card,) = bench.chat.messages.values()
    assert card.picture is not None
    assert bench.chat.calls == ["react", "open", "deliver", "react"]


async def test_that_it_is_done_is_marked_though_the_process_dies_meanwhile(bench: Bench) -> None:
    await bench.settings.set_quiet("telegram", "-100", quiet=True, act=act())
    async with bench.running():
        generation = await bench.admit()
        await eventually(lambda: bench.chat.marks == [Mark.SEEN])
        bench.chat.reactions_pass.clear()
        await bench.finish(generation)
        await eventually(lambda: bench.chat.calls[-1] == "react" and bench.chat.pictures())
    bench.chat.reactions_pass.set()
    async with bench.running():
        await bench.settled(generation, Delivery.DONE)
    assert bench.chat.marks == [Mark.SEEN, Mark.DONE]
    assert len(bench.chat.pictures()) == 1


async def test_what_was_not_drawn_is_not_marked_as_done(bench: Bench) -> None:
    await bench.settings.set_quiet("telegram", "-100", quiet=True, act=act())
    async with bench.running():
        generation = await bench.admit()
        await eventually(lambda: bench.chat.marks)
        await bench.fail(generation)
        await bench.settled(generation, Delivery.DONE)
        await asyncio.sleep(0.05)
    assert bench.chat.marks == [Mark.SEEN]
    (card,) = bench.chat.messages.values()
    assert card.text.startswith("❌")


async def test_nobody_is_notified_twice_after_a_long_wait(bench: Bench) -> None:
    await bench.settings.set_quiet("telegram", "-100", quiet=True, act=act())
    async with bench.running():
        generation = await bench.admit()
        await eventually(lambda: bench.chat.marks)
        bench.clock.advance(60_000)
        await bench.finish(generation)
        await eventually(lambda: Mark.DONE in bench.chat.marks)
    assert bench.chat.pings == []


async def test_a_reaction_that_is_not_taken_stops_nothing(bench: Bench) -> None:
    await bench.settings.set_quiet("telegram", "-100", quiet=True, act=act())
    bench.chat.trouble["react"] = [DeliveryError("REACTION_INVALID")] * 2
    async with bench.running():
        generation = await bench.admit()
        await eventually(lambda: "react" in bench.chat.calls)
        await bench.finish(generation)
        await bench.settled(generation, Delivery.DONE)
    assert len(bench.chat.pictures()) == 1


async def test_a_message_that_stood_before_is_kept_up(bench: Bench) -> None:
    async with bench.running():
        generation = await bench.shown(await bench.admit())
        await bench.settings.set_quiet("telegram", "-100", quiet=True, act=act())
        await bench.finish(generation)
        await bench.settled(generation, Delivery.DONE)
    assert bench.chat.calls.count("open") == 1


async def test_a_platform_without_reactions_is_never_quiet(tmp_path: Path) -> None:
    async with Database(sqlite_url(tmp_path / "zdraw.db")) as database:
        settings = store_over(database).settings
        await settings.set_quiet("telegram", "-100", quiet=True, act=act())
        mode = QuietMode(settings=settings, reactors={}, log=structlog.get_logger())
        assert not await mode.is_on(generation())
