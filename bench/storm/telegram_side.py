"""Telegram in a storm. It delivers a request until it is confirmed: every one is accepted."""

import random
from collections import Counter
from dataclasses import InitVar, dataclass, field
from pathlib import Path

from bench.storm.network import disturb_telegram
from bench.storm.rows import StateFolder
from bench.storm.side import PEOPLE, some_prompt
from bench.storm.verdict import wrong_in
from bot.core.replies import reply
from tests.fakes.telegram_api import FakeTelegram, Message

GROUP = -1001
#: Shares of the requests whose status message somebody deletes, and whose picture is answered
#: with 🔁.
DELETED, AGAIN = 0.1, 0.15


@dataclass(eq=False)
class Wish:
    """A message that asks for a picture, or one under which 🔁 was pressed."""

    chat: int
    message: int
    user: int
    #: Of the event, as bench.storm.rows has it.
    key: str
    #: Somebody will delete the status message, or press 🔁.
    to_delete: bool = False
    to_repeat: bool = False
    struck: bool = False
    #: Messages that the bot died before noting: Telegram knows no way of sending one once.
    unnoted: set[int] = field(default_factory=set)


@dataclass
class TelegramSide:
    """Implements Side."""

    telegram: FakeTelegram
    database: InitVar[Path]
    wishes: list[Wish] = field(default_factory=list)

    def __post_init__(self, database: Path) -> None:
        self._folder = StateFolder(database, "telegram")
        self.telegram.people.group(GROUP)

    def ask(self, chance: random.Random) -> None:
        user = chance.randint(1, PEOPLE)
        chat = chance.choice((user, GROUP))
        deleted, again = chance.random() < DELETED, chance.random() < AGAIN
        text = f"/draw {some_prompt(chance, slow=deleted)}"
        sent = self.telegram.people.say(text, user=user, chat=chat)
        key = f"message:{chat}:{sent.message_id}"
        self.wishes.append(Wish(chat, sent.message_id, user, key, deleted, again))

    def is_heard(self) -> bool:
        return True

    def disturb(self, chance: random.Random) -> None:
        disturb_telegram(self.telegram, chance)

    def tick(self) -> None:
        for wish in tuple(self.wishes):
            if wish.to_delete or wish.to_repeat:
                self._act(wish)

    def killed(self) -> None:
        requests = self._folder.read().requests
        for wish in self.wishes:
            row = requests.get(wish.key)
            if row is not None and not row.noted:
                wish.unnoted |= {message.message_id for message in self._replies(wish)}

    def night(self) -> None:
        """To Telegram it makes no difference: see bot/adapters/telegram for what is too old."""

    def calm(self) -> None:
        self.telegram.faults.clear()

    def missing(self) -> int:
        due = sum(wish.to_delete or wish.to_repeat for wish in self.wishes)
        return due + sum(bool(wrong_in(self._judge(wish))) for wish in self.wishes)

    def count(self) -> Counter[str]:
        struck = sum(wish.struck for wish in self.wishes)
        figures = Counter(asked=len(self.wishes), struck=struck)
        for wish in self.wishes:
            figures.update(self._judge(wish))
        return figures

    def complaints(self) -> list[str]:
        judged = ((wish, wrong_in(self._judge(wish))) for wish in self.wishes)
        return [f"telegram: {wish}: {wrong}" for wish, wrong in judged if wrong]

    def keep(self, folder: Path) -> None:
        lines = (
            f"{call.at:.3f} {call.method} {call.chat} {call.status}" for call in self.telegram.calls
        )
        (folder / "telegram.calls").write_text("\n".join(lines))

    def _act(self, wish: Wish) -> None:
        replies = self._replies(wish)
        answers = [message for message in replies if _is_answer(message)]
        waiting = [message for message in replies if _waits(message)]
        if wish.to_delete and (waiting or answers):
            wish.to_delete = False
            wish.struck = bool(waiting)
            for message in waiting:
                self.telegram.people.delete(wish.chat, message.message_id)
        if wish.to_repeat and answers:
            wish.to_repeat = False
            self._repeat(wish, answers[0])

    def _repeat(self, wish: Wish, picture: Message) -> None:
        people = self.telegram.people
        query = people.press_label(wish.chat, picture.message_id, "🔁", user=wish.user)
        self.wishes.append(Wish(wish.chat, picture.message_id, wish.user, f"callback:{query}"))

    def _judge(self, wish: Wish) -> Counter[str]:
        replies = self._replies(wish)
        waiting = [message for message in replies if _waits(message)]
        repeated = sum(message.message_id in wish.unnoted for message in waiting)
        pictures = sum(message.media is not None for message in replies)
        return Counter(
            accepted=1,
            pictures=pictures,
            lost=int(not any(map(_is_answer, replies))),
            duplicated=max(0, pictures - 1),
            orphans=len(waiting) - repeated,
            repeated_lines=repeated,
        )

    def _replies(self, wish: Wish) -> list[Message]:
        return [m for m in self.telegram.messages(wish.chat) if m.reply_to == wish.message]


def _is_answer(message: Message) -> bool:
    """A picture, or an ended request's sentence: only those offer 🔁."""
    return message.media is not None or any("again" in data for _, data in message.buttons)


def _waits(message: Message) -> bool:
    """A status line, or what stands for a moment in place of one that was deleted."""
    return not _is_answer(message) and (
        bool(message.buttons) or message.text == reply("reopened", "zh")
    )
