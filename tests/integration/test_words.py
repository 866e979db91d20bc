"""/words: what a prompt may not say."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.core.errors import Refusal
from bot.core.generation import Address
from bot.core.moderation import words as limits
from bot.core.moderation.area import EVERYTHING, Area
from bot.core.moderation.matcher import Matcher, WordRule
from bot.core.moderation.word_lists import AT_ONCE as PUT_TOGETHER
from bot.core.moderation.word_lists import WordLists
from bot.core.replies import refusal_text, reply
from bot.store.words import AT_ONCE
from tests.builders import act, spec
from tests.integration.front_desk_life import ANNA, CHAT, ELSEWHERE, OWNER, Desk

HERE = Area("telegram", CHAT.chat)
BOARD = Address(platform="board", chat="local")


def forbidden(*words: str) -> str:
    return refusal_text(Refusal("forbidden_words", words="、".join(words)), "zh")


async def draws(desk: Desk, text: str, at: Address = CHAT, **origin: Any) -> str:
    """What somebody who draws is told; nothing where it is accepted."""
    said = await desk.desk.draw(desk.origin(at=at, **origin), text, quiet=True)
    assert said is not None
    return "" if said.done else said.text


async def test_a_prompt_with_a_rule_in_it_is_refused_and_the_word_named(desk: Desk):
    assert await desk.manage("words", "add 裸体") == "🧹 已禁用：裸体"
    for text in ("一个裸体的人", "裸 体", "裸.體", "裸\u200b体", "圆 负面 裸体"):
        assert await draws(desk, text) == forbidden("裸体")
    assert await draws(desk, "一个圆") == ""
    assert await draws(desk, "裸体", at=ELSEWHERE) == ""


async def test_the_names_of_options_are_no_part_of_it(desk: Desk):
    await desk.manage("words", "add 种子，seed，负面")
    assert await draws(desk, "一个圆 种子 42 负面 雨") == ""
    assert await draws(desk, "一个圆 --seed 4") == ""
    assert await draws(desk, "一颗种子发芽") == forbidden("种子")


async def test_words_come_before_options_even_where_those_cannot_be_read(desk: Desk):
    await desk.manage("words", "add 裸体")
    assert await draws(desk, "裸体 张数 99") == forbidden("裸体")
    assert "张数" in await draws(desk, "一个圆 张数 99")


async def test_a_repetition_is_looked_at_as_well(desk: Desk):
    both = spec(prompt="一个圆", negative_prompt="血", guidance=1.8)
    shown, hidden = await desk.drawn(), await desk.drawn(spec=both)
    await desk.manage("words", "add 汉服、血")
    assert await desk.again(generation_id=shown.id, quiet=True) == forbidden("汉服")
    assert await desk.again(generation_id=hidden.id, quiet=True) == forbidden("血")


async def test_a_hit_costs_nothing_and_is_not_drawn(desk: Desk):
    await desk.manage("words", "add 裸体")
    await desk.desk.draw(desk.origin(), "裸体")
    assert (await desk.said())[-1].text == forbidden("裸体")
    assert await desk.store.records.waiting_in_all() == 0


async def test_what_holds_everywhere_holds_in_private_at_the_board_and_on_the_command_line(
    desk: Desk,
):
    await desk.manage("words", "all add 裸体", by=OWNER)
    for at in (ELSEWHERE, BOARD, replace(BOARD, platform="cli")):
        assert await draws(desk, "裸体", at=at) == forbidden("裸体")
    assert await draws(desk, "裸体", alone=True) == forbidden("裸体")


async def test_groups_rules_are_nothing_to_the_board(desk: Desk):
    await desk.manage("words", "add 裸体")
    await desk.manage("here", "off 全群")
    assert await draws(desk, "裸体", at=BOARD) == ""


async def test_an_exception_saves_what_it_covers(desk: Desk):
    await desk.manage("words", "add 鸡")
    assert await desk.manage("words", "allow 鸡蛋") == "🧹 已设为例外：鸡蛋"
    assert await draws(desk, "一个鸡蛋") == ""
    assert await draws(desk, "一只鸡") == forbidden("鸡")


async def test_a_groups_exception_lifts_nothing_that_holds_everywhere(desk: Desk):
    await desk.manage("words", "all add 鸡", by=OWNER)
    await desk.manage("words", "allow 鸡蛋")
    assert await draws(desk, "一个鸡蛋") == forbidden("鸡")
    await desk.manage("words", "all allow 鸡蛋", by=OWNER)
    assert await draws(desk, "一个鸡蛋") == ""


async def test_it_says_which_rule_a_sentence_meets(desk: Desk):
    await desk.manage("words", "all add 血", by=OWNER)
    await desk.manage("words", "add 鸡")
    await desk.manage("words", "allow 鸡蛋")
    tested = await desk.manage("words", "test 一只鸡吃血")
    assert tested == "🚫 会被拒绝：有「血」（所有群）\n🚫 会被拒绝：有「鸡」"
    assert await desk.manage("words", "test 鸡 蛋") == "✅ 有「鸡」，但在例外「鸡蛋」里"
    assert await desk.manage("words", "test 一个圆") == reply("words_clean", "zh")


async def test_a_rule_is_removed_however_it_is_written(desk: Desk):
    await desk.manage("words", "add 裸體")
    assert await desk.manage("words", "remove 裸 体") == "🧹 已移除：裸 体"
    assert await draws(desk, "裸体") == ""
    assert await desk.manage("words", "remove 裸体") == reply("no_such_word", "zh")


async def test_several_are_named_at_once_and_listed(desk: Desk):
    assert await desk.manage("words", "list") == reply("no_words", "zh")
    await desk.manage("words", "add 裸体，血\nnaked  girl")
    await desk.manage("words", "例外 血橙")
    told = await desk.manage("words")
    assert told.splitlines()[1:] == ["🚫 裸体", "🚫 血", "🚫 naked girl", "✅ 血橙"]
    assert (await desk.said())[-1].private


async def test_a_long_list_has_pages_that_its_buttons_turn(desk: Desk):
    rules = [WordRule(text=f"{'词' * 40}{number}") for number in range(60)]
    await desk.store.words.add(EVERYTHING, rules, act())
    await desk.manage("words", "all list", by=OWNER, alone=True)
    (button,) = (await desk.said())[-1].buttons
    name, _, more = button.words.partition(" ")
    assert (name, more, button.label) == ("words", "all list 2", "▶")
    assert f"{'词' * 40}59" in await desk.manage(name, more, by=OWNER, alone=True)


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ("add", "bad_words_wish"),
        ("forbid 裸体", "bad_words_wish"),
        ("test", "bad_words_wish"),
        ("remove ，", "bad_words_wish"),
    ],
)
async def test_what_is_not_understood_is_said_with_examples(desk: Desk, wish, code):
    assert await desk.manage("words", wish) == reply(code, "zh")


async def test_too_long_too_many_and_empty_are_refused(desk: Desk, monkeypatch):
    assert await desk.manage("words", "add " + "词" * 65) == reply(
        "too_long", "zh", length=65, limit=64
    )
    assert await desk.manage("words", "add ★★") == reply("empty_word", "zh", word="★★")
    monkeypatch.setattr(limits, "MAX_RULES", 1)
    assert await desk.manage("words", "add 一，二") == reply("too_many_words", "zh", limit=1)


@pytest.mark.parametrize("wish", ["add 裸体", "remove 血"])
async def test_a_redelivered_change_acts_once_and_is_answered_the_same(desk: Desk, wish):
    await desk.manage("words", "add 血")
    event = desk.event()
    said = await desk.manage("words", wish, event=event)
    assert await desk.manage("words", "remove 裸体" if "add" in wish else "add 血")
    # Its answer was lost on the way.
    await desk.store.sql("DELETE FROM notices WHERE event_key = :key", key=event)
    assert await desk.manage("words", wish, event=event) == said
    rules = await desk.store.words.rules(EVERYTHING)
    assert rules == []
    assert await draws(desk, "裸体") == ""
    assert await draws(desk, "血") == forbidden("血")


async def test_rules_that_another_process_changed_count_at_once(desk: Desk):
    assert await draws(desk, "裸体") == ""
    await desk.store.sql(
        "INSERT INTO words (platform, scope, text, allowed, created_ms)"
        " VALUES ('telegram', '-100', '裸体', 0, 1)"
    )
    assert await draws(desk, "裸体") == forbidden("裸体")


async def test_it_moves_with_the_group(desk: Desk):
    moved = replace(CHAT, chat="-1001")
    assert await draws(desk, "裸体", at=moved) == ""
    await desk.manage("words", "add 裸体")
    await desk.store.moves.move("telegram", "-100", "-1001")
    assert await draws(desk, "裸体", at=moved) == forbidden("裸体")


async def test_a_member_learns_nothing_of_the_rules(desk: Desk):
    await desk.manage("words", "add 裸体")
    for wish in ("", "list", "test 裸体", "remove 裸体"):
        assert await desk.manage("words", wish, by=ANNA, admin=False) == reply("admins_only", "zh")


async def test_rules_are_read_again_only_when_they_changed(desk: Desk, monkeypatch):
    read, areas = desk.store.words.rules, []

    async def noted(area: Area) -> Sequence[WordRule]:
        areas.append(area)
        return await read(area)

    monkeypatch.setattr(desk.store.words, "rules", noted)
    await desk.manage("words", "add 裸体")
    for _ in range(2):
        await draws(desk, "裸体")
    assert areas == [EVERYTHING, HERE]
    await desk.manage("words", "add 血")
    await draws(desk, "裸体")
    assert areas == [EVERYTHING, HERE, HERE]


async def test_thousands_of_rules_are_all_known(desk: Desk):
    rules = [WordRule(text=f"词{number}号") for number in range(3 * AT_ONCE)]
    await desk.store.words.add(EVERYTHING, rules, act())
    for number in (0, AT_ONCE - 1, AT_ONCE, 3 * AT_ONCE - 1):
        assert await draws(desk, f"词{number}号") == forbidden(f"词{number}号")
    assert await draws(desk, f"词{3 * AT_ONCE}号") == ""


async def test_the_loop_turns_while_thousands_of_rules_are_put_together(desk: Desk, monkeypatch):
    rules = [WordRule(text=f"词{number}号") for number in range(10 * PUT_TOGETHER)]

    async def read(_: Area) -> Sequence[WordRule]:
        return rules

    monkeypatch.setattr(desk.store.words, "rules", read)
    turns, added = [0], []
    add = Matcher.add

    def noted(matcher: Matcher, some: Sequence[WordRule]) -> None:
        added.append(turns[0])
        add(matcher, some)

    async def turn() -> None:
        while True:
            turns[0] += 1
            await asyncio.sleep(0)

    monkeypatch.setattr(Matcher, "add", noted)
    turning = asyncio.create_task(turn())
    (matcher,) = await WordLists(desk.store.words).of(EVERYTHING)
    turning.cancel()
    assert len(set(added)) >= 10
    assert matcher.hits("词999号") == ("词999号",)
