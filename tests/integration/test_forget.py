"""/forget over real rows and files, and what goes by itself when it is old."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.core import forget as forgetting
from bot.core import retention
from bot.core.errand_ports import NewErrand
from bot.core.errors import AlreadySeen
from bot.core.generation import Forgotten, Generation, Outcome
from bot.core.messages import Notice
from bot.core.quota import QuotaDefaults
from bot.core.replies import reply
from bot.core.retention import DAY_MS, SWEEP_MS, Retention
from bot.core.uploads import UploadName
from bot.store.exports import KEEP_MS
from bot.store.forgetting import LATE_RESULT_MS
from bot.store.notices import KEEP_MS as KEEP_NOTICES_MS
from tests.builders import spec
from tests.integration.front_desk_life import ANNA, BORIS, CHAT, ELSEWHERE, Desk, desk_in, words
from tests.integration.waiting import eventually
from tests.photos import photo

SECRET = spec(prompt="秘密的花园", negative_prompt="秘密的雾", count=2)


@asynccontextmanager
async def working(made: Retention) -> AsyncIterator[None]:
    task = asyncio.create_task(made.run())
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def question(desk: Desk, *, by: str = ANNA) -> Notice:
    await desk.desk.my_data.ask_to_forget(desk.origin(by=by))
    return (await desk.said())[-1]


async def forget(desk: Desk, asked: Notice, *, by: str = ANNA, event: str | None = None) -> None:
    """Press the button."""
    (button,) = asked.buttons
    assert button.action == "forget"
    await desk.store.notices.said(asked.event_key)
    origin = desk.origin(by=by, event=event)
    assert await desk.desk.my_data.forget(origin, button.generation_id) is None


def files(folder: Path) -> list[Path]:
    return [path for path in (folder / "pictures").rglob("*") if path.is_file()]


async def drawn(desk: Desk, **changes: Any) -> Generation:
    return await desk.drawn(2, **{"spec": SECRET, **changes})


# --- asking ---------------------------------------------------------------------------------------


async def test_it_asks_first_and_says_what_goes_and_what_stays(desk: Desk) -> None:
    await drawn(desk)
    await drawn(desk, address=ELSEWHERE)
    live = await desk.draw("一只狗")
    asked = await question(desk)
    for part in ("3 个请求、4 张图", "1 个还没画完，会取消", "额度流水会保留", "🗑", "/export"):
        assert part in asked.text
    (button,) = asked.buttons
    assert (button.generation_id, "4 张图" in button.label) == (live.id, True)
    assert asked.private
    assert (await desk.store.now(live)).outcome is Outcome.QUEUED


async def test_where_nothing_is_kept_there_is_nothing_to_ask(desk: Desk) -> None:
    await drawn(desk)
    asked = await question(desk, by=BORIS)
    assert ("不用忘" in asked.text, asked.buttons) == (True, ())


async def test_where_others_read_along_it_is_one_sentence(desk: Desk) -> None:
    await drawn(desk)
    await desk.desk.my_data.ask_to_forget(desk.origin(), private=False)
    (said,) = await desk.said()
    assert ("请私聊我" in said.text, said.buttons) == (True, ())


async def test_while_a_picture_is_being_fetched_it_does_not_ask(desk: Desk) -> None:
    """Whether that request is older than the question could not be said later."""
    await drawn(desk)
    await desk.store.errands.note(NewErrand(origin=desk.origin(), text="秘密", file="AgAC"))
    await desk.desk.my_data.ask_to_forget(desk.origin())
    (said,) = await desk.said()
    assert (said.text, said.buttons) == (reply("forget_soon", "zh"), ())
    assert (await question(desk, by=BORIS)).text == reply("nothing_to_forget", "zh")
    (errand,) = await desk.store.errands.waiting()
    await desk.store.errands.done(errand.origin.event_key)
    assert (await question(desk)).buttons


async def test_what_was_asked_for_after_the_question_waits_on_whatever_the_clock_says(
    desk: Desk,
) -> None:
    before = await desk.draw("一只狗")
    asked = await question(desk)
    # The clock is put right.
    desk.store.clock.advance(-60_000)
    after = await desk.draw("一只猫")
    await forget(desk, asked)
    outcomes = [(await desk.store.now(row)).outcome for row in (before, after)]
    assert outcomes == [Outcome.CANCELLED, Outcome.QUEUED]


# --- forgetting -----------------------------------------------------------------------------------


async def test_words_and_files_go_and_rows_stay(desk: Desk, tmp_path: Path) -> None:
    row, other = await drawn(desk), await desk.drawn(by=BORIS)
    async with working(desk.data.retention):
        await forget(desk, await question(desk))
        await eventually(lambda: len(files(tmp_path)) == 2)
        (said,) = await desk.said()
        assert ("已忘掉" in said.text, said.in_place, said.buttons) == (True, True, ())

        async def done() -> bool:
            return (await desk.store.now(row)).forgotten is Forgotten.DONE

        await eventually(done)
    now = await desk.store.now(row)
    assert (now.outcome, now.spec.seed, now.requester) == (Outcome.FINISHED, row.spec.seed, ANNA)
    assert (now.spec.prompt, now.spec.negative_prompt, now.pictures) == ("", "", ())
    assert await desk.store.now(other) == other


async def test_nothing_of_the_words_stays_in_the_database(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        for _ in range(20):
            await drawn(desk)
        async with working(desk.data.retention):
            await forget(desk, await question(desk))
            await eventually(lambda: not files(tmp_path))
    # Closed: what was written ahead is in the file.
    assert "秘密" not in (tmp_path / "zdraw.db").read_bytes().decode("utf-8", "replace")


async def test_what_is_live_is_cancelled_and_paid_back_and_its_end_is_told_first(
    tmp_path: Path,
) -> None:
    async with desk_in(tmp_path, QuotaDefaults(allowance=5000)) as desk:
        live = await desk.draw("秘密")
        running = await desk.store.start(await desk.draw("秘密"))
        await forget(desk, await question(desk))
        for row in (live, running):
            now = await desk.store.now(row)
            assert (now.outcome, now.forgotten) == (Outcome.CANCELLED, Forgotten.WANTED)
            assert now.spec.prompt == "秘密"
        kinds = [kind for (kind,) in await desk.store.sql("SELECT kind FROM ledger")]
        assert sorted(kinds) == ["grant", "refund", "refund", "reserve", "reserve"]
        for row in (live, running):
            await desk.store.told(row)
        await desk.data.retention.clean()
        for row in (live, running):
            assert (await desk.store.now(row)).spec.prompt == ""


async def test_what_was_asked_for_after_the_question_stays(desk: Desk) -> None:
    await drawn(desk)
    asked = await question(desk)
    desk.store.clock.advance(1)
    later, waiting = await drawn(desk), await desk.draw("一只狗")
    await forget(desk, asked)
    assert (await desk.store.now(later)).spec == SECRET
    assert (await desk.store.now(waiting)).outcome is Outcome.QUEUED


async def test_nobody_has_somebody_else_forgotten(desk: Desk) -> None:
    row = await drawn(desk)
    said = await desk.desk.my_data.forget(desk.origin(by=BORIS), row.id)
    assert "这不是你的" in words(said)
    elsewhere = desk.origin(by=BORIS, at=ELSEWHERE)
    assert "找不到" in words(await desk.desk.my_data.forget(elsewhere, row.id))
    assert await desk.store.now(row) == row


async def test_pressing_twice_and_a_press_that_comes_again_forget_nothing_more(desk: Desk) -> None:
    row = await drawn(desk)
    asked = await question(desk)
    await forget(desk, asked, event="press")
    before = await desk.store.now(row)
    later = await drawn(desk)
    await forget(desk, asked, event="press")
    assert len(await desk.said()) == 1
    await forget(desk, asked)
    assert await desk.store.now(row) == before
    assert (await desk.store.now(later)).spec == SECRET


async def test_after_all_is_forgotten_there_is_no_history_and_nothing_to_forget(
    desk: Desk,
) -> None:
    await drawn(desk)
    await forget(desk, await question(desk))
    await desk.desk.my_data.history(desk.origin())
    assert "还没有你的图" in (await desk.said())[-1].text
    assert "不用忘" in (await question(desk)).text


async def test_uploads_go_too_with_their_files(desk: Desk, tmp_path: Path) -> None:
    one = await desk.drawn()
    at = UploadName(kind="input", subfolder="", name="a.png")
    for person in (ANNA, BORIS):
        await desk.data.uploads.take(person, at, photo(kind="PNG"), overwrite=False)
    kept = await desk.store.uploads.find(BORIS, at)
    assert kept is not None
    await desk.desk.my_data.forget(desk.origin(), one.id)
    assert [path.name for path in (tmp_path / "uploads").iterdir()] == [Path(kept.path).name]
    assert await desk.store.uploads.find(ANNA, at) is None


async def test_an_export_goes_too(desk: Desk, tmp_path: Path) -> None:
    await drawn(desk)
    await desk.desk.my_data.export(desk.origin(), limit_bytes=10_000_000)
    making = asyncio.create_task(desk.data.exporter.run())
    await eventually(lambda: list((tmp_path / "exports").glob("*.zip")))

    async def ended() -> bool:
        return await desk.store.sql("SELECT done_ms FROM exports") != [(None,)]

    await eventually(ended)
    making.cancel()
    await asyncio.gather(making, return_exceptions=True)
    await forget(desk, await question(desk))
    await desk.data.retention.clean()
    assert list((tmp_path / "exports").iterdir()) == []
    assert await desk.store.sql("SELECT * FROM exports") == []


# --- kill -9 --------------------------------------------------------------------------------------


async def test_files_whose_process_was_killed_are_deleted_by_the_next(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        row = await drawn(desk)
        await forget(desk, await question(desk))
        assert len(files(tmp_path)) == 3
    async with desk_in(tmp_path) as desk, working(desk.data.retention):
        await eventually(lambda: not files(tmp_path))

        async def done() -> bool:
            return (await desk.store.now(row)).forgotten is Forgotten.DONE

        await eventually(done)


async def test_one_killed_between_a_file_and_its_row_goes_on(desk: Desk, tmp_path: Path) -> None:
    row = await drawn(desk)
    await forget(desk, await question(desk))
    await desk.pictures.delete([row])
    await desk.data.retention.clean()
    assert (await desk.store.now(row)).forgotten is Forgotten.DONE


async def test_one_killed_after_the_cancel_is_completed_when_the_press_comes_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, live = await drawn(desk), await desk.draw("一只狗")
    asked = await question(desk)

    async def killed(*_: Any, **__: Any) -> int:
        raise ConnectionAbortedError

    with monkeypatch.context() as patched:
        patched.setattr(desk.store.forgetting, "forget", killed)
        with pytest.raises(ConnectionAbortedError):
            await forget(desk, asked, event="press")
    assert (await desk.store.now(live)).outcome is Outcome.CANCELLED
    assert (await desk.store.now(row)).spec == SECRET
    await forget(desk, asked, event="press")
    assert (await desk.store.now(row)).spec.prompt == ""
    with pytest.raises(AlreadySeen):
        await desk.store.outcomes.cancel([], "press:cancel")


async def test_one_killed_before_it_answered_answers_when_the_press_comes_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await drawn(desk)
    asked = await question(desk)

    async def killed(*_: Any) -> bool:
        raise ConnectionAbortedError

    with monkeypatch.context() as patched:
        patched.setattr(desk.store.notices, "post", killed)
        with pytest.raises(ConnectionAbortedError):
            await forget(desk, asked, event="press")
    await forget(desk, asked, event="press")
    (said,) = await desk.said()
    assert "已忘掉" in said.text


async def test_one_killed_between_two_portions_is_completed_by_the_next_without_a_press(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    async with desk_in(tmp_path) as desk:
        rows = [await drawn(desk) for _ in range(5)]
        asked, portions = await question(desk), []
        let_go = desk.store.forgetting.let_go

        async def killed(limit: int) -> int:
            portions.append(limit)
            if len(portions) == 2:
                raise ConnectionAbortedError
            return await let_go(limit)

        monkeypatch.setattr(desk.store.forgetting, "let_go", killed)
        with pytest.raises(ConnectionAbortedError):
            await forget(desk, asked)
        kept = [row for row in rows if (await desk.store.now(row)).spec.prompt]
        assert len(kept) == 3
    async with desk_in(tmp_path) as desk, working(desk.data.retention):
        await eventually(lambda: not files(tmp_path))
        assert [(await desk.store.now(row)).spec.prompt for row in rows] == [""] * 5
        assert await desk.store.sql("SELECT * FROM forgettings") == []


async def test_the_answer_does_not_wait_for_all_of_very_much(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "ANSWER_SECONDS", 0.0)
    row = await drawn(desk)
    await forget(desk, await question(desk))
    (said,) = await desk.said()
    assert "已忘掉" in said.text
    await desk.data.retention.clean()
    assert (await desk.store.now(row)).spec.prompt == ""


async def test_others_are_accepted_between_two_portions(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 1)
    for _ in range(4):
        row = await desk.store.told(await desk.store.finished(requester=ANNA, address=CHAT))
    asked = await question(desk)
    let_go, portions = desk.store.forgetting.let_go, list[int]()

    async def portion(limit: int) -> int:
        portions.append(await let_go(limit))
        if len(portions) == 2:
            # It would wait for ever for a transaction that goes on.
            await desk.draw("一个红色的圆", by=BORIS)
        return portions[-1]

    monkeypatch.setattr(desk.store.forgetting, "let_go", portion)
    await forget(desk, asked)
    assert portions == [1] * 4 + [0]
    assert (await desk.store.now(row)).spec.prompt == ""


# --- by age ---------------------------------------------------------------------------------------


async def test_what_ended_long_ago_goes_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    async with desk_in(tmp_path, keep_days=30) as desk:
        old = [await drawn(desk) for _ in range(5)]
        desk.store.clock.advance(30 * DAY_MS + 1)
        young, live = await drawn(desk), await desk.draw("一只狗")
        async with working(desk.data.retention):
            await eventually(lambda: len(files(tmp_path)) == 3)
        assert [(await desk.store.now(row)).spec.prompt for row in old] == [""] * 5
        assert (await desk.store.now(young)).spec == SECRET
        assert (await desk.store.now(live)).outcome is Outcome.QUEUED


async def test_without_a_limit_it_is_kept_for_ever(desk: Desk) -> None:
    row = await drawn(desk)
    desk.store.clock.advance(10_000 * DAY_MS)
    await desk.data.retention.sweep()
    assert await desk.store.now(row) == row


async def test_old_exports_and_old_sentences_go(desk: Desk, tmp_path: Path) -> None:
    await drawn(desk)
    await desk.desk.my_data.export(desk.origin(), limit_bytes=10_000_000)
    async with working(desk.data.retention):
        making = asyncio.create_task(desk.data.exporter.run())
        await eventually(lambda: list((tmp_path / "exports").glob("*.zip")))
        making.cancel()
        await asyncio.gather(making, return_exceptions=True)
    for notice in await desk.said():
        await desk.store.notices.said(notice.event_key)
    await desk.store.sql("UPDATE exports SET done_ms = 1")
    desk.store.clock.advance(max(KEEP_MS, KEEP_NOTICES_MS) + 1)
    await desk.data.retention.sweep()
    await desk.data.retention.clean()
    assert list((tmp_path / "exports").iterdir()) == []
    assert await desk.store.sql("SELECT * FROM notices") == []


async def test_it_sweeps_every_hour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "LOOK_SECONDS", 0.005)
    async with desk_in(tmp_path, keep_days=1) as desk, working(desk.data.retention):
        row = await drawn(desk)
        desk.store.clock.advance(DAY_MS + SWEEP_MS)

        async def gone() -> bool:
            return (await desk.store.now(row)).forgotten is Forgotten.DONE

        await eventually(gone)


async def test_a_file_that_cannot_be_deleted_is_tried_again_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "LOOK_SECONDS", 0.005)
    async with desk_in(tmp_path) as desk:
        stuck, row = await drawn(desk), await drawn(desk)
        path = desk.pictures.path(stuck.pictures[0])
        path.unlink()
        path.mkdir()
        async with working(desk.data.retention):
            await forget(desk, await question(desk))

            async def gone(one: Generation) -> bool:
                return (await desk.store.now(one)).forgotten is Forgotten.DONE

            await eventually(lambda: gone(row))
            assert not await gone(stuck)
            path.rmdir()
            await eventually(lambda: gone(stuck))


async def test_files_of_a_result_that_came_too_late_go_as_well(desk: Desk, tmp_path: Path) -> None:
    running = await desk.store.running(requester=ANNA, address=CHAT, spec=SECRET)
    await forget(desk, await question(desk))
    await desk.store.told(running)
    await desk.data.retention.clean()
    await desk.pictures.save(running, [b"late"], b"late")
    desk.store.clock.advance(LATE_RESULT_MS + 1)
    await desk.data.retention.clean()
    assert files(tmp_path) == []
