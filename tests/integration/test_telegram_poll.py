"""Polling over real HTTP: an update is confirmed after its effect, whatever happens on the way."""

import asyncio

import pytest
from structlog.testing import capture_logs

from tests.integration.telegram_life import press, running
from tests.integration.waiting import eventually

# --- confirming -----------------------------------------------------------------------------------


async def test_an_update_is_confirmed_after_it_was_handled(telegram, core):
    telegram.people.say("/draw 圆")
    async with running(telegram, core):
        await eventually(lambda: telegram.updates.pending == [])
    assert core.named == ["draw"]


async def test_an_update_whose_handler_has_not_committed_is_delivered_again(telegram, core):
    sent = telegram.people.say("/draw 圆")
    core.open.clear()
    async with running(telegram, core):
        await eventually(lambda: core.attempts)
    assert core.named == []
    assert telegram.updates.pending == [sent.update_id]
    core.open.set()
    async with running(telegram, core):
        await eventually(lambda: telegram.updates.pending == [])
    assert core.named == ["draw"]


async def test_a_process_killed_before_it_could_confirm_sees_the_update_again(telegram, core):
    """The key of the event makes the second time harmless."""
    sent = telegram.people.say("/draw 圆")
    async with running(telegram, core):
        core.open.clear()
        await eventually(lambda: core.attempts)
        telegram.stop()
        core.open.set()
        await eventually(lambda: core.named == ["draw"])
    telegram.start()
    assert telegram.updates.pending == [sent.update_id]
    async with running(telegram, core):
        await eventually(lambda: telegram.updates.pending == [])
    assert core.attempts == ["draw", "draw"]
    assert core.named == ["draw"]


async def test_what_was_handled_is_confirmed_at_sigterm_and_the_rest_is_not(telegram, core):
    telegram.people.say("/draw 圆")
    second = telegram.people.say("/draw 方块")
    core.closes_after = 1
    async with running(telegram, core):
        await eventually(lambda: len(core.attempts) == 2)
    assert telegram.updates.pending == [second.update_id]


async def test_updates_are_handled_in_order(telegram, core):
    for number in range(300):
        telegram.people.say(f"/draw {number}", user=number % 7 + 1)
    async with running(telegram, core):
        await eventually(lambda: telegram.updates.pending == [])
    texts = [call["text"] for _, call in core.calls.values()]
    assert texts == [str(number) for number in range(300)]


# --- trouble --------------------------------------------------------------------------------------


async def test_a_poisonous_update_is_skipped_with_an_apology(telegram, core):
    core.trouble += [ValueError("the text of a person")] * 3
    telegram.people.say("/draw 毒")
    telegram.people.say("/draw 圆")
    with capture_logs() as logs:
        async with running(telegram, core):
            await eventually(lambda: telegram.updates.pending == [])
    assert core.attempts == ["draw", "draw", "draw", "refuse", "draw"]
    assert [call.get("code") for _, call in core.calls.values()] == ["internal_error", None]
    failed = [line for line in logs if line["event"] == "update_failed"]
    assert [line["error"] for line in failed] == ["ValueError"]
    assert "the text of a person" not in str(logs)


async def test_while_the_database_is_down_nothing_is_skipped(telegram, core):
    core.trouble += [OSError()] * 9
    sent = telegram.people.say("/draw 圆")
    with capture_logs() as logs:
        async with running(telegram, core):
            await eventually(lambda: len(core.attempts) >= 8)
            assert telegram.updates.pending == [sent.update_id]
            await eventually(lambda: telegram.updates.pending == [])
    assert core.named == ["draw"]
    assert [line["event"] for line in logs if "update" in line["event"]] == ["update_failed"]


async def test_an_update_that_cannot_be_read_hides_no_other(telegram, core):
    telegram.updates.add({"message": {"message_id": 1, "chat": "no chat"}})
    telegram.people.say("/draw 圆")
    async with running(telegram, core):
        await eventually(lambda: telegram.updates.pending == [])
    assert core.named == ["draw"]


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 502},
        {"status": 502, "html": True},
        {"close": "before"},
        {"close": "after"},
        {"status": 401, "description": "Unauthorized"},
        {"impostor": '{"status": "please log in"}'},
        {"impostor": '["please log in"]'},
        {"impostor": '{"ok": true, "result": "please log in"}'},
        {"impostor": '{"ok": true, "result": [{"status": "please log in"}]}'},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
async def test_polling_goes_on_after_trouble(telegram, core, fault):
    telegram.fail("getUpdates", **fault)
    telegram.people.say("/draw 圆")
    async with running(telegram, core):
        await eventually(lambda: telegram.updates.pending == [])
    assert core.named == ["draw"]


async def test_answers_of_somebody_else_are_one_outage_and_end_nothing(telegram, core):
    telegram.fail("getUpdates", impostor='{"status": "please log in"}', times=5)
    telegram.people.say("/draw 圆")
    with capture_logs() as logs:
        async with running(telegram, core) as life:
            await eventually(lambda: telegram.updates.pending == [])
            assert not life.task.done()
    events = [line["event"] for line in logs]
    assert events.count("telegram_unreachable") == 1
    assert events.count("telegram_is_back") == 1


async def test_polling_waits_as_long_as_telegram_says(telegram, core):
    telegram.fail("getUpdates", retry_after=1)
    async with running(telegram, core):
        await eventually(lambda: len(telegram.calls_of("getUpdates")) == 2)
    first, second, *_ = telegram.calls_of("getUpdates")
    assert second.at - first.at >= 1.0


async def test_an_outage_is_logged_once_and_so_is_its_end(telegram, core):
    with capture_logs() as logs:
        async with running(telegram, core):
            await eventually(lambda: telegram.calls_of("getUpdates"))
            telegram.stop()
            await asyncio.sleep(0.1)
            telegram.start()
            telegram.people.say("/draw 圆")
            await eventually(lambda: core.named == ["draw"])
    events = [line["event"] for line in logs]
    assert events.count("telegram_unreachable") == 1
    assert events.count("telegram_is_back") == 1


async def test_two_programs_with_one_token_say_so_once_and_lose_nothing(telegram, core):
    telegram.fail("getUpdates", status=409, description="Conflict: terminated", times=5)
    telegram.people.say("/draw 圆")
    with capture_logs() as logs:
        async with running(telegram, core):
            await eventually(lambda: telegram.updates.pending == [])
    events = [line["event"] for line in logs]
    assert events.count("another_program_uses_this_telegram_token") == 1
    assert core.named == ["draw"]


# --- buttons --------------------------------------------------------------------------------------


async def test_a_press_is_answered(telegram, core):
    query = press(telegram)
    async with running(telegram, core):
        answer = await eventually(lambda: telegram.answer(query))
    assert answer.text == "好"
    assert core.named == ["again"]


async def test_a_slow_answer_to_a_press_holds_up_no_other_update(telegram, core):
    telegram.fail("answerCallbackQuery", delay=3.0)
    press(telegram)
    telegram.people.say("/draw 圆")
    async with running(telegram, core):
        await eventually(lambda: core.named == ["again", "draw"], 2.5)


async def test_an_answer_that_comes_too_late_is_ignored(telegram, core):
    telegram.account.answer_seconds = 0.0
    press(telegram)
    telegram.people.say("/draw 圆")
    with capture_logs() as logs:
        async with running(telegram, core) as life:
            await eventually(lambda: core.named == ["again", "draw"])
            await eventually(lambda: "press_not_answered" in str(logs))
            assert not life.task.done()
