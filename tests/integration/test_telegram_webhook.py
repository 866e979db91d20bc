"""Webhook mode over real HTTP: 200 means that the update's effect is committed."""

import asyncio
import socket

import httpx
import pytest
from structlog.testing import capture_logs

from bot.adapters.telegram.webhook import MAX_BODY_BYTES, WebhookAddress, secret_of
from bot.core.errors import StartupError
from tests.fakes.telegram_api import TOKEN, FakeTelegram
from tests.integration.telegram_life import make, press, running
from tests.integration.waiting import eventually

SECRET = {"X-Telegram-Bot-Api-Secret-Token": secret_of(TOKEN)}
UPDATE = {"update_id": 1}


@pytest.fixture
def address() -> WebhookAddress:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    return WebhookAddress(url=f"http://127.0.0.1:{port}/hook", host="127.0.0.1", port=port)


async def registered(telegram: FakeTelegram) -> None:
    await eventually(lambda: telegram.account.webhook)


# --- committing -----------------------------------------------------------------------------------


async def test_updates_arrive_in_order_and_are_confirmed(telegram, core, address):
    for number in range(50):
        telegram.people.say(f"/draw {number}", user=number % 7 + 1)
    async with running(telegram, core, address):
        await eventually(lambda: telegram.updates.pending == [])
    texts = [call["text"] for _, call in core.calls.values()]
    assert texts == [str(number) for number in range(50)]
    assert telegram.calls_of("getUpdates") == []


async def test_an_update_is_answered_only_after_its_effect_is_committed(telegram, core, address):
    core.open.clear()
    sent = telegram.people.say("/draw 圆")
    async with running(telegram, core, address):
        await eventually(lambda: core.attempts)
        await asyncio.sleep(0.1)
        assert telegram.webhook.posts == []
        core.open.set()
        await eventually(lambda: telegram.updates.pending == [])
    assert telegram.webhook.posts == [(sent.update_id, 200)]


async def test_an_update_cut_off_by_the_end_of_the_process_is_posted_again(telegram, core, address):
    core.open.clear()
    sent = telegram.people.say("/draw 圆")
    async with running(telegram, core, address):
        await eventually(lambda: core.attempts)
    assert telegram.updates.pending == [sent.update_id]
    core.open.set()
    async with running(telegram, core, address):
        await eventually(lambda: telegram.updates.pending == [])
    assert core.named == ["draw"]


async def test_while_the_database_is_down_telegram_is_asked_to_repeat(telegram, core, address):
    core.trouble += [OSError()] * 4
    sent = telegram.people.say("/draw 圆")
    async with running(telegram, core, address):
        await eventually(lambda: telegram.updates.pending == [])
    assert telegram.webhook.posts == [(sent.update_id, 500), (sent.update_id, 200)]
    assert core.named == ["draw"]


async def test_a_poisonous_update_is_skipped_with_an_apology(telegram, core, address):
    core.trouble += [ValueError("the text of a person")] * 3
    telegram.people.say("/draw 毒")
    telegram.people.say("/draw 圆")
    with capture_logs() as logs:
        async with running(telegram, core, address):
            await eventually(lambda: telegram.updates.pending == [])
    assert [status for _, status in telegram.webhook.posts] == [200, 200]
    assert core.named == ["refuse", "draw"]
    assert "the text of a person" not in str(logs)


async def test_a_press_is_answered(telegram, core, address):
    query = press(telegram)
    async with running(telegram, core, address):
        assert (await eventually(lambda: telegram.answer(query))).text == "好"


# --- who may post ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({**SECRET, "X-Telegram-Bot-Api-Secret-Token": "wrong"}, 403)],
)
async def test_who_does_not_know_the_secret_is_refused(telegram, core, address, headers, status):
    async with running(telegram, core, address), httpx.AsyncClient() as client:
        await registered(telegram)
        answer = await client.post(address.url, json=UPDATE, headers=headers)
    assert answer.status_code == status
    assert core.attempts == []


async def test_a_body_too_large_for_an_update_is_refused(telegram, core, address):
    async with running(telegram, core, address), httpx.AsyncClient() as client:
        await registered(telegram)
        body = b" " * (MAX_BODY_BYTES + 1)
        answer = await client.post(address.url, content=body, headers=SECRET)
    assert answer.status_code == 413


@pytest.mark.parametrize("body", [b"", b"[]", b'{"message": {}}', b"\xff"])
async def test_what_is_no_update_is_refused(telegram, core, address, body):
    async with running(telegram, core, address), httpx.AsyncClient() as client:
        await registered(telegram)
        answer = await client.post(address.url, content=body, headers=SECRET)
    assert answer.status_code == 400


async def test_only_posts_are_answered(telegram, core, address):
    async with running(telegram, core, address), httpx.AsyncClient() as client:
        await registered(telegram)
        assert (await client.get(address.url)).status_code == 405


def test_the_secret_does_not_tell_the_token_and_is_the_same_after_a_restart():
    assert secret_of(TOKEN) == secret_of(TOKEN) != secret_of(TOKEN + "x")
    assert TOKEN.split(":")[1] not in secret_of(TOKEN)
    assert len(secret_of(TOKEN)) == 64


# --- starting -------------------------------------------------------------------------------------


async def test_telegram_is_told_where_to_post_what_and_with_which_secret(telegram, core, address):
    async with running(telegram, core, address):
        await registered(telegram)
    assert telegram.account.webhook == address.url
    assert telegram.account.webhook_options == {
        "secret_token": secret_of(TOKEN),
        "allowed_updates": ["message", "callback_query"],
        "max_connections": 1,
    }


async def test_back_to_polling_the_webhook_is_removed(telegram, core, address):
    async with running(telegram, core, address):
        await registered(telegram)
    telegram.people.say("/draw 圆")
    async with running(telegram, core):
        await eventually(lambda: core.named == ["draw"])
    assert telegram.account.webhook == ""


async def test_an_address_that_telegram_does_not_take_stops_the_start(telegram, core, address):
    bad = WebhookAddress(url="http://example.org/", host=address.host, port=address.port)
    with pytest.raises(StartupError) as refused:
        await make(telegram, core, webhook=bad).run()
    assert refused.value.exit_code == 78
    assert "https url" in str(refused.value).lower()


async def test_a_port_that_is_taken_stops_the_start(telegram, core, address):
    with socket.socket() as taken:
        taken.bind((address.host, address.port))
        taken.listen()
        with pytest.raises(StartupError) as refused:
            await make(telegram, core, webhook=address).run()
    assert refused.value.exit_code == 69
    assert "ZDRAW_TELEGRAM_WEBHOOK_PORT" in str(refused.value)


async def test_a_start_without_telegram_waits_for_it(telegram, core, address):
    telegram.people.say("/draw 圆")
    telegram.fail("setWebhook", status=502, times=3)
    async with running(telegram, core, address):
        await eventually(lambda: core.named == ["draw"])
