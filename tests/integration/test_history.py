"""/history and /info over real rows."""

import re

import pytest

from bot.core.generation import Generation, Origin
from bot.core.history_view import PAGE
from bot.core.messages import Button, Notice
from bot.core.staff import nobody
from tests.builders import spec
from tests.integration.front_desk_life import ANNA, BORIS, CHAT, ELSEWHERE, Desk, words

DAY_MS = 24 * 3600 * 1000


async def told(desk: Desk) -> Notice:
    """The last thing that is to be said."""
    return (await desk.said())[-1]


async def history(desk: Desk, *, by: str = ANNA) -> Notice:
    await desk.desk.my_data.history(desk.origin(by=by))
    return await told(desk)


async def press(desk: Desk, button: Button, *, by: str = ANNA, event: str | None = None) -> Notice:
    origin = desk.origin(by=by, event=event)
    newer = button.action == "newer"
    assert await desk.desk.my_data.turn(origin, button.generation_id, newer=newer) is None
    return await told(desk)


def listed(notice: Notice) -> list[str]:
    return re.findall(r"#(\w+)", notice.text)


def button(notice: Notice, action: str) -> Button:
    (found,) = [one for one in notice.buttons if one.action == action]
    return found


def ids(rows: list[Generation]) -> list[str]:
    return [one.id for one in reversed(rows)]


# --- /history -------------------------------------------------------------------------------------


async def test_a_line_tells_which_what_when_and_what_became_of_it(desk: Desk) -> None:
    first = await desk.drawn(spec=spec(prompt="一只 猫\n在雪里"))
    waiting = await desk.draw("一只狗 " * 8)
    lines = (await history(desk)).text.splitlines()
    assert lines[1].startswith(f"1. #{waiting.id}「一只狗 一只狗")
    assert lines[1].endswith("…」01-02 11:04 ⏳ 在排队")
    assert lines[2] == f"2. #{first.id}「一只 猫 在雪里」01-02 11:04 ✅ 画好了"


async def test_what_was_asked_for_last_year_tells_the_year(desk: Desk) -> None:
    await desk.drawn()
    desk.store.clock.advance(400 * DAY_MS)
    assert "2026-01-02 11:04" in (await history(desk)).text


async def test_each_picture_can_be_shown_again_and_nothing_else(desk: Desk) -> None:
    drawn, gone = await desk.drawn(), await desk.drawn()
    live = await desk.draw("一只狗")
    await desk.desk.remove(desk.origin(), gone.id, is_admin=nobody, quiet=True)
    notice = await history(desk)
    assert listed(notice) == [live.id, gone.id, drawn.id]
    assert "🗑 已删除" in notice.text.splitlines()[2]
    assert [(one.action, one.generation_id, one.label) for one in notice.buttons] == [
        ("show", drawn.id, "3")
    ]


async def test_it_is_private_and_of_all_chats(desk: Desk) -> None:
    rows = [await desk.drawn(), await desk.drawn(address=ELSEWHERE), await desk.drawn(by=BORIS)]
    notice = await history(desk)
    assert notice.private
    assert listed(notice) == ids(rows[:2])


async def test_pages_are_turned_in_place_forth_and_back(desk: Desk) -> None:
    rows = ids([await desk.drawn() for _ in range(PAGE + 2)])
    first = await history(desk)
    assert listed(first) == rows[:PAGE]
    assert [one.action for one in first.buttons] == [*["show"] * PAGE, "older"]
    second = await press(desk, button(first, "older"))
    assert (listed(second), second.in_place) == (rows[PAGE:], True)
    assert [one.action for one in second.buttons] == ["show", "show", "newer"]
    back = await press(desk, button(second, "newer"))
    assert (back.text, back.buttons) == (first.text, first.buttons)


async def test_a_press_that_comes_again_turns_nothing(desk: Desk) -> None:
    for _ in range(PAGE + 1):
        await desk.drawn()
    older = button(await history(desk), "older")
    said = [await press(desk, older, event="press") for _ in range(2)]
    assert said[0] == said[1]
    assert len(await desk.said()) == 2


async def test_nobody_turns_somebody_elses_pages(desk: Desk) -> None:
    rows = [await desk.drawn() for _ in range(PAGE + 1)]
    older = button(await history(desk), "older")
    said = await desk.desk.my_data.turn(desk.origin(by=BORIS), older.generation_id, newer=False)
    assert "不是你的页" in words(said)
    assert len(await desk.said()) == 1
    assert rows[0].id not in words(said)


async def test_where_others_read_along_it_is_one_sentence(desk: Desk) -> None:
    drawn = await desk.drawn()
    data = desk.desk.my_data
    await data.history(desk.origin(), private=False)
    notice = await told(desk)
    assert ("请私聊我" in notice.text, notice.refusal) == (True, "private_only")
    said = await data.turn(desk.origin(), drawn.id, newer=False, private=False)
    assert "请私聊我" in words(said)
    assert len(await desk.said()) == 1


async def test_who_has_drawn_nothing_is_told(desk: Desk) -> None:
    notice = await history(desk, by=BORIS)
    assert ("还没有你的图" in notice.text, notice.buttons) == (True, ())


async def test_it_speaks_english_too(desk: Desk) -> None:
    drawn = await desk.drawn(spec=spec(prompt="a cat"))
    await desk.desk.my_data.history(desk.origin(locale="en"))
    assert (await told(desk)).text.splitlines()[1] == f"1. #{drawn.id} “a cat” 01-02 11:04 ✅ drawn"


# --- /info ----------------------------------------------------------------------------------------


async def info(desk: Desk, named: str | None = None, **how) -> Notice:
    origin = desk.origin(**{key: how.pop(key) for key in ("by", "at") if key in how})
    await desk.desk.my_data.info(origin, named, **how)
    return await told(desk)


async def drawn_slowly(desk: Desk, **changes) -> Generation:
    """Asked for, begun after 12 seconds, drawn in 8."""
    row = await desk.store.queued(requester=ANNA, address=CHAT, **changes)
    desk.store.clock.advance(9_000)
    started = await desk.store.start(row)
    desk.store.clock.advance(3_000)
    assert await desk.store.jobs.begun(started.key)
    desk.store.clock.advance(8_000)
    paths, preview = await desk.pictures.save(started, [b"png"], b"jpeg")
    assert await desk.store.outcomes.finish(started.key, paths, preview)
    await desk.store.deliveries.record_status(row.id, "99")
    return await desk.store.told(row)


async def test_everything_that_is_known_of_a_picture_is_told(desk: Desk) -> None:
    asked = spec(prompt="一只猫", negative_prompt="模糊", guidance=1.8, seed=7, steps=9)
    row = await drawn_slowly(desk, spec=asked)
    notice = await info(desk, row.id)
    assert notice.copy == "一只猫"
    for part in (
        *(f"#{row.id} ✅ 画好了", "1024×1024 · 1 张", "步数 9 · 引导 1.8 · 种子 7 · 模型 demo"),
        *("负面：模糊", "01-02 11:04 提交 · 等了 12.0 秒 · 画了 8.0 秒", "试了 1 次 · 额度 不计"),
    ):
        assert part in notice.text.splitlines() or f"ℹ️ {part}" in notice.text.splitlines(), part


async def test_the_price_is_told_where_it_counted(desk: Desk) -> None:
    row = await desk.drawn()
    await desk.store.sql("UPDATE generations SET price = 1250 WHERE id = :id", id=row.id)
    assert "额度 1.25" in (await info(desk, row.id)).text


async def test_a_picture_is_named_by_its_message_or_it_is_the_last_one(desk: Desk) -> None:
    row = await drawn_slowly(desk)
    newer = await desk.drawn()
    assert row.id in (await info(desk, status_message="99")).text
    assert newer.id in (await info(desk)).text


async def test_what_waits_has_no_times_yet(desk: Desk) -> None:
    row = await desk.draw("一只猫")
    notice = await info(desk, row.id)
    assert ("提交" in notice.text, "等了" in notice.text) == (True, False)


async def test_who_shares_its_chat_may_see_it_and_nobody_else(desk: Desk) -> None:
    row = await desk.drawn()
    assert row.id in (await info(desk, row.id, by=BORIS, private=False)).text
    assert "找不到" in (await info(desk, row.id, by=BORIS, at=ELSEWHERE)).text
    hidden = await desk.drawn(private=True)
    assert "找不到" in (await info(desk, hidden.id, by=BORIS)).text
    assert (await info(desk, hidden.id, private=False)).private


async def test_ones_own_of_another_chat_is_not_told_where_others_read(desk: Desk) -> None:
    row = await desk.drawn()
    public = await info(desk, row.id, at=ELSEWHERE, private=False)
    assert (public.copy, "别的聊天" in public.text) == ("", True)
    assert (await info(desk, row.id, at=ELSEWHERE)).copy == row.spec.prompt


# --- showing again --------------------------------------------------------------------------------


async def test_a_press_shows_a_picture_again_or_says_why_not(desk: Desk) -> None:
    drawn = await desk.drawn()
    assert await desk.desk.show(desk.origin(alone=True), drawn.id, quiet=True) is None
    assert (await told(desk)).attachment is not None
    said = await desk.desk.show(desk.origin(), "nobody", quiet=True)
    assert "找不到" in words(said)
    assert len(await desk.said()) == 1


@pytest.mark.parametrize("by", [ANNA, BORIS])
async def test_what_was_forgotten_says_so_to_everybody(desk: Desk, by: str) -> None:
    row = await desk.drawn()
    await desk.store.forget(row)
    named = row.id

    def origin() -> Origin:
        return desk.origin(by=by)

    assert row.status_message is not None
    said = [
        words(await desk.desk.again(origin(), named, None, quiet=True)),
        words(await desk.desk.again(origin(), None, row.status_message, quiet=True)),
        words(await desk.desk.original(origin(), named, 0, quiet=True)),
        words(await desk.desk.ask_for_edit(origin(), named, quiet=True)),
        words(await desk.desk.show(origin(), named, quiet=True)),
    ]
    await desk.desk.my_data.info(origin(), named)
    assert {*said, (await told(desk)).text} == {
        f"#{named} 已经忘掉了：描述和图片文件都已从这里删除。想画新的请发 /draw。"
    }


async def test_the_last_one_is_none_where_it_was_forgotten(desk: Desk) -> None:
    row = await desk.drawn()
    await desk.store.forget(row)
    assert "还没有你的图可以重画" in words(
        await desk.desk.again(desk.origin(), None, None, quiet=True)
    )
    assert "还没有你的图可以看" in words(await desk.desk.show(desk.origin(), None, quiet=True))


async def test_its_message_can_still_be_deleted(desk: Desk) -> None:
    row = await desk.drawn()
    await desk.store.forget(row)
    assert await desk.desk.remove(desk.origin(), row.id, is_admin=nobody, quiet=True)
    (removal,) = await desk.store.removals.waiting(["telegram"])
    assert removal.message == row.status_message
