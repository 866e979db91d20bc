"""/pause and /resume: nothing is handed over meanwhile, whichever process dies, and people are
told."""

import asyncio
from pathlib import Path

import pytest

from bot.core import deliver
from bot.core.acts import EVERYWHERE, Act, ActKind
from bot.core.admin.pause import MAX_REASON
from bot.core.generation import Outcome
from bot.core.pauses import Pause, pause_text
from bot.core.replies import reply
from bot.store.database import Database
from tests.builders import act, spec
from tests.integration.delivery_life import Bench, delivering
from tests.integration.dispatch_bench import dispatching
from tests.integration.front_desk_life import ANNA, BORIS, OWNER, Desk
from tests.integration.waiting import eventually
from tests.stores import Store, sqlite_url, store_over

#: Longer than the dispatcher goes without a look.
A_LOOK = 0.7


def by_owner(kind: ActKind) -> Act:
    return act(kind=kind, scope=EVERYWHERE, actor=OWNER)


# --- the commands ---------------------------------------------------------------------------------


async def test_an_owner_pauses_with_a_reason_and_lets_it_go_on(desk: Desk):
    said = await desk.manage("pause", "换  显卡\n", by=OWNER)
    assert said.splitlines() == [
        reply("queue_paused_why", "zh", reason="换 显卡"),
        reply("how_to_resume", "zh"),
    ]
    assert await desk.store.pauses.paused() == Pause("换 显卡")
    assert await desk.manage("resume", by=OWNER) == reply("queue_goes_on", "zh")
    assert await desk.store.pauses.paused() is None


@pytest.mark.parametrize("name", ["pause", "resume"])
async def test_admins_of_a_group_do_not_decide_for_all(desk: Desk, name: str):
    await desk.store.pauses.pause("", by_owner(ActKind.PAUSE))
    await desk.store.pauses.pause("既有", by_owner(ActKind.PAUSE))
    assert await desk.manage(name, "新的") == reply("fleet_only", "zh")
    assert await desk.store.pauses.paused() == Pause("既有")


async def test_a_reason_is_for_a_card_and_not_too_long(desk: Desk):
    said = await desk.manage("pause", "很" * (MAX_REASON + 1), by=OWNER)
    assert said == reply("too_long", "zh", length=MAX_REASON + 1, limit=MAX_REASON)
    assert await desk.store.pauses.paused() is None


async def test_a_redelivered_pause_is_answered_and_does_not_pause_again(desk: Desk):
    origin = desk.origin(by=OWNER)
    await desk.desk.manage(origin, "pause", "")
    first = (await desk.said())[-1].text
    await desk.store.notices.said(origin.event_key)
    await desk.manage("resume", by=OWNER)
    await desk.store.sql("DELETE FROM notices")
    await desk.desk.manage(origin, "pause", "")
    assert (await desk.said())[-1].text == first
    assert await desk.store.pauses.paused() is None


async def test_the_queue_says_that_it_is_paused_and_no_wait(desk: Desk):
    desk.news.engine_ready = True
    desk.pace.learn(1.0)
    await desk.store.queued(requester=BORIS)
    mine = await desk.store.queued(requester=ANNA, spec=spec(prompt="一只猫"))
    await desk.manage("pause", "换显卡", by=OWNER)
    await desk.desk.queue(desk.origin())
    lines = (await desk.said())[-1].text.splitlines()
    assert lines[1] == f"1. #{mine.id}「一只猫」前面 1 张"
    assert lines[-1] == pause_text(Pause("换显卡"), "zh")


async def test_drawing_while_it_is_paused_is_accepted(desk: Desk):
    await desk.manage("pause", by=OWNER)
    assert (await desk.draw("一只猫")).outcome is Outcome.QUEUED


# --- the dispatcher -------------------------------------------------------------------------------


async def test_what_is_drawn_goes_on_and_nothing_more_goes_out(tmp_path: Path):
    async with dispatching(tmp_path) as bench:
        bench.engine.connect()
        drawn = await bench.admit()
        key = await bench.handed_over(drawn)
        bench.engine.start(key)
        await bench.pauses.pause("", by_owner(ActKind.PAUSE))
        waiting = await bench.admit(requester="telegram:2")
        bench.engine.finish(key)
        await bench.becomes(drawn, Outcome.FINISHED)
        await asyncio.sleep(A_LOOK)
        assert bench.engine.accepted == [key]
        await bench.pauses.resume(by_owner(ActKind.RESUME))
        await bench.handed_over(waiting)


async def test_it_is_still_paused_after_a_kill_and_another_process_ends_it(tmp_path: Path):
    async with dispatching(tmp_path) as bench:
        bench.engine.connect()
        drawn = await bench.admit()
        key = await bench.handed_over(drawn)
        await bench.pauses.pause("", by_owner(ActKind.PAUSE))
        waiting = await bench.admit(requester="telegram:2")
    # Both processes are gone, with whatever they had in memory; the engine's job is lost.
    async with dispatching(tmp_path) as bench:
        bench.engine.connect()
        await bench.becomes(drawn, Outcome.QUEUED)
        await asyncio.sleep(A_LOOK)
        assert key not in bench.engine.jobs
        assert bench.engine.accepted == []
        async with another_process(tmp_path) as store:
            await store.pauses.resume(by_owner(ActKind.RESUME))
        await bench.handed_over(waiting)
        await bench.handed_over(drawn, attempt=2)


class another_process:
    """A store over the same file, with nothing in memory of the first."""

    def __init__(self, folder: Path) -> None:
        self._database = Database(sqlite_url(folder / "zdraw.db"))

    async def __aenter__(self) -> Store:
        return store_over(await self._database.__aenter__())

    async def __aexit__(self, *error: object) -> None:
        await self._database.__aexit__(*error)


async def test_a_paused_day_lets_nothing_expire(tmp_path: Path):
    day = 24 * 3_600_000
    async with dispatching(tmp_path) as bench:
        waiting = await bench.admit()
        await bench.pauses.pause("", by_owner(ActKind.PAUSE))
        bench.clock.advance(2 * day)
        await bench.recovery.sweep()
        await bench.pauses.resume(by_owner(ActKind.RESUME))
        bench.clock.advance(day - 1)
        await bench.recovery.sweep()
        assert (await bench.becomes(waiting, Outcome.QUEUED)).finished_ms is None
        bench.clock.advance(2)
        await bench.recovery.sweep()
        await bench.becomes(waiting, Outcome.EXPIRED)


# --- cards ----------------------------------------------------------------------------------------


async def test_cards_say_so_and_say_when_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(deliver, "REFRESH_SECONDS", 0.02)
    async with delivering(tmp_path) as bench, bench.running():
        first = await bench.shown(await bench.admit())
        second = await bench.shown(await bench.admit())
        await bench.pauses.pause("换显卡", by_owner(ActKind.PAUSE))
        paused = pause_text(Pause("换显卡"), "zh")
        await shows(bench, first.status_message, paused)
        waiting = reply("waiting_unmeasured", "zh", ahead=1)
        await shows(bench, second.status_message, f"{paused}\n{waiting}")
        await bench.pauses.resume(by_owner(ActKind.RESUME))
        await shows(bench, first.status_message, reply("waiting_for_engine", "zh", ahead=0))
        await shows(bench, second.status_message, waiting)


async def test_a_card_of_what_the_engine_has_says_how_long_it_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(deliver, "REFRESH_SECONDS", 0.02)
    async with delivering(tmp_path) as bench, bench.running():
        drawn = await bench.shown(await bench.admit())
        waiting = await bench.shown(await bench.admit())
        assert await bench.rows.start(drawn.id, bench.clock() + 15_000)
        await bench.pauses.pause("", by_owner(ActKind.PAUSE))
        await shows(
            bench,
            waiting.status_message,
            f"{pause_text(Pause(''), 'zh')}\n{reply('waiting_unmeasured', 'zh', ahead=1)}",
        )
        await shows(bench, drawn.status_message, reply("waiting_for_engine", "zh", ahead=0))


async def shows(bench: Bench, message: str | None, text: str) -> None:
    assert message is not None
    await eventually(lambda: bench.chat.messages[message].text == text)
