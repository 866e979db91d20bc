"""What people can ask for, over real rows: draw, again, cancel, help, and being refused."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import structlog

from bot.core.cancel import Cancel
from bot.core.draw import Draw
from bot.core.front_desk import FrontDesk
from bot.core.generation import Address, Generation, Origin, Outcome
from bot.core.news import News
from bot.core.notify import Notifier
from bot.core.pace import Pace
from bot.core.ports import Bounds, Notice, TokenCount
from bot.store.database import Database
from engine.profiles import profile_named
from tests.builders import spec
from tests.fakes.engine_link import FakeEngine
from tests.stores import Store, sqlite_url, store_over

CHAT = Address(platform="telegram", chat="-100", request_message="7")
ANNA, BORIS = "telegram:1", "telegram:2"
PROFILE = profile_named("demo")


class Letters:
    """A TokenCounter for which a letter is a token."""

    limit = 40

    def measure(self, prompt: str) -> TokenCount:
        return TokenCount(tokens=len(prompt), limit=self.limit, lost=prompt[self.limit :])


@dataclass
class Desk:
    """A front desk, and what came of what was asked."""

    desk: FrontDesk
    store: Store
    _events: int = 0

    def event(self) -> str:
        self._events += 1
        return f"telegram:4242:message:-100:{self._events}"

    def origin(self, *, by: str = ANNA, event: str | None = None) -> Origin:
        return Origin(event_key=event or self.event(), requester=by, address=CHAT, locale="zh")

    async def draw(self, text: str, *, by: str = ANNA, event: str | None = None) -> Generation:
        await self.desk.draw(self.origin(by=by, event=event), text)
        latest = await self.store.admissions.latest(by, CHAT.chat)
        assert latest is not None
        return latest

    async def again(
        self,
        *,
        by: str = ANNA,
        generation_id: str | None = None,
        quiet: bool = False,
        event: str | None = None,
    ) -> str | None:
        origin = self.origin(by=by, event=event)
        return await self.desk.again(origin, generation_id, None, quiet=quiet)

    async def cancel(
        self,
        *,
        by: str = ANNA,
        generation_id: str | None = None,
        all_: bool = False,
        quiet: bool = False,
        event: str | None = None,
    ) -> str | None:
        origin = self.origin(by=by, event=event)
        return await self.desk.cancel(origin, generation_id, None, all_=all_, quiet=quiet)

    async def said(self) -> list[Notice]:
        return await self.store.unsaid()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with Database(sqlite_url(tmp_path / "zdraw.db")) as database:
        store = store_over(database)
        news = News()
        draw = Draw(
            admissions=store.admissions,
            tokens=Letters(),
            profile=PROFILE,
            pace=Pace(PROFILE),
            bounds=Bounds(live_per_requester=3, live_in_all=100),
            news=news,
        )
        notifier = Notifier(notices=store.notices, messengers={}, log=structlog.get_logger())
        cancel = Cancel(
            outcomes=store.outcomes, records=store.records, link=FakeEngine(), news=news
        )
        front = FrontDesk(
            draw=draw,
            cancel=cancel,
            admissions=store.admissions,
            records=store.records,
            notifier=notifier,
        )
        yield Desk(desk=front, store=store)


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
    assert "outside_vocabulary" in (await desk.draw("一只猫")).notes
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
    assert "只有本人可以取消" in (await desk.cancel(by=BORIS, generation_id=generation.id) or "")
    assert (await desk.store.now(generation)).outcome is Outcome.QUEUED


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
        (not_yours, "只有本人可以取消"),
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
