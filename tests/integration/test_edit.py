"""Drawing from pictures over real rows and files: what is admitted, kept, said and forgotten."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.core import fetch
from bot.core.edit import Shown
from bot.core.errors import Refusal, TryLater
from bot.core.fetch import GIVEN_UP_MS
from bot.core.generation import Forgotten, Generation, Outcome
from bot.core.moderation.area import EVERYTHING
from bot.core.moderation.bans import Ban
from bot.core.replies import refusal_text, reply
from tests.builders import act
from tests.integration.front_desk_life import ANNA, BORIS, CHAT, Desk
from tests.integration.waiting import eventually
from tests.photos import RED, brought, photo, see_through


class Platform:
    """Hands out what a test says, or raises it."""

    def __init__(self, *answers: bytes | Exception) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def fetch(self, file: str) -> bytes:
        self.asked.append(file)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@asynccontextmanager
async def fetching(desk: Desk, *answers: bytes | Exception) -> AsyncIterator[Platform]:
    platform = desk.platforms["telegram"] = Platform(*answers)
    task = asyncio.create_task(desk.fetcher.run())
    try:
        yield platform
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def given(
    desk: Desk, text: str = "换成夜景", content: bytes | None = None, **more: Any
) -> Generation | None:
    origin = more.pop("origin", None) or desk.origin()
    await desk.desk.edits.given(origin, text, brought(content or photo()), **more)
    return await desk.store.admissions.latest(origin.requester, CHAT.chat)


def sources(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("pictures/sources/*"))


def kept(folder: Path, one: Generation | None) -> Image.Image:
    assert one is not None
    assert one.spec.source is not None
    return Image.open(BytesIO((folder / one.spec.source).read_bytes()))


async def told(desk: Desk) -> str:
    return (await desk.said())[-1].text


async def real(desk: Desk, count: int = 1) -> Generation:
    """A finished one whose pictures can be read."""
    one = await desk.drawn(count)
    for path in one.pictures:
        desk.pictures.path(path).write_bytes(photo((256, 192), "PNG"))
    return one


# --- a picture that came along --------------------------------------------------------------------


async def test_a_picture_becomes_a_row_and_a_file(desk: Desk, tmp_path: Path) -> None:
    one = await given(desk, "换成夜景 步数 9")
    assert one is not None
    assert (one.spec.prompt, one.spec.steps, one.spec.strength) == ("换成夜景", 9, 0.6)
    # In its own shape, on the area and the grid of the model.
    assert (one.spec.width, one.spec.height) == (592, 448)
    assert "source_cut" not in one.notes
    assert sources(tmp_path) == [f"{one.id}.png"]
    assert kept(tmp_path, one).size == (320, 240)


@pytest.mark.parametrize(
    ("words", "strength"),
    [("改动 小", 0.3), ("改动大", 0.8), ("--strength 0.45", 0.45), ("--strength large", 0.8)],
)
async def test_how_much_may_change_is_said_behind_the_words(desk: Desk, words, strength) -> None:
    one = await given(desk, f"换成夜景 {words}")
    assert one is not None
    assert (one.spec.prompt, one.spec.strength) == ("换成夜景", strength)


async def test_without_a_picture_nothing_can_change(desk: Desk) -> None:
    await desk.desk.draw(desk.origin(), "换成夜景 改动 小")
    assert await told(desk) == reply("strength_needs_picture", "zh")


async def test_what_is_transparent_alone_is_drawn_anew_and_that_is_said(desk: Desk) -> None:
    one = await given(desk, content=see_through())
    assert one is not None
    assert one.spec.strength == 1.0
    assert "only_transparent" in one.notes
    assert any("透明" in remark for remark in desk.cards.remarks(one))


async def test_another_shape_takes_the_middle_and_that_is_said(desk: Desk) -> None:
    one = await given(desk, "换成夜景 方图")
    assert one is not None
    assert one.spec.width == one.spec.height
    assert "source_cut" in one.notes
    long = await given(desk, content=photo((1000, 100)))
    assert long is not None
    assert long.spec.width <= 4 * long.spec.height
    assert "source_cut" in long.notes


async def test_the_price_is_that_of_any_picture_and_the_wait_is_shorter(desk: Desk) -> None:
    small = await given(desk, "换成夜景 改动 小")
    large = await given(desk, "换成夜景 改动 大")
    assert small is not None
    assert large is not None
    assert small.cost < large.cost
    plain = await desk.draw("换成夜景 尺寸 592x448")
    assert plain.cost > large.cost
    assert plain.price == large.price == small.price


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"no picture", "not_a_picture"), (bytes(20_000_001), "picture_too_large")],
)
async def test_what_cannot_be_taken_is_refused_in_a_sentence(desk, tmp_path, content, code) -> None:
    said = await desk.desk.edits.given(desk.origin(), "换成夜景", brought(content), quiet=True)
    assert said is not None
    assert said.text == refusal_text(Refusal(code, megabytes=20), "zh")
    assert sources(tmp_path) == []


@pytest.mark.parametrize("why", ["banned", "closed", "--sed"])
async def test_nothing_is_fetched_for_whoever_may_not_draw_or_wrote_it_wrongly(
    desk: Desk, why: str
) -> None:
    async def fetch() -> tuple[bytes, bytes | None]:
        raise AssertionError

    origin, text = desk.origin(), "换成夜景"
    if why == "banned":
        ban = Ban(person=origin.requester, area=EVERYTHING, until_ms=None, reason="")
        await desk.store.bans.ban(ban, act())
    elif why == "closed":
        await desk.store.places.set_place(CHAT, CHAT.chat, open_=False, by_fleet=True, act=act())
    else:
        text += " --sed 4"
    said = await desk.desk.edits.given(origin, text, fetch, quiet=True)
    assert said is not None
    assert not said.done


async def test_a_model_that_knows_words_only_refuses(desk: Desk) -> None:
    knows_words = replace(desk.pace.profile, takes_inputs=False)
    desk.drawer._profile = knows_words
    await desk.desk.edits.given(desk.origin(), "换成夜景", brought(photo()))
    assert await told(desk) == reply("no_inputs", "zh", model="demo")


async def test_what_is_refused_leaves_no_file(desk: Desk, tmp_path: Path) -> None:
    for _ in range(5):
        await given(desk)
    # Three of one person may wait.
    assert len(sources(tmp_path)) == 3


async def test_an_event_that_comes_again_leaves_one_row_and_one_file(desk, tmp_path) -> None:
    origin = desk.origin()
    first = await given(desk, origin=origin)
    assert (await given(desk, origin=origin)) == first
    admitted = await desk.drawer(
        origin, "换成夜景", None, await desk.drawer._sources.make_ready(photo())
    )
    assert admitted.duplicate
    assert first is not None
    assert sources(tmp_path) == [f"{first.id}.png"]


# --- the same again -------------------------------------------------------------------------------


async def finished(desk: Desk, one: Generation | None) -> Generation:
    assert one is not None
    started = await desk.store.start(one)
    paths, preview = await desk.pictures.save(started, [photo(kind="PNG")], b"jpeg")
    assert await desk.store.outcomes.finish(started.key, paths, preview)
    await desk.store.deliveries.sending(one.id)
    await desk.store.deliveries.record_status(one.id, "777")
    await desk.store.deliveries.delivered(one.id)
    return await desk.store.now(one)


async def test_again_begins_from_the_same_picture(desk: Desk, tmp_path: Path) -> None:
    one = await finished(desk, await given(desk, "换成夜景 改动 小"))
    await desk.again(generation_id=one.id)
    again = await desk.store.admissions.latest(ANNA, CHAT.chat)
    assert again is not None
    assert (again.parent_id, again.spec.strength) == (one.id, 0.3)
    assert again.spec.seed != one.spec.seed
    assert sources(tmp_path) == sorted([f"{one.id}.png", f"{again.id}.png"])
    assert kept(tmp_path, again).tobytes() == kept(tmp_path, one).tobytes()


async def test_edited_words_begin_from_the_same_picture(desk: Desk, tmp_path: Path) -> None:
    one = await finished(desk, await given(desk, "换成夜景 改动 大"))
    text = await desk.desk.edit_text(desk.origin(), one.id)
    assert "改动 0.8" in text
    await desk.desk.draw(desk.origin(), text.replace("夜景", "雪景"), edited=one.id)
    edited = await desk.store.admissions.latest(ANNA, CHAT.chat)
    assert edited is not None
    assert (edited.spec.prompt, edited.spec.strength) == ("换成雪景", 0.8)
    assert (edited.spec.width, edited.spec.height) == (one.spec.width, one.spec.height)
    assert kept(tmp_path, edited).size == (320, 240)


async def test_where_the_picture_was_deleted_there_is_a_sentence(desk, tmp_path) -> None:
    one = await finished(desk, await given(desk))
    for file in (tmp_path / "pictures" / "sources").iterdir():
        file.unlink()
    assert await desk.again(generation_id=one.id) == reply("source_gone", "zh")


async def test_info_tells_of_it(desk: Desk) -> None:
    one = await finished(desk, await given(desk, "换成夜景 改动 小"))
    await desk.desk.my_data.info(desk.origin(), one.id)
    assert reply("info_source", "zh", strength="0.3") in await told(desk)


async def test_what_somebody_sent_is_for_nobody_else(desk: Desk, tmp_path: Path) -> None:
    one = await finished(desk, await given(desk))
    refused = reply("others_picture", "zh")
    assert await desk.again(by=BORIS, generation_id=one.id) == refused
    await desk.desk.draw(desk.origin(by=BORIS), "雪景 改动 0.1", edited=one.id)
    assert await told(desk) == refused
    assert await desk.store.admissions.latest(BORIS, CHAT.chat) is None
    assert sources(tmp_path) == [f"{one.id}.png"]


async def test_forgetting_deletes_it_and_no_other_persons_own(desk, tmp_path) -> None:
    one = await finished(desk, await given(desk))
    other = await finished(desk, await given(desk, origin=desk.origin(by=BORIS)))
    await desk.store.forgetting.forget(ANNA, one.id, instead="")
    await desk.data.retention.clean()
    gone = await desk.store.now(one)
    assert (gone.forgotten, gone.spec.source) == (Forgotten.DONE, "")
    assert sources(tmp_path) == [f"{other.id}.png"]


# --- a picture in a message -----------------------------------------------------------------------


async def test_a_picture_drawn_here_is_drawn_from_as_it_lies_on_the_disk(desk, tmp_path) -> None:
    one = await real(desk)
    assert one.status_message is not None
    shown = Shown(file="AgACAg", message=one.status_message)
    await desk.desk.edits.shown(desk.origin(by=BORIS), "换成夜景", shown)
    made = await desk.store.admissions.latest(BORIS, CHAT.chat)
    assert made is not None
    assert made.parent_id == one.id
    assert kept(tmp_path, made).size == (256, 192)
    assert kept(tmp_path, made).getpixel((5, 5)) == RED
    assert await desk.store.errands.waiting() == []


async def test_of_several_one_has_to_be_named(desk: Desk) -> None:
    one = await real(desk, 2)
    shown = Shown(file="AgACAg", message=one.status_message)
    await desk.desk.edits.shown(desk.origin(), "换成夜景", shown)
    assert await told(desk) == reply("which_of_several", "zh", id=one.id)


async def test_any_other_is_fetched_and_then_drawn_from(desk: Desk, tmp_path: Path) -> None:
    async with fetching(desk, photo()) as platform:
        said = await desk.desk.edits.shown(desk.origin(), "换成夜景", Shown(file="AgACAg"))
        assert said is not None
        assert said.done
        one = await eventually(lambda: desk.store.admissions.latest(ANNA, CHAT.chat))
        await eventually(lambda: no_errands(desk))
    assert platform.asked == ["AgACAg"]
    assert kept(tmp_path, one).size == (320, 240)


async def no_errands(desk: Desk) -> bool:
    return not await desk.store.errands.waiting()


async def test_what_was_noted_before_a_restart_is_fetched_after_it(desk: Desk) -> None:
    origin = desk.origin()
    await desk.desk.edits.shown(origin, "换成夜景", Shown(file="AgACAg"))
    await desk.desk.edits.shown(origin, "换成夜景", Shown(file="AgACAg"))
    async with fetching(desk, photo()) as platform:
        await eventually(lambda: desk.store.admissions.latest(ANNA, CHAT.chat))
        await eventually(lambda: no_errands(desk))
        # Redelivered once more.
        assert await desk.desk.edits.shown(origin, "换成夜景", Shown(file="AgACAg")) is None
    assert platform.asked == ["AgACAg"]


async def test_one_admitted_by_a_process_that_died_then_has_no_other_answer(desk: Desk) -> None:
    origin = desk.origin()
    await desk.desk.edits.shown(origin, "换成夜景", Shown(file="AgACAg"))
    await given(desk, origin=origin)
    desk.store.clock.advance(GIVEN_UP_MS + 1)
    await desk.manage("ban", "", of=ANNA)
    already_said = await desk.said()
    async with fetching(desk, Refusal("picture_not_fetched")):
        await eventually(lambda: no_errands(desk))
    assert await desk.said() == already_said


async def test_one_noted_before_a_night_off_is_fetched_after_it(desk: Desk) -> None:
    await desk.desk.edits.shown(desk.origin(), "换成夜景", Shown(file="AgACAg"))
    desk.store.clock.advance(GIVEN_UP_MS + 1)
    async with fetching(desk, photo()):
        await eventually(lambda: no_errands(desk))
    assert await desk.store.admissions.latest(ANNA, CHAT.chat) is not None


async def test_a_platform_that_is_away_is_asked_again(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(fetch, "PAUSE_SECONDS", 0.01)
    async with fetching(desk, TryLater(1), RuntimeError("odd"), photo()) as platform:
        await desk.desk.edits.shown(desk.origin(), "换成夜景", Shown(file="AgACAg"))
        await eventually(lambda: desk.store.admissions.latest(ANNA, CHAT.chat))
    assert len(platform.asked) == 3


@pytest.mark.parametrize(
    ("answer", "code"),
    [(b"no picture", "not_a_picture"), (Refusal("picture_not_fetched"), "picture_not_fetched")],
)
async def test_what_cannot_be_had_is_said(desk: Desk, answer, code) -> None:
    async with fetching(desk, answer):
        await desk.desk.edits.shown(desk.origin(), "换成夜景", Shown(file="AgACAg"))
        await eventually(lambda: no_errands(desk))
    assert await told(desk) == reply(code, "zh")


async def test_after_a_while_it_is_given_up_with_a_sentence(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(fetch, "PAUSE_SECONDS", 0.01)
    await desk.desk.edits.shown(desk.origin(), "换成夜景", Shown(file="AgACAg"))
    async with fetching(desk, TryLater(1)) as platform:
        await eventually(lambda: len(platform.asked) > 2)
        desk.store.clock.advance(GIVEN_UP_MS + 1)
        await eventually(lambda: no_errands(desk))
    assert await told(desk) == reply("picture_not_fetched", "zh")


async def test_wrong_words_and_large_files_are_refused_before_anything_is_fetched(desk) -> None:
    await desk.desk.edits.shown(desk.origin(), "换成夜景 --sed 4", Shown(file="AgACAg"))
    assert "--seed" in await told(desk)
    await desk.desk.edits.shown(desk.origin(), "换成夜景", Shown(file="A", size=20_000_001))
    assert await told(desk) == reply("picture_too_large", "zh", megabytes=20)
    assert await no_errands(desk)


async def test_a_banned_person_has_nothing_fetched(desk: Desk) -> None:
    await desk.manage("ban", "", of=BORIS)
    await desk.desk.edits.shown(desk.origin(by=BORIS), "换成夜景", Shown(file="AgACAg"))
    assert await no_errands(desk)


# --- cancelled before it is there -----------------------------------------------------------------


async def asked_to_fetch(desk: Desk, **who: Any) -> None:
    origin = desk.origin(**who)
    await desk.desk.edits.shown(origin, "换成夜景", Shown(file="AgACAg"))


async def test_what_is_still_fetched_is_cancelled_and_never_drawn(desk: Desk, tmp_path) -> None:
    await asked_to_fetch(desk)
    assert await desk.cancel() == reply("toast_cancelled", "zh")
    assert await told(desk) == reply("cancelled_early", "zh")
    async with fetching(desk, photo()) as platform:
        # One that comes after it is fetched.
        await asked_to_fetch(desk, by=BORIS)
        await eventually(lambda: desk.store.admissions.latest(BORIS, CHAT.chat))
    assert platform.asked == ["AgACAg"]
    assert await desk.store.admissions.latest(ANNA, CHAT.chat) is None
    assert len(sources(tmp_path)) == 1


class Slow(Platform):
    """Hands out a picture when it may."""

    def __init__(self) -> None:
        super().__init__(photo())
        self.asked_for, self.may = asyncio.Event(), asyncio.Event()

    async def fetch(self, file: str) -> bytes:
        self.asked_for.set()
        await self.may.wait()
        return await super().fetch(file)


async def test_what_arrives_after_it_was_cancelled_is_not_drawn(desk: Desk, tmp_path) -> None:
    async with fetching(desk, photo()):
        slow = desk.platforms["telegram"] = Slow()
        await asked_to_fetch(desk)
        await slow.asked_for.wait()
        await desk.cancel()
        slow.may.set()
        await asked_to_fetch(desk, by=BORIS)
        await eventually(lambda: desk.store.admissions.latest(BORIS, CHAT.chat))
        await eventually(lambda: no_errands(desk))
    assert await desk.store.admissions.latest(ANNA, CHAT.chat) is None
    assert len(sources(tmp_path)) == 1


async def test_the_last_one_asked_for_is_cancelled_and_each_event_cancels_one(desk: Desk) -> None:
    await asked_to_fetch(desk)
    desk.store.clock.advance(1000)
    one = await desk.draw("一只猫")
    await desk.cancel()
    assert (await desk.store.now(one)).outcome is Outcome.CANCELLED
    assert not await no_errands(desk)
    await desk.cancel(event="again")
    assert await no_errands(desk)
    await asked_to_fetch(desk)
    assert await desk.cancel(event="again") is None
    assert not await no_errands(desk)


async def test_all_are_cancelled_here_and_nobody_elses(desk: Desk) -> None:
    await asked_to_fetch(desk)
    await asked_to_fetch(desk, by=BORIS)
    await desk.draw("一只猫")
    await desk.cancel(all_=True)
    assert await told(desk) == reply("cancelled_many", "zh", count=2)
    (left,) = await desk.store.errands.waiting()
    assert left.origin.requester == BORIS


async def test_one_that_comes_along_is_cancelled_while_it_is_brought(desk: Desk, tmp_path) -> None:
    brings = asyncio.Event()

    async def fetch() -> tuple[bytes, bytes | None]:
        brings.set()
        await asyncio.Event().wait()
        raise AssertionError

    edits = desk.desk.edits
    asked = asyncio.create_task(edits.given(desk.origin(), "换成夜景", fetch, quiet=True))
    await brings.wait()
    assert await desk.cancel(by=BORIS) == reply("nothing_to_cancel", "zh")
    assert await desk.cancel() == reply("toast_cancelled", "zh")
    said = await asked
    assert said is not None
    assert said.text == reply("cancelled_early", "zh")
    assert await desk.store.admissions.latest(ANNA, CHAT.chat) is None
    assert sources(tmp_path) == []
    assert await desk.cancel() == reply("nothing_to_cancel", "zh")


# --- what strays ----------------------------------------------------------------------------------


async def test_a_file_that_no_row_names_goes_after_an_hour(desk: Desk, tmp_path: Path) -> None:
    one = await given(desk)
    assert one is not None
    stray = await desk.drawer._sources.keep(
        "stray000", await desk.drawer._sources.make_ready(photo())
    )
    for name, hours in ((one.spec.source, 2.0), (stray, 2.0)):
        assert name is not None
        written = desk.store.clock() / 1000 - hours * 3600
        os.utime(desk.pictures.path(name), (written, written))
    await desk.data.retention.sweep()
    assert sources(tmp_path) == [f"{one.id}.png"]


async def test_one_whose_row_may_still_come_stays(desk: Desk, tmp_path: Path) -> None:
    ready = await desk.drawer._sources.make_ready(photo())
    young = await desk.drawer._sources.keep("young000", ready)
    written = desk.store.clock() / 1000 - 60
    os.utime(desk.pictures.path(young), (written, written))
    await desk.data.retention.sweep()
    assert sources(tmp_path) == ["young000.png"]
