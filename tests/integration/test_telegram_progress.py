"""Progress and ends over real HTTP: what people see last is the end, however slow progress was."""

import asyncio

import pytest

from bot.core.errors import PictureRefused
from bot.core.messages import Card
from tests.integration.messenger_life import GROUP, PERSON, asked_in, opened
from tests.integration.waiting import eventually


async def test_progress_in_trouble_is_dropped_in_silence(telegram, messenger):
    asked = await opened(messenger, asked_in(telegram, PERSON))
    telegram.fail("editMessageText", status=500)
    await messenger.refresh(asked, Card(text="1"))
    await eventually(lambda: telegram.calls_of("editMessageText"))
    await messenger.refresh(asked, Card(text="2"))
    await eventually(lambda: telegram.message(PERSON, int(asked.status_message or 0)).text == "2")


async def test_progress_that_is_slow_does_not_overwrite_the_end(telegram, messenger):
    asked = await opened(messenger, asked_in(telegram, PERSON))
    telegram.fail("editMessageText", delay=0.1)
    await messenger.refresh(asked, Card(text="🎨 正在画…"))
    await eventually(lambda: telegram.calls_of("editMessageText"))
    await messenger.deliver(asked, Card(text="已取消。"))
    await asyncio.sleep(0.15)
    assert telegram.message(PERSON, int(asked.status_message or 0)).text == "已取消。"


async def test_progress_that_takes_very_long_does_not_overwrite_the_end(
    telegram, messenger, monkeypatch
):
    monkeypatch.setattr("bot.adapters.telegram.trailing.LANDING_SECONDS", 0.01)
    asked = await opened(messenger, asked_in(telegram, PERSON))
    telegram.fail("editMessageText", delay=0.2)
    await messenger.refresh(asked, Card(text="🎨 正在画…"))
    await eventually(lambda: telegram.calls_of("editMessageText"))
    await messenger.deliver(asked, Card(text="已取消。"))
    await asyncio.sleep(0.25)
    assert telegram.message(PERSON, int(asked.status_message or 0)).text == "已取消。"


async def test_progress_that_takes_very_long_holds_up_no_picture(
    telegram, messenger, finished, monkeypatch
):
    monkeypatch.setattr("bot.adapters.telegram.trailing.LANDING_SECONDS", 0.01)
    asked = await opened(messenger, asked_in(telegram, PERSON))
    telegram.fail("editMessageText", delay=0.2)
    await messenger.refresh(asked, Card(text="🎨 正在画…"))
    await eventually(lambda: telegram.calls_of("editMessageText"))
    async with asyncio.timeout(0.15):
        await messenger.deliver(asked, finished)
    await asyncio.sleep(0.25)
    message = telegram.message(PERSON, int(asked.status_message or 0))
    assert (message.caption, message.text) == (finished.text, None)


async def test_progress_that_a_refused_picture_did_not_wait_for_does_not_overwrite_its_sentence(
    telegram, messenger, finished, monkeypatch
):
    monkeypatch.setattr("bot.adapters.telegram.trailing.LANDING_SECONDS", 0.01)
    telegram.people.forbid(GROUP, "photo", "document")
    asked = await opened(messenger, asked_in(telegram, GROUP))
    telegram.fail("editMessageText", delay=0.2)
    await messenger.refresh(asked, Card(text="🎨 正在画…"))
    await eventually(lambda: telegram.calls_of("editMessageText"))
    with pytest.raises(PictureRefused):
        await messenger.deliver(asked, finished)
    await messenger.deliver(asked, Card(text="这里不让发图。"))
    await asyncio.sleep(0.25)
    assert telegram.message(GROUP, int(asked.status_message or 0)).text == "这里不让发图。"


async def test_no_more_progress_is_sent_to_a_group_than_leaves_room_for_pictures(
    telegram, messenger, finished
):
    asked = await opened(messenger, asked_in(telegram, GROUP))
    for step in range(30):
        await messenger.refresh(asked, Card(text=f"第 {step} 步"))
        await asyncio.sleep(0.01)
    await messenger.deliver(asked, finished)
    assert len(telegram.calls_of("editMessageText", GROUP)) <= 4
    assert telegram.pictures_seen(GROUP) == 1
