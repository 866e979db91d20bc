"""The whole of zdraw as its users meet it: real processes, the demo model, a Bot API on loopback.

One house serves all tests; each uses people and chats of its own. The order of the file is the
order of the tests: the last one stops the house.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from tests.fakes.telegram_api import FakeTelegram, Message
from tests.house import House

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

T = TypeVar("T")
DRAW = "/draw 一个红色的圆 尺寸 128x128"
#: Long enough to be killed in the middle.
LONG_DRAW = "/draw 一个红色的圆 尺寸 128x128 步数 50 4张"
IDLE_MEGABYTES = 150


@pytest.fixture(scope="module")
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as telegram:
        yield telegram


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, telegram: FakeTelegram) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("house") / "state", telegram) as house:
        house.wait_until_ready()
        yield house


def until(house: House, look: Callable[[], T | None], seconds: float = 60.0) -> T:
    found: list[T] = []

    def happened() -> bool:
        value = look()
        if value:
            found.append(value)
        return bool(value)

    house.wait_for(happened, seconds)
    return found[0]


def replies(telegram: FakeTelegram, chat: int, request: int) -> list[Message]:
    return [m for m in telegram.messages(chat) if m.reply_to == request]


def reply_to(house: House, chat: int, request: int) -> Message:
    return until(house, lambda: next(iter(replies(house.telegram, chat, request)), None))


def picture_for(house: House, chat: int, request: int) -> Message:
    """The reply, once it has become a picture."""
    return until(
        house,
        lambda: next((m for m in replies(house.telegram, chat, request) if m.media), None),
    )


def is_one_picture(telegram: FakeTelegram, chat: int, request: int) -> bool:
    pictures = [m for m in replies(telegram, chat, request) if m.media]
    return len(pictures) == 1 and telegram.pictures_seen(chat) == 1


def test_a_request_is_answered_by_its_status_message_becoming_the_picture(house: House) -> None:
    sent = house.telegram.people.say(f"{DRAW} 种子 42", user=1)
    message = picture_for(house, 1, sent.message_id)
    assert message.caption is not None
    assert message.caption.startswith("一个红色的圆\n128×128 · 种子 42 · #")
    assert is_one_picture(house.telegram, 1, sent.message_id)


def test_the_same_seed_draws_the_same_picture(house: House) -> None:
    first, second = (
        house.telegram.people.say(f"{DRAW} 种子 7", user=2),
        house.telegram.people.say(f"{DRAW} 种子 7", user=2),
    )
    pictures = [picture_for(house, 2, sent.message_id).media for sent in (first, second)]
    assert len({picture.sha256 for picture in pictures if picture}) == 1


def test_a_word_draws_in_a_topic_of_a_group(house: House) -> None:
    house.telegram.people.group(-100, topics=(5,))
    sent = house.telegram.people.say("画 三个紫色的菱形", user=3, chat=-100, thread=5)
    message = picture_for(house, -100, sent.message_id)
    assert (message.thread, message.reply_to) == (5, sent.message_id)


def test_a_bare_draw_asks_and_the_answer_is_drawn(house: House) -> None:
    sent = house.telegram.people.say("/draw", user=4)
    question = reply_to(house, 4, sent.message_id)
    assert (question.text or "").startswith("✏️")
    answer = house.telegram.people.say("一个蓝色的方块", user=4, reply_to=question.message_id)
    assert picture_for(house, 4, answer.message_id)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/draw 一个红色的圆 --sed 4", "不认识参数「--sed」，是想写「--seed」吗？"),
        ("/draw 一个红色的圆 尺寸 100x100", "画不了 100×100"),
        ("/draw 猫\x07", "看不见的控制字符"),
        ("/draw " + "很" * 2000, "提示词太长"),
        ("/draw " + "长" * 10_000, "太长了：10000 个字"),
    ],
)
def test_what_cannot_be_drawn_gets_one_sentence(house: House, text: str, sentence: str) -> None:
    sent = house.telegram.people.say(text, user=5)
    assert sentence in (reply_to(house, 5, sent.message_id).text or "")


def test_html_and_direction_marks_are_drawn_as_they_are(house: House) -> None:
    sent = house.telegram.people.say("/draw <b>一个红色的圆</b> & \u202e星", user=6)
    caption = picture_for(house, 6, sent.message_id).caption or ""
    assert caption.startswith("<b>一个红色的圆</b> & \u202e星\n")


def test_cancel_ends_what_is_being_drawn(house: House) -> None:
    sent = house.telegram.people.say(LONG_DRAW, user=7)
    status = reply_to(house, 7, sent.message_id)
    house.telegram.people.press_label(7, status.message_id, "取消", user=7)
    until(house, lambda: house.telegram.message(7, status.message_id).text == "已取消。")
    assert house.telegram.pictures(7) == []


def test_only_its_owner_can_cancel(house: House) -> None:
    house.telegram.people.group(-200)
    sent = house.telegram.people.say(LONG_DRAW, user=8, chat=-200)
    status = reply_to(house, -200, sent.message_id)
    query = house.telegram.people.press_label(-200, status.message_id, "取消", user=9)
    answer = until(house, lambda: house.telegram.answer(query))
    assert "只有本人和群管理员可以取消" in (answer.text or "")
    assert picture_for(house, -200, sent.message_id)


def test_a_picture_is_there_after_the_bot_was_killed_while_it_was_drawn(house: House) -> None:
    sent = house.telegram.people.say(LONG_DRAW, user=10)
    reply_to(house, 10, sent.message_id)
    house.kill("bot")
    assert picture_for(house, 10, sent.message_id)
    time.sleep(1)
    assert is_one_picture(house.telegram, 10, sent.message_id)


def test_again_works_on_a_picture_from_before_the_restart(house: House) -> None:
    picture = next(m for m in house.telegram.messages(1) if m.media)
    house.telegram.people.press_label(1, picture.message_id, "再来", user=1)
    again = picture_for(house, 1, picture.message_id)
    assert again.media is not None
    assert picture.media is not None
    assert again.media.sha256 != picture.media.sha256


def test_a_request_made_while_the_bot_is_away_is_answered_when_it_is_back(house: House) -> None:
    house.kill("bot")
    sent = house.telegram.people.say(DRAW, user=11)
    assert picture_for(house, 11, sent.message_id)
    assert is_one_picture(house.telegram, 11, sent.message_id)


def test_a_picture_is_there_after_the_engine_was_killed_while_drawing(house: House) -> None:
    sent = house.telegram.people.say(LONG_DRAW, user=12)
    reply_to(house, 12, sent.message_id)
    house.kill("engine")
    assert picture_for(house, 12, sent.message_id)
    assert is_one_picture(house.telegram, 12, sent.message_id)


@pytest.mark.parametrize("victims", [("supervisor",), ("supervisor", "bot", "engine")])
def test_a_killed_supervisor_leaves_nothing_in_the_way(
    house: House, victims: tuple[str, ...]
) -> None:
    user = 20 + len(victims)
    sent = house.telegram.people.say(LONG_DRAW, user=user)
    reply_to(house, user, sent.message_id)
    house.kill(*victims)
    house.start()
    assert picture_for(house, user, sent.message_id)
    time.sleep(1)
    assert is_one_picture(house.telegram, user, sent.message_id)


def test_a_blocked_bot_goes_on_for_others(house: House) -> None:
    house.telegram.people.say(LONG_DRAW, user=30)
    house.telegram.people.block(30)
    sent = house.telegram.people.say(DRAW, user=31)
    assert picture_for(house, 31, sent.message_id)


def test_a_second_instance_is_refused_with_one_line(house: House) -> None:
    zdraw = Path(sys.executable).parent / "zdraw"
    second = subprocess.run(
        [zdraw, "run"], env=house.environment(), capture_output=True, text=True, timeout=30
    )
    assert second.returncode == os.EX_TEMPFAIL
    assert "already running" in second.stderr
    assert second.stderr.count("\n") == 1


def test_the_command_line_draws_through_the_running_bot(house: House, tmp_path: Path) -> None:
    zdraw = Path(sys.executable).parent / "zdraw"
    out = tmp_path / "out.png"
    drawn = subprocess.run(
        [zdraw, "draw", "左边一个蓝色的方块，右边一个绿色的三角形", "-o", str(out)],
        env=house.environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert drawn.returncode == 0, drawn.stderr
    assert out.read_bytes().startswith(b"\x89PNG")
    assert "左边一个蓝色的方块" in out.read_bytes().decode("utf-8", "replace")


def test_the_bot_is_small_and_has_no_torch(house: House) -> None:
    process = Path(f"/proc/{house.child('bot')}")
    resident = re.search(r"VmRSS:\s+(\d+) kB", (process / "status").read_text())
    assert resident is not None
    assert int(resident[1]) / 1024 < IDLE_MEGABYTES
    assert "libtorch" not in (process / "maps").read_text()


def test_neither_token_nor_prompts_are_logged(house: House) -> None:
    log = house.log.read_text(errors="replace")
    assert house.telegram.token not in log
    assert "红色" not in log


def test_sigterm_ends_all_of_it_within_five_seconds(house: House) -> None:
    began = time.monotonic()
    assert house.stop() == 0
    assert time.monotonic() - began < 5
    for name in ("bot", "engine"):
        assert not Path(f"/proc/{house.child(name)}").exists()
