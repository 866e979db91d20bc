"""How the Telegram adapter starts over real HTTP, and that it keeps its token to itself."""

import asyncio
import json
import logging

import pytest

from bot.core.errors import StartupError
from tests.fakes.telegram_api import TOKEN
from tests.integration.telegram_life import make, press, running
from tests.integration.waiting import eventually


@pytest.mark.parametrize("token", ["4242:" + "wrong" * 7, "nonsense"])
async def test_a_wrong_token_stops_the_start_with_one_line(telegram, core, token):
    with pytest.raises(StartupError) as refused:
        await make(telegram, core, token).run()
    assert refused.value.exit_code == 78
    assert "ZDRAW_TELEGRAM_TOKEN" in str(refused.value)
    assert token not in str(refused.value)


async def test_a_start_without_telegram_waits_for_it(telegram, core):
    telegram.people.say("/draw 圆")
    telegram.stop()
    async with running(telegram, core) as life:
        await asyncio.sleep(0.1)
        assert not life.task.done()
        telegram.start()
        await eventually(lambda: core.named == ["draw"])


@pytest.mark.parametrize("method", ["getMe", "getWebhookInfo", "setMyCommands"])
async def test_a_start_behind_a_portal_waits_for_telegram(telegram, core, method):
    telegram.fail(method, impostor='{"status": "please log in"}', times=3)
    telegram.people.say("/draw 圆")
    async with running(telegram, core):
        await eventually(lambda: core.named == ["draw"])


async def test_a_webhook_left_by_another_program_is_removed(telegram, core):
    telegram.account.webhook = "https://example.org/hook"
    telegram.people.say("/draw 圆")
    async with running(telegram, core):
        await eventually(lambda: core.named == ["draw"])
    assert telegram.account.webhook == ""


async def test_the_menu_is_published_in_chinese_and_in_english_for_the_others(telegram, core):
    async with running(telegram, core):
        await eventually(lambda: len(telegram.account.commands) == 8)
    menus = {
        (json.loads(scope)["type"], language): dict(menu)
        for (scope, language), menu in telegram.account.commands.items()
    }
    assert menus["default", "zh"]["draw"] == "画一张图"
    assert menus["default", ""]["draw"] == "draw a picture"
    assert {scope for scope, _ in menus} == {
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
    }
    lists_quiet = {scope for (scope, _), menu in menus.items() if "quiet" in menu}
    assert lists_quiet == {"all_private_chats", "all_chat_administrators"}
    assert not any("start" in menu for menu in menus.values())


async def test_a_menu_that_is_not_taken_stops_nothing(telegram, core):
    telegram.fail("setMyCommands", status=500)
    telegram.people.say("/draw 圆")
    async with running(telegram, core):
        await eventually(lambda: core.named == ["draw"])


async def test_the_token_is_never_logged(telegram, core, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    telegram.fail("getMe", status=500, html=True)
    telegram.fail("getUpdates", status=401)
    telegram.fail("getUpdates", close="before")
    telegram.fail("answerCallbackQuery", status=401)
    core.trouble.append(ValueError(TOKEN))
    press(telegram)
    async with running(telegram, core):
        await eventually(lambda: telegram.calls_of("answerCallbackQuery"))
        await eventually(lambda: telegram.updates.pending == [])
        telegram.stop()
        await asyncio.sleep(0.05)
    telegram.start()
    telegram.token = "4242:another"
    with pytest.raises(StartupError):
        await make(telegram, core).run()
    said = capsys.readouterr()
    assert "telegram_unreachable" in said.out + caplog.text
    assert TOKEN not in said.out + said.err + caplog.text
