"""What every Messenger keeps: the fake in memory, Telegram and Discord over the wire, the latter
also where the token of the interaction has ended."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.errors import MessageGone, TryLater, Unreachable
from bot.core.generation import Generation
from bot.core.messages import Button, Card
from tests.builders import notice
from tests.contract.discord_stage import discord_stage
from tests.contract.messengers import MemoryStage, Shown, Stage, TelegramStage
from tests.fakes.discord_api import FakeDiscord
from tests.fakes.telegram_api import FakeTelegram
from tests.integration.waiting import eventually

CANCEL = Button(action="cancel", generation_id="k3v9x2ab", label="❌ 取消")
AGAIN = Button(action="again", generation_id="k3v9x2ab", label="🔁 再来一张")
WAITING = Card(text="⏳ 排队中", buttons=(CANCEL,))
JPEG = b"\xff\xd8 a picture"


@pytest.fixture(params=["memory", "telegram", "discord", "discord without a token"])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    if request.param == "memory":
        yield MemoryStage()
    elif request.param == "telegram":
        with FakeTelegram() as telegram:
            stage = TelegramStage(telegram)
            yield stage
            await stage.close()
    else:
        with FakeDiscord() as discord:
            async with discord_stage(discord, with_token=request.param == "discord") as on_discord:
                yield on_discord


@pytest.fixture
def finished(tmp_path: Path) -> Card:
    path = tmp_path / "k3v9x2ab.jpg"
    path.write_bytes(JPEG)
    return Card(text="一个红色的圆\n1024×1024 · <种子> & 42", buttons=(AGAIN,), picture=path)


@pytest.fixture
async def opened(stage: Stage) -> Generation:
    """A generation whose status message stands."""
    asked = stage.asked()
    return replace(asked, status_message=await stage.messenger.open(asked, WAITING))


def as_shown(card: Card) -> Shown:
    picture = card.picture.read_bytes() if card.picture else None
    return Shown(card.text, picture, tuple(button.label for button in card.buttons))


async def test_the_status_message_stands_under_the_id_that_open_returns(stage, opened):
    assert stage.look() == {opened.status_message: as_shown(WAITING)}


async def test_every_request_has_a_message_of_its_own(stage, opened):
    other = await stage.messenger.open(stage.asked(), WAITING)
    assert other != opened.status_message
    assert len(stage.look()) == 2


async def test_opening_again_makes_another_message_or_finds_the_first(stage, opened):
    again = await stage.messenger.open(opened, WAITING)
    assert set(stage.look()) == {opened.status_message, again}


async def test_refresh_changes_the_status_message(stage, opened):
    drawing = Card(text="🎨 正在画…", buttons=(CANCEL,))
    await stage.messenger.refresh(opened, drawing)
    await eventually(lambda: stage.look() == {opened.status_message: as_shown(drawing)})


async def test_the_status_message_becomes_the_picture(stage, opened, finished):
    await stage.messenger.deliver(opened, finished)
    assert stage.look() == {opened.status_message: as_shown(finished)}
    assert stage.pictures_seen() == 1


async def test_delivering_again_changes_nothing(stage, opened, finished):
    for _ in range(3):
        await stage.messenger.deliver(opened, finished)
    assert stage.look() == {opened.status_message: as_shown(finished)}
    assert stage.pictures_seen() == 1


async def test_a_delivery_whose_answer_was_lost_can_be_repeated(stage, opened, finished):
    stage.lose_answer_to_delivery()
    with pytest.raises(TryLater):
        await stage.messenger.deliver(opened, finished)
    await stage.messenger.deliver(opened, finished)
    assert stage.look() == {opened.status_message: as_shown(finished)}
    assert stage.pictures_seen() == 1


async def test_an_end_without_a_picture_is_text_and_can_be_repeated(stage, opened):
    cancelled = Card(text="已取消。")
    for _ in range(2):
        await stage.messenger.deliver(opened, cancelled)
    assert stage.look() == {opened.status_message: as_shown(cancelled)}


async def test_progress_never_comes_after_the_end(stage, opened, finished):
    for step in range(8):
        await stage.messenger.refresh(opened, Card(text=f"🎨 第 {step}/8 步"))
    await stage.messenger.deliver(opened, finished)
    assert stage.look() == {opened.status_message: as_shown(finished)}


async def test_a_deleted_status_message_is_gone(stage, opened, finished):
    stage.delete(opened.status_message)
    for card in (finished, Card(text="已取消。")):
        with pytest.raises(MessageGone):
            await stage.messenger.deliver(opened, card)
    assert stage.look() == {}


async def test_a_closed_chat_is_unreachable(stage, opened, finished):
    stage.close_chat()
    for call in (
        stage.messenger.open(opened, WAITING),
        stage.messenger.deliver(opened, finished),
        stage.messenger.ping(opened, "画好了"),
        stage.messenger.say(notice(address=opened.address)),
    ):
        with pytest.raises(Unreachable):
            await call


async def test_a_platform_that_is_busy_says_for_how_long(stage):
    stage.ask_for_patience(7)
    with pytest.raises(TryLater) as later:
        await stage.messenger.open(stage.asked(), WAITING)
    assert later.value.seconds == 7


async def test_a_ping_and_a_notice_are_messages_of_their_own(stage, opened, finished):
    await stage.messenger.deliver(opened, finished)
    await stage.messenger.ping(opened, "画好了 ☝️")
    await stage.messenger.say(notice(address=opened.address, text="只有本人可以取消。"))
    texts = [shown.text for shown in stage.look().values()]
    assert texts == [finished.text, "画好了 ☝️", "只有本人可以取消。"]


# --- in place of a message ------------------------------------------------------------------------


@pytest.fixture
async def panel(stage: Stage) -> str:
    """A message with buttons that was said."""
    asked = stage.asked()
    await stage.messenger.say(notice(address=asked.address, text="第 1 页", buttons=(AGAIN,)))
    (message,) = stage.look()
    return message


async def test_what_was_pressed_becomes_what_is_said_and_can_be_repeated(stage, panel):
    turned = notice(
        address=stage.pressed(panel), text="第 2 页", buttons=(CANCEL, AGAIN), in_place=True
    )
    for _ in range(2):
        await stage.messenger.say(turned)
    labels = (CANCEL.label, AGAIN.label)
    assert stage.look() == {panel: Shown("第 2 页", None, labels)}


async def test_the_last_thing_that_it_becomes_has_no_buttons(stage, panel):
    await stage.messenger.say(notice(address=stage.pressed(panel), text="好了", in_place=True))
    assert stage.look() == {panel: Shown("好了", None, ())}


async def test_where_that_message_is_gone_it_is_said_anew(stage, panel):
    pressed = stage.pressed(panel)
    stage.delete(panel)
    await stage.messenger.say(
        notice(address=pressed, text="第 2 页", buttons=(AGAIN,), in_place=True)
    )
    (message,) = stage.look()
    assert message != panel
    assert stage.look()[message] == Shown("第 2 页", None, (AGAIN.label,))


async def test_what_is_not_to_be_in_place_leaves_the_message_as_it_is(stage, panel):
    await stage.messenger.say(notice(address=stage.pressed(panel), text="找不到"))
    assert [shown.text for shown in stage.look().values()] == ["第 1 页", "找不到"]
