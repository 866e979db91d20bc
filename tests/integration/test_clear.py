"""/clear: it asks first, cancels what waited then, and gives back what it cost."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core import clearing
from bot.core.generation import Generation, Outcome
from bot.core.messages import Notice
from bot.core.press import parse_press, press_code
from bot.core.quota import UNIT, AccountKey, QuotaDefaults
from bot.core.recover import Recovery
from bot.core.replies import reply
from tests.integration.front_desk_life import (
    ADMIN,
    ANNA,
    BORIS,
    CHAT,
    ELSEWHERE,
    OWNER,
    Desk,
    desk_in,
    said_to_be,
)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_in(tmp_path, QuotaDefaults(allowance=3 * UNIT)) as made:
        yield made


async def asked(desk: Desk, words: str = "", **who: Any) -> Notice:
    """The question."""
    await desk.manage("clear", words, **who)
    return (await desk.said())[-1]


async def press(desk: Desk, question: Notice, *, event: str | None = None, **who: Any) -> Any:
    """What whoever presses its button is told."""
    (button,) = question.buttons
    pressed = parse_press(press_code(button))
    assert pressed is not None
    assert pressed.command == "clear"
    admin = who.pop("admin", True)
    return await desk.desk.manage(
        desk.origin(event=event, **{"by": ADMIN, **who}),
        pressed.command,
        pressed.words,
        is_admin=said_to_be(admin),
        pressed=True,
        in_place=True,
    )


async def left(desk: Desk, holder: str) -> float:
    key = AccountKey(platform="telegram", scope=CHAT.chat, holder=holder)
    return (await desk.store.ledger.statement(key, 0)).left.total / UNIT


async def outcomes(desk: Desk, *rows: Generation) -> list[Outcome]:
    return [(await desk.store.now(row)).outcome for row in rows]


async def test_it_asks_and_then_cancels_with_refunds_what_waited_when_it_asked(desk: Desk):
    running = await desk.store.start(await desk.draw("一个红色的圆", by=BORIS))
    waiting = [await desk.draw("一个红色的圆") for _ in range(2)]
    question = await asked(desk)
    assert question.text == reply("clear_group", "zh", count=2)
    assert await outcomes(desk, *waiting) == [Outcome.QUEUED] * 2
    later = await desk.draw("一个红色的圆")
    assert await left(desk, ANNA) == 0
    moved: list[str] = []
    desk.news.listen(moved.append)
    said = await press(desk, question)
    assert said.done
    answer = (await desk.said())[-1]
    assert (answer.text, answer.in_place) == (reply("cleared", "zh", count=2), True)
    assert await outcomes(desk, *waiting, running, later) == [
        *([Outcome.CANCELLED] * 2),
        Outcome.RUNNING,
        Outcome.QUEUED,
    ]
    assert await left(desk, ANNA) == 2
    assert moved == [one.id for one in waiting]


async def test_people_are_told_that_an_admin_did_it(desk: Desk):
    waiting = await desk.draw("一个红色的圆")
    await press(desk, await asked(desk))
    card = desk.cards.ended(await desk.store.now(waiting))
    assert card.text == reply("cancelled_by_admin", "zh")
    own = await desk.draw("一个红色的圆")
    await desk.cancel(generation_id=own.id)
    assert desk.cards.ended(await desk.store.now(own)).text == reply("cancelled", "zh")


async def test_so_they_are_where_an_admin_cancels_one_of_them(desk: Desk):
    waiting = await desk.draw("一个红色的圆")
    await desk.cancel(generation_id=waiting.id, by=ADMIN, admin=True)
    ended = await desk.store.now(waiting)
    assert desk.cards.ended(ended).text == reply("cancelled_by_admin", "zh")
    assert f"{ADMIN} 取消 {waiting.id}" in await desk.manage("audit")


async def test_a_redelivered_press_acts_once_and_says_the_same(desk: Desk):
    waiting = [await desk.store.queued(scope=CHAT.chat, requester=by) for by in (ANNA, BORIS)]
    question = await asked(desk)
    started = await desk.store.start(waiting[0])
    await press(desk, question, event="press")
    # It waits again, and was there when the question was asked.
    await desk.store.outcomes.requeue(started.key, counted=False)
    await press(desk, question, event="press")
    assert await outcomes(desk, *waiting) == [Outcome.QUEUED, Outcome.CANCELLED]
    assert [n.text for n in await desk.said() if n.event_key == "press"] == [
        reply("cleared", "zh", count=1)
    ]
    assert len([line for line in await acts(desk) if "清空" in line]) == 1


async def die_on_the_way(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five wait, and the process dies when two of them are cancelled."""
    for _ in range(5):
        await desk.store.queued(scope=CHAT.chat)
    question = await asked(desk)
    portion = desk.store.queue.clear_on
    calls: list[int] = []

    async def die(limit: int) -> Any:
        calls.append(limit)
        if len(calls) == 2:
            raise ConnectionError
        return await portion(limit)

    with monkeypatch.context() as patched:
        patched.setattr(desk.store.queue, "clear_on", die)
        with pytest.raises(ConnectionError):
            await press(desk, question, event="press")
    assert await desk.store.records.waiting_in_all() == 3


async def test_a_process_that_died_on_the_way_goes_on_and_counts_all(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(clearing, "AT_ONCE", 2)
    await die_on_the_way(desk, monkeypatch)
    again = parse_press("do:clear upto 5")
    assert again is not None
    await desk.desk.manage(
        desk.origin(event="press", by=ADMIN),
        again.command,
        again.words,
        is_admin=said_to_be(True),
        pressed=True,
        in_place=True,
    )
    assert await desk.store.records.waiting_in_all() == 0
    assert (await desk.said())[-1].text == reply("cleared", "zh", count=5)
    assert len([line for line in await acts(desk) if "清空" in line]) == 1


async def test_the_next_process_clears_on_where_the_press_never_comes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(clearing, "AT_ONCE", 2)
    async with desk_in(tmp_path) as desk:
        await die_on_the_way(desk, monkeypatch)
    async with desk_in(tmp_path) as desk:
        later = await desk.store.queued(scope=CHAT.chat)
        recovery = Recovery(
            rows=desk.store.jobs,
            outcomes=desk.store.outcomes,
            queue=desk.store.queue,
            news=desk.news,
            clock=desk.store.clock,
            queue_hours=24,
        )
        moved: list[str] = []
        desk.news.listen(moved.append)
        await recovery.sweep()
        assert len(moved) == 3
        assert await desk.store.records.waiting_in_all() == 1
        assert (await desk.store.now(later)).outcome is Outcome.QUEUED


async def acts(desk: Desk) -> list[str]:
    return (await desk.manage("audit")).splitlines()


async def test_a_long_queue_is_told_of_in_turn(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clearing, "AT_ONCE", 2)
    monkeypatch.setattr(clearing, "TOLD_AT_ONCE", 3)
    for _ in range(5):
        await desk.store.queued(scope=CHAT.chat)
    moved: list[str] = []
    desk.news.listen(moved.append)
    await press(desk, await asked(desk))
    assert len(moved) == 3


async def test_where_nothing_waits_nothing_is_asked(desk: Desk):
    question = await asked(desk)
    assert (question.text, question.buttons) == (reply("nothing_waits", "zh"), ())


async def test_everybodys_is_for_those_who_run_all_groups(desk: Desk):
    here = await desk.store.queued(scope=CHAT.chat)
    there = await desk.store.queued(scope=ELSEWHERE.chat, address=ELSEWHERE)
    assert (await asked(desk, "全部")).text == reply("fleet_only", "zh")
    question = await asked(desk, "全部", by=OWNER, at=replace(CHAT, chat="9"), alone=True)
    assert question.text == reply("clear_all", "zh", count=2)
    # The right is that of whoever presses.
    refused = await press(desk, question)
    assert refused.text == reply("fleet_only", "zh")
    assert await outcomes(desk, here, there) == [Outcome.QUEUED] * 2
    await press(desk, question, by=OWNER)
    assert await outcomes(desk, here, there) == [Outcome.CANCELLED] * 2


async def test_members_neither_ask_nor_press(desk: Desk):
    waiting = await desk.store.queued(scope=CHAT.chat)
    assert (await asked(desk, admin=False)).text == reply("admins_only", "zh")
    refused = await press(desk, await asked(desk), by=ANNA, admin=False)
    assert refused.text == reply("admins_only", "zh")
    assert await outcomes(desk, waiting) == [Outcome.QUEUED]


async def test_a_button_pressed_in_another_group_is_about_that_one(desk: Desk):
    waiting = await desk.store.queued(scope=CHAT.chat)
    await press(desk, await asked(desk), at=ELSEWHERE)
    assert await outcomes(desk, waiting) == [Outcome.QUEUED]


@pytest.mark.parametrize(
    "words", ["5", "upto", "upto x", "upto 9", "全部 upto 9", "here", "全部 5"]
)
async def test_an_unclear_wish_cancels_nothing(desk: Desk, words: str):
    waiting = await desk.store.queued(scope=CHAT.chat)
    assert (await asked(desk, words, by=OWNER)).text == reply("bad_clear", "zh")
    assert await outcomes(desk, waiting) == [Outcome.QUEUED]
