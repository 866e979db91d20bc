"""What people can ask for, over real rows: draw, again, cancel, help, and being refused."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.core.answers import done
from bot.core.generation import Address, Outcome
from bot.core.messages import Toast
from bot.core.replies import reply
from engine.contract import JobKey
from tests.builders import spec
from tests.integration.front_desk_life import (
    ANNA,
    BORIS,
    CHAT,
    ELSEWHERE,
    FLEET,
    OWNER,
    PROFILE,
    Desk,
    said_to_be,
    words,
)


async def test_a_request_becomes_a_row_with_everything_resolved(desk: Desk) -> None:
    generation = await desk.draw("一个红色的圆 横图 种子 42 2张")
    assert generation.outcome is Outcome.QUEUED
    assert generation.spec.prompt == "一个红色的圆"
    assert (generation.spec.seed, generation.spec.count) == (42, 2)
    assert generation.spec.width > generation.spec.height
    assert (generation.spec.steps, generation.spec.guidance) == (PROFILE.steps, PROFILE.guidance)
    assert await desk.said() == []


async def test_a_negative_prompt_sets_guidance_and_the_reply_says_so(desk: Desk) -> None:
    generation = await desk.draw("一个红色的圆 负面 模糊")
    assert generation.spec.guidance == PROFILE.negative_guidance
    assert "negative_set_guidance" in generation.notes


async def test_a_guidance_given_by_hand_is_not_said_to_be_set(desk: Desk) -> None:
    generation = await desk.draw("一个红色的圆 引导 2 负面 模糊")
    assert generation.spec.guidance == 2
    assert "negative_set_guidance" not in generation.notes


async def test_a_negative_prompt_with_guidance_off_is_refused(desk: Desk) -> None:
    await desk.desk.draw(desk.origin(), "一个红色的圆 引导 0 负面 模糊")
    assert "引导大于 0" in (await desk.said())[0].text


async def test_what_the_model_was_not_taught_is_drawn_and_said(desk: Desk) -> None:
    assert "outside_vocabulary" in (await desk.draw("一条龙")).notes
    assert "outside_vocabulary" not in (await desk.draw("一个红色的圆")).notes


async def test_a_prompt_over_the_limit_is_refused_with_the_part_that_would_be_lost(
    desk: Desk,
) -> None:
    await desk.desk.draw(desk.origin(), "红" * 40 + "丢掉我")
    assert "丢掉我" in (await desk.said())[0].text


async def test_a_redelivered_request_is_one_row_and_no_sentence(desk: Desk) -> None:
    first = await desk.draw("一个红色的圆", event="telegram:1")
    second = await desk.draw("一个红色的圆", event="telegram:1")
    assert first.id == second.id
    assert await desk.said() == []


async def test_a_refused_request_that_comes_again_is_not_drawn_as_well(desk: Desk) -> None:
    rows = [await desk.draw("一个红色的圆") for _ in range(3)]
    origin = desk.origin()
    await desk.desk.draw(origin, "一个蓝色的圆")
    await desk.cancel(generation_id=rows[0].id)
    await desk.desk.draw(origin, "一个蓝色的圆")
    assert len(await desk.said()) == 1
    latest = await desk.store.admissions.latest(ANNA, CHAT.chat)
    assert latest is not None
    assert latest.spec.prompt == "一个红色的圆"


async def test_again_draws_the_same_words_with_another_seed(desk: Desk) -> None:
    first = await desk.draw("一个红色的圆 种子 42")
    await desk.again()
    second = await desk.store.admissions.latest(ANNA, CHAT.chat)
    assert second is not None
    assert second.parent_id == first.id
    assert replace(second.spec, seed=42) == first.spec
    assert second.spec.seed != 42


async def test_again_on_somebody_elses_picture_makes_ones_own(desk: Desk) -> None:
    first = await desk.draw("一个红色的圆", by=ANNA)
    await desk.again(by=BORIS, generation_id=first.id)
    mine = await desk.store.admissions.latest(BORIS, CHAT.chat)
    assert mine is not None
    assert mine.parent_id == first.id


@pytest.mark.parametrize("generation_id", [None, "nobody"])
async def test_again_on_nothing_says_so(desk: Desk, generation_id: str | None) -> None:
    said = await desk.again(generation_id=generation_id)
    assert said
    assert [notice.text for notice in await desk.said()] == [said]


async def test_cancel_takes_back_the_latest(desk: Desk) -> None:
    first, second = await desk.draw("一个红色的圆"), await desk.draw("一个蓝色的圆")
    await desk.cancel()
    assert (await desk.store.now(second)).outcome is Outcome.CANCELLED
    assert (await desk.store.now(first)).outcome is Outcome.QUEUED


async def test_cancel_all_takes_back_everything_of_this_person_here(desk: Desk) -> None:
    mine = [await desk.draw("一个红色的圆") for _ in range(2)]
    other = await desk.draw("一个红色的圆", by=BORIS)
    await desk.cancel(all_=True)
    assert [(await desk.store.now(one)).outcome for one in mine] == [Outcome.CANCELLED] * 2
    assert (await desk.store.now(other)).outcome is Outcome.QUEUED
    assert "2" in (await desk.said())[0].text


async def test_a_redelivered_cancel_neither_cancels_more_nor_complains(desk: Desk) -> None:
    first, _ = await desk.draw("一个红色的圆"), await desk.draw("一个蓝色的圆")
    for _ in range(2):
        await desk.cancel(event="telegram:cancel")
    assert (await desk.store.now(first)).outcome is Outcome.QUEUED
    assert await desk.said() == []


async def test_only_the_owner_can_cancel(desk: Desk) -> None:
    generation = await desk.draw("一个红色的圆", by=ANNA)
    assert "只有本人和群管理员可以取消" in (
        await desk.cancel(by=BORIS, generation_id=generation.id) or ""
    )
    assert (await desk.store.now(generation)).outcome is Outcome.QUEUED


async def test_an_admin_can_cancel_anybodys_in_their_chat_and_in_no_other(desk: Desk) -> None:
    generation = await desk.draw("一个红色的圆", by=ANNA)
    await desk.cancel(by=BORIS, generation_id=generation.id, admin=True, at=ELSEWHERE)
    assert (await desk.store.now(generation)).outcome is Outcome.QUEUED
    await desk.cancel(by=BORIS, generation_id=generation.id, admin=True)
    assert (await desk.store.now(generation)).outcome is Outcome.CANCELLED


@pytest.mark.parametrize("at", [CHAT, ELSEWHERE])
@pytest.mark.parametrize("by", [OWNER, FLEET])
async def test_who_runs_the_fleet_cancels_anybodys_anywhere(
    desk: Desk, by: str, at: Address
) -> None:
    await desk.store.sql("INSERT INTO people (person, fleet_admin) VALUES (:p, 1)", p=FLEET)
    generation = await desk.draw("一个红色的圆", by=ANNA)
    assert await desk.cancel(by=by, generation_id=generation.id, at=at, quiet=True)
    ended = await desk.store.now(generation)
    assert (ended.outcome, ended.ended_by is not None) == (Outcome.CANCELLED, True)
    acts = await desk.store.sql("SELECT actor, kind, target FROM acts")
    assert acts == [(by, "cancel", generation.id)]


async def test_an_admin_of_a_guild_cancels_in_all_its_channels(desk: Desk) -> None:
    channels = [Address(platform="discord", chat=chat) for chat in ("70", "71")]
    anna = desk.origin(by="discord:1", at=channels[0], group="guild:7")
    await desk.desk.draw(anna, "一个红色的圆")
    generation = await desk.store.admissions.latest("discord:1", "70")
    assert generation is not None
    for guild, outcome in (("guild:8", Outcome.QUEUED), ("guild:7", Outcome.CANCELLED)):
        admin = desk.origin(by="discord:2", at=channels[1], group=guild)
        await desk.desk.cancel(
            admin, generation.id, None, all_=False, quiet=True, is_admin=said_to_be(True)
        )
        assert (await desk.store.now(generation)).outcome is outcome


async def test_the_platform_is_asked_only_about_what_is_somebody_elses(desk: Desk) -> None:
    async def unasked() -> bool:
        raise AssertionError("nobody's rights matter here")

    for origin in (desk.origin(), desk.origin(by=BORIS, at=ELSEWHERE), desk.origin(by=OWNER)):
        generation = await desk.draw("一个红色的圆", by=ANNA)
        await desk.desk.cancel(
            origin, generation.id, None, all_=False, quiet=True, is_admin=unasked
        )


async def test_a_refused_again_that_comes_again_is_not_drawn_as_well(desk: Desk) -> None:
    rows = [await desk.draw("一个红色的圆") for _ in range(3)]
    refused = await desk.again(event="telegram:again")
    await desk.cancel(generation_id=rows[0].id)
    assert await desk.again(event="telegram:again") is None
    assert [notice.text for notice in await desk.said()] == [refused]
    latest = await desk.store.admissions.latest(ANNA, CHAT.chat)
    assert latest is not None
    assert latest.id == rows[2].id


# --- refused presses ------------------------------------------------------------------------------


async def not_yours(desk: Desk, quiet: bool) -> str | None:
    generation = await desk.draw("一个红色的圆", by=ANNA)
    return await desk.cancel(by=BORIS, generation_id=generation.id, quiet=quiet)


async def already_ended(desk: Desk, quiet: bool) -> str | None:
    generation = await desk.draw("一个红色的圆")
    await desk.cancel(generation_id=generation.id)
    return await desk.cancel(generation_id=generation.id, quiet=quiet)


async def unknown_to_cancel(desk: Desk, quiet: bool) -> str | None:
    return await desk.cancel(generation_id="nobody", quiet=quiet)


async def unknown_to_again(desk: Desk, quiet: bool) -> str | None:
    return await desk.again(generation_id="nobody", quiet=quiet)


async def queue_full(desk: Desk, quiet: bool) -> str | None:
    rows = [await desk.draw("一个红色的圆") for _ in range(3)]
    return await desk.again(generation_id=rows[0].id, quiet=quiet)


@pytest.mark.parametrize(
    ("refused", "part"),
    [
        (not_yours, "只有本人和群管理员可以取消"),
        (already_ended, "已经结束"),
        (unknown_to_cancel, "nobody"),
        (unknown_to_again, "nobody"),
        (queue_full, "已有 3 个请求"),
    ],
)
async def test_a_refusal_is_said_in_the_chat_unless_a_press_has_its_own_answer(
    desk: Desk, refused: Callable[[Desk, bool], Awaitable[str | None]], part: str
) -> None:
    said = await refused(desk, True)
    assert part in (said or "")
    assert await desk.said() == []


@pytest.mark.parametrize(
    "refused", [not_yours, already_ended, unknown_to_cancel, unknown_to_again, queue_full]
)
async def test_a_refused_command_is_answered_in_the_chat(
    desk: Desk, refused: Callable[[Desk, bool], Awaitable[str | None]]
) -> None:
    said = await refused(desk, False)
    assert said
    assert [notice.text for notice in await desk.said()] == [said]


# --- help -----------------------------------------------------------------------------------------


async def test_help_names_every_command(desk: Desk) -> None:
    await desk.desk.help(desk.origin(), start=False)
    text = (await desk.said())[0].text
    for word in ("/draw", "画图", "/again", "/cancel", "横图", "种子 42"):
        assert word in text


async def test_a_redelivered_cancel_of_all_says_nothing_more(desk: Desk) -> None:
    await desk.draw("一个红色的圆")
    for _ in range(2):
        await desk.cancel(all_=True, event="telegram:cancel")
    assert len(await desk.said()) == 1


async def test_again_is_judged_by_the_model_of_today(desk: Desk) -> None:
    parent = await desk.store.queued(
        requester=ANNA, address=CHAT, spec=spec(width=2048, height=2048)
    )
    assert "画不了 2048×2048" in (await desk.again(generation_id=parent.id) or "")


@pytest.mark.parametrize("locale", ["zh", "en"])
async def test_help_in_a_group_explains_privacy_mode_once(desk: Desk, locale: str) -> None:
    await desk.desk.help(desk.origin(locale=locale), start=True, call="/draw@zdraw_bot")
    await desk.desk.help(desk.origin(locale=locale, alone=True), start=True)
    group, private = [notice.text for notice in await desk.said()]
    assert group.count("🔒") == 1
    assert group.count("/draw@zdraw_bot") == 3
    assert ("🔒" in private, "@" in private) == (False, False)


async def test_an_old_repetition_is_offered_with_what_it_repeats(desk: Desk) -> None:
    await desk.desk.offer_again(desk.origin(), None, None)
    parent = await desk.draw("一个红色的圆")
    await desk.desk.offer_again(desk.origin(), None, None)
    (notice,) = await desk.said()
    assert [(b.action, b.generation_id) for b in notice.buttons] == [("again", parent.id)]


async def test_a_draw_that_is_answered_by_a_toast_is_not_refused_in_the_chat(desk: Desk) -> None:
    queued = await desk.desk.draw(desk.origin(), "一个红色的圆", quiet=True)
    assert queued == done("toast_queued", "zh")
    said = await desk.desk.draw(desk.origin(), "--wide", quiet=True)
    assert "没有描述" in words(said)
    assert await desk.said() == []


async def test_a_request_drawn_before_the_bot_went_down_is_not_asked_about_as_well(
    desk: Desk,
) -> None:
    """Killed after the commit and away for long: the message comes again, now as an old one."""
    origin = desk.origin()
    await desk.desk.draw(origin, "一个红色的圆")
    await desk.desk.offer(origin)
    assert await desk.said() == []


async def test_nobody_draws_the_words_of_another_chat_by_their_id(desk: Desk) -> None:
    """The new picture would quote them."""
    first = await desk.draw("一个红色的圆", by=ANNA)
    for_a_stranger = [desk.origin(by=BORIS, at=ELSEWHERE, alone=True) for _ in range(2)]
    await desk.desk.again(for_a_stranger[0], first.id, None, quiet=False)
    await desk.desk.offer_again(for_a_stranger[1], first.id, None)
    assert [notice.text for notice in await desk.said()] == [
        reply("unknown_generation", "zh", id=first.id)
    ]
    assert await desk.store.admissions.latest(BORIS, ELSEWHERE.chat) is None


async def test_ones_own_words_can_be_drawn_again_anywhere(desk: Desk) -> None:
    first = await desk.draw("一个红色的圆", by=ANNA)
    await desk.desk.again(desk.origin(at=ELSEWHERE), first.id, None, quiet=False)
    again = await desk.store.admissions.latest(ANNA, ELSEWHERE.chat)
    assert again is not None
    assert again.parent_id == first.id


async def test_a_request_of_another_chat_is_as_unknown_as_one_that_never_was(desk: Desk) -> None:
    generation = await desk.draw("一个红色的圆", by=ANNA)
    said = await desk.cancel(
        generation_id=generation.id, quiet=True, admin=True, by=BORIS, at=ELSEWHERE
    )
    assert said == reply("unknown_generation", "zh", id=generation.id)
    assert (await desk.store.now(generation)).outcome is Outcome.QUEUED


async def test_an_engine_that_does_not_answer_holds_up_no_cancel(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All other updates wait behind it."""
    rows = [await desk.draw("一个红色的圆") for _ in range(3)]
    for row in rows:
        await desk.store.start(row)
    stopped: list[str] = []

    async def hang(key: JobKey) -> None:
        stopped.append(key.generation_id)
        await asyncio.sleep(3600)

    monkeypatch.setattr(desk.engine, "cancel", hang)
    monkeypatch.setattr("bot.core.cancel.STOP_SECONDS", 0.05)
    async with asyncio.timeout(1.0):
        assert await desk.cancel(all_=True) == reply("toast_cancelled", "zh")
    assert sorted(stopped) == sorted(row.id for row in rows)
    assert {(await desk.store.now(row)).outcome for row in rows} == {Outcome.CANCELLED}


@pytest.mark.parametrize("what", ["again", "cancel"])
async def test_a_reply_to_a_message_that_is_no_requests_asks_for_an_id(
    desk: Desk, what: str
) -> None:
    """A copy that /show has posted, or an original: whoever replies to it does mean a picture."""
    await desk.draw("一个红色的圆")
    if what == "again":
        said = await desk.desk.again(desk.origin(), None, "999", quiet=True)
    else:
        said = await desk.desk.cancel(desk.origin(), None, "999", all_=False, quiet=True)
    assert said == Toast(reply("which_request", "zh"))
