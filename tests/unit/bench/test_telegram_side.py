"""What the crash bench sees in Telegram, on chats that are written by hand."""

import sqlite3
from pathlib import Path

import pytest

from bench.storm.telegram_side import TelegramSide, Wish
from tests.fakes.telegram_api import FakeTelegram, Message

CHAT = 8
KEY = "telegram:4242:message:8:1"


class Stage:
    """One request in a private chat, and its row."""

    def __init__(self, folder: Path) -> None:
        self.telegram = FakeTelegram()
        database = folder / "zdraw.db"
        with sqlite3.connect(database) as tables:
            columns = "event_key, id, outcome, delivery, status_message, platform, created_ms"
            tables.execute(f"CREATE TABLE generations ({columns})")
            tables.execute("CREATE TABLE notices (event_key, said_ms, created_ms, platform)")
            tables.execute("CREATE TABLE removals (generation_id)")
            tables.execute("CREATE TABLE events (key, kind)")
            row = (KEY, "k3v9x2ab", "queued", "pending", None, "telegram", 0)
            tables.execute("INSERT INTO generations VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        self.side = TelegramSide(self.telegram, database)
        sent = self.telegram.people.say("/draw 圆", user=CHAT)
        self.side.wishes.append(Wish(CHAT, sent.message_id, CHAT, "message:8:1"))

    def reply(self, code: str) -> Message:
        markup = {"inline_keyboard": [[{"text": "x", "callback_data": f"{code}:k3v9x2ab"}]]}
        world = self.telegram.world
        return world.add(world.chat(CHAT), world.bot, text="…", reply_to=1, reply_markup=markup)

    def figures(self) -> dict[str, int]:
        return {name: number for name, number in self.side.count().items() if number}


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_a_line_beside_the_answer_is_an_orphan(stage):
    stage.reply("again")
    assert stage.figures() == {"asked": 1, "accepted": 1}
    stage.reply("cancel")
    assert stage.figures() == {"asked": 1, "accepted": 1, "orphans": 1}


def test_one_that_the_bot_died_before_noting_is_only_counted(stage):
    stage.reply("cancel")
    stage.side.killed()
    assert stage.figures()["lost"] == 1
    stage.reply("again")
    assert stage.figures() == {"asked": 1, "accepted": 1, "repeated_lines": 1}
    stage.reply("cancel")
    assert stage.figures()["orphans"] == 1
