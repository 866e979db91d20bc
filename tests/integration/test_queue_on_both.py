"""Queue control as admins of a group use it, in Telegram and in Discord."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.generation import Generation, Outcome
from bot.core.replies import reply
from tests.fakes.discord_api import FakeDiscord, Interaction
from tests.fakes.telegram_api import FakeTelegram
from tests.integration.both_life import BothLife, living_on_both
from tests.integration.waiting import eventually

GUILD, CHANNEL, OTHER_CHANNEL = 7, 70, 71
GROUP = -1001
ANNA, ADMIN, OWNER = 1, 100_002, 100_004
PROMPT = "一个红色的圆"
#: A message in a group is edited every few seconds only.
LONG = 20.0


@pytest.fixture
def discord() -> Iterator[FakeDiscord]:
    with FakeDiscord() as server:
        server.people.guild(GUILD, admins=(ADMIN,))
        server.people.channel(CHANNEL, guild=GUILD)
        server.people.channel(OTHER_CHANNEL, guild=GUILD)
        server.people.offer_commands(GUILD, ANNA, OWNER)
        yield server


@pytest.fixture
async def life(
    tmp_path: Path, telegram: FakeTelegram, discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[BothLife]:
    owners = f"telegram:{OWNER},discord:{OWNER}"
    telegram.people.promote(GROUP, ADMIN)
    async with living_on_both(tmp_path, telegram, discord, monkeypatch, owners=owners) as one:
        yield one


class Telegram:
    """What people do and see in a group there."""

    name = "telegram"

    def __init__(self, life: BothLife) -> None:
        self.life = life
        self._people = life.telegram.people

    @property
    def messages(self) -> dict[int, Any]:
        return self.life.telegram.world.chat(GROUP).messages

    async def draw(self) -> Generation:
        self._people.say(f"/draw {PROMPT}", user=ANNA, chat=GROUP)
        return await self.life.shown(f"telegram:{ANNA}")

    async def ask(self, name: str, words: str, *, user: int) -> int:
        """The message with the answer."""
        before = set(self.messages)
        await self.life.written(GROUP, f"/{name} {words}", user=user)
        (answer,) = set(self.messages) - before - {max(before) + 1}
        return answer

    async def press(self, message: int, label: str, *, user: int) -> None:
        self._people.press_label(GROUP, message, label, user=user)

    async def reads(self, message: int, text: str) -> None:
        await eventually(lambda: text in (self.messages[message].text or ""), LONG)

    def status(self, generation: Generation) -> int:
        return int(generation.status_message or "")


class Discord:
    """The same in a guild's channel."""

    name = "discord"

    def __init__(self, life: BothLife) -> None:
        self.life = life
        self._people = life.discord.people

    async def draw(self) -> Generation:
        self._people.slash("draw", {"prompt": PROMPT}, user=ANNA, channel=CHANNEL)
        return await self.life.shown(f"discord:{ANNA}")

    async def ask(self, name: str, words: str, *, user: int) -> Interaction:
        options = {"id": words} if words else {}
        # Beside the channel in which the request was made: a guild is one group.
        where = OTHER_CHANNEL
        called = self._people.slash(f"admin {name}", options, user=user, channel=where)
        await eventually(lambda: any(not message.loading for message in called.messages))
        return called

    async def press(self, answer: Interaction, label: str, *, user: int) -> None:
        self._people.press(answer.messages[0], label, user=user)

    async def reads(self, answer: Any, text: str) -> None:
        message = answer.messages[0] if isinstance(answer, Interaction) else answer
        # As people see it.
        await eventually(lambda: text in message.content.replace("\\", ""), LONG)

    def status(self, generation: Generation) -> Any:
        number = int((generation.status_message or "").rpartition(":")[2])
        return self.life.discord.world.channels[CHANNEL].messages[number]


@pytest.fixture(params=[Telegram, Discord], ids=["telegram", "discord"])
def group(request: pytest.FixtureRequest, life: BothLife) -> Any:
    return request.param(life)


async def becomes(life: BothLife, generation: Generation, outcome: Outcome) -> None:
    async def look() -> bool:
        row = await life.core.admissions.get(generation.id)
        return row is not None and row.outcome is outcome

    await eventually(look)


async def test_an_admin_clears_what_waits_after_a_question(group: Any, life: BothLife):
    waiting = await group.draw()
    question = await group.ask("clear", "", user=ADMIN)
    await group.reads(question, reply("clear_group", "zh", group.name, count=1))
    await group.press(question, "取消这 1 个", user=ADMIN)
    await group.reads(question, reply("cleared", "zh", count=1))
    await becomes(life, waiting, Outcome.CANCELLED)
    await group.reads(group.status(waiting), reply("cancelled_by_admin", "zh"))


async def test_an_admin_cancels_from_the_list_and_has_it_drawn_again(group: Any, life: BothLife):
    waiting = await group.draw()
    listed = await group.ask("job", "", user=ADMIN)
    await group.reads(listed, f"1. #{waiting.id} {waiting.requester}")
    await group.press(listed, "❌ 1", user=ADMIN)
    await group.reads(listed, f"📄 #{waiting.id} 已取消")
    await group.reads(group.status(waiting), reply("cancelled_by_admin", "zh"))
    await group.press(listed, "🔂", user=ADMIN)
    await group.reads(listed, reply("retried", "zh", id=waiting.id))
    again = await life.shown(waiting.requester)
    assert (again.parent_id, again.spec) == (waiting.id, waiting.spec)
    assert again.address.chat == waiting.address.chat
    assert group.status(again) != group.status(waiting)


async def test_who_presses_must_have_the_right(life: BothLife):
    # In Discord nobody else sees the question.
    group = Telegram(life)
    waiting = await group.draw()
    question = await group.ask("clear", "", user=ADMIN)
    await group.press(question, "取消这 1 个", user=ANNA)
    await group.press(question, "取消这 1 个", user=ADMIN)
    await becomes(life, waiting, Outcome.CANCELLED)
    (act,) = await life.store.sql("SELECT actor FROM acts")
    assert act == (f"{waiting.address.platform}:{ADMIN}",)


async def test_people_see_that_it_is_paused_and_goes_on(group: Any, life: BothLife):
    waiting = await group.draw()
    await group.ask("pause", "", user=OWNER)
    await group.reads(group.status(waiting), reply("queue_paused", "zh"))
    await group.ask("resume", "", user=OWNER)
    await group.reads(group.status(waiting), reply("waiting_for_engine", "zh", ahead=0))


async def test_the_groups_queue_is_asked_for_behind_the_command_too(life: BothLife):
    group = Telegram(life)
    waiting = await group.draw()
    for words in ("全群", "all"):
        listed = await group.ask("queue", words, user=ADMIN)
        await group.reads(listed, f"1. #{waiting.id} {waiting.requester}")
