"""Word rules as they are kept, and how it is known that they changed."""

import pytest

from bot.core.acts import ActKind
from bot.core.errors import Refusal
from bot.core.moderation import words as limits
from bot.core.moderation.area import EVERYTHING, Area
from bot.core.moderation.matcher import WordRule
from tests.builders import act
from tests.stores import Store

HERE, THERE = Area("telegram", "-100"), Area("telegram", "-200")


async def add(store: Store, *texts: str, area: Area = HERE, allowed: bool = False, event=None):
    rules = [WordRule(text=text, allowed=allowed) for text in texts]
    await store.words.add(area, rules, act(event, kind=ActKind.WORDS))


async def remove(store: Store, *texts: str, area: Area = HERE, event=None) -> None:
    await store.words.remove(area, texts, act(event, kind=ActKind.WORDS))


async def texts(store: Store, area: Area = HERE) -> list[str]:
    return [rule.text for rule in await store.words.rules(area)]


async def test_rules_belong_to_their_area(store: Store):
    await add(store, "裸体", "血")
    await add(store, "政治", area=EVERYTHING)
    assert await texts(store) == ["裸体", "血"]
    assert await texts(store, EVERYTHING) == ["政治"]
    assert await texts(store, THERE) == []
    await remove(store, "裸体")
    assert await texts(store) == ["血"]


async def test_a_rule_may_become_an_exception_and_back(store: Store):
    await add(store, "鸡蛋")
    await add(store, "鸡蛋", allowed=True)
    assert await store.words.rules(HERE) == [WordRule(text="鸡蛋", allowed=True)]
    await add(store, "鸡蛋")
    assert await store.words.rules(HERE) == [WordRule(text="鸡蛋")]


async def test_what_is_not_there_cannot_be_removed(store: Store):
    await add(store, "裸体", area=THERE)
    with pytest.raises(Refusal, match="no_such_word"):
        await remove(store, "裸体", event="remove:1")
    await add(store, "裸体")
    await remove(store, "裸体", event="remove:1")
    assert await texts(store) == []


async def test_it_acts_once_for_an_event(store: Store):
    await add(store, "裸体", event="add:1")
    await remove(store, "裸体", event="remove:1")
    await add(store, "裸体", event="add:1")
    assert await texts(store) == []
    await add(store, "裸体")
    await remove(store, "裸体", event="remove:1")
    assert await texts(store) == ["裸体"]


async def test_there_are_only_so_many_and_what_is_refused_changes_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(limits, "MAX_RULES", 3)
    await add(store, "一", "二")
    await add(store, "二", "三")
    with pytest.raises(Refusal, match="too_many_words") as refused:
        await add(store, "四", "五")
    assert refused.value.data == {"limit": 3}
    assert await texts(store) == ["一", "二", "三"]


async def test_where_the_stamp_is_the_same_the_rules_are(store: Store):
    seen = {(await store.words.stamps([HERE]))[0]: await store.words.rules(HERE)}
    changes = [
        add(store, "一"),
        add(store, "二"),
        remove(store, "二"),
        add(store, "三"),
        add(store, "三", allowed=True),
        remove(store, "一", "三"),
        add(store, "一"),
    ]
    for change in changes:
        await change
        here, everywhere = await store.words.stamps([HERE, EVERYTHING])
        rules = await store.words.rules(HERE)
        assert seen.setdefault(here, rules) == rules
        assert everywhere == (0, 0)
    assert len(seen) == 6


async def test_they_go_along_when_the_group_moves(store: Store):
    await add(store, "裸体", "血")
    await add(store, "血", area=Area("telegram", "-1001"), allowed=True)
    await store.moves.move("telegram", "-100", "-1001")
    assert await texts(store) == []
    moved = await store.words.rules(Area("telegram", "-1001"))
    assert {(rule.text, rule.allowed) for rule in moved} == {("裸体", False), ("血", True)}
