"""Every button and command that touches what is somebody else's, by everybody, on both platforms;
and every command of those who keep order in a private chat."""

from typing import Any

import pytest

from bot.core.generation import Generation
from bot.core.replies import reply
from bot.core.staff import Level
from tests.integration.both_life import BothLife
from tests.integration.test_rights_matrix import (
    CHANNEL,
    GUILD,
    PAUSE_MS,
    PEOPLE,
    REFUSALS,
    ROWS,
    SOMEBODY,
    Row,
    acts,
    discord,
    life,
)
from tests.integration.waiting import eventually

__all__ = ["discord", "life"]

PROMPT = "一个红色的圆"
BY = pytest.mark.parametrize("level", PEOPLE, ids=lambda level: level.name.lower())


class Telegram:
    """A group in which somebody has asked for a picture."""

    name = "telegram"

    def __init__(self, life: BothLife, group: int) -> None:
        self._life, self._group = life, group
        self._people = life.telegram.people
        self._people.group(group)
        self._people.promote(group, PEOPLE[Level.GROUP_ADMIN])

    async def draw(self) -> Generation:
        self._people.say(f"/draw {PROMPT}", user=SOMEBODY, chat=self._group)
        return await self._life.shown(f"telegram:{SOMEBODY}")

    def card(self, generation: Generation) -> int:
        return int(generation.status_message or "")

    async def ask(self, text: str, user: int) -> int:
        """The message with the answer."""
        messages = self._life.telegram.world.chat(self._group).messages
        before = set(messages)
        await self._life.written(self._group, text, user=user)
        (answer,) = set(messages) - before - {max(before, default=0) + 1}
        return answer

    def cancel(self, generation: Generation, user: int) -> None:
        self._people.say(f"/cancel {generation.id}", user=user, chat=self._group)

    async def heard(self, text: str) -> None:
        messages = self._life.telegram.world.chat(self._group).messages.values
        await eventually(lambda: any(text in str(one.text) for one in messages()))

    async def press(self, message: int, label: str, user: int) -> None:
        self._query = self._people.press_label(self._group, message, label, user=user)

    async def told(self, text: str) -> None:
        """Whoever pressed is."""

        def answers() -> list[str]:
            calls = self._life.telegram.calls_of("answerCallbackQuery")
            mine = [one.fields for one in calls if one.fields["callback_query_id"] == self._query]
            return [str(one.get("text", "")) for one in mine]

        await eventually(answers)
        assert answers() == [text]


class Discord:
    """The same in a guild's channel."""

    name = "discord"

    def __init__(self, life: BothLife, _: int) -> None:
        self._life = life
        self._people = life.discord.people

    async def draw(self) -> Generation:
        self._people.slash("draw", {"prompt": PROMPT}, user=SOMEBODY, channel=CHANNEL)
        return await self._life.shown(f"discord:{SOMEBODY}")

    def card(self, generation: Generation) -> Any:
        number = int((generation.status_message or "").rpartition(":")[2])
        return self._life.discord.world.channels[CHANNEL].messages[number]

    async def ask(self, text: str, user: int) -> Any:
        name = f"admin {text.removeprefix('/')}"
        self._called = self._people.slash(name, {}, user=user, channel=CHANNEL)
        await self.told("")
        return self._called.messages[0]

    def cancel(self, generation: Generation, user: int) -> None:
        given = {"id": generation.id}
        self._called = self._people.slash("cancel", given, user=user, channel=CHANNEL)

    async def heard(self, text: str) -> None:
        await self.told(text)

    async def press(self, message: Any, label: str, user: int) -> None:
        self._called = self._people.press(message, label, user=user)

    async def told(self, text: str) -> None:
        def look() -> bool:
            return any(text in one.content for one in self._called.messages if not one.loading)

        await eventually(look)


@pytest.fixture(params=[Telegram, Discord], ids=["telegram", "discord"])
def group(request: pytest.FixtureRequest, life: BothLife) -> Any:
    return request.param(life, -1001)


async def finished(life: BothLife, generation: Generation) -> Generation:
    """Drawn, and its message shows it."""
    started = await life.store.start(generation)
    paths, preview = await life.core.pictures.save(started, [b"\x89PNG"], b"\xff\xd8")
    assert await life.store.outcomes.finish(started.key, paths, preview)
    life.core.news.moved(generation.id)

    async def told() -> Generation | None:
        row = await life.store.now(generation)
        return row if row.delivered_ms is not None else None

    delivered: Generation = await eventually(told)
    return delivered


async def check(life: BothLife, group: Any, level: Level, before: int, refusal: str) -> None:
    """It was decided by whoever keeps order here, and nobody else."""
    if level >= Level.GROUP_ADMIN:

        async def decided() -> bool:
            return await acts(life) == before + 1

        await eventually(decided)
    else:
        await group.told(reply(refusal, "zh", group.name))
        assert await acts(life) == before


# --- buttons --------------------------------------------------------------------------------------


@BY
async def test_cancelling_what_waits(life: BothLife, group: Any, level: Level):
    waiting = await group.draw()
    before = await acts(life)
    await group.press(group.card(waiting), "❌", PEOPLE[level])
    await check(life, group, level, before, "not_yours")


@BY
async def test_removing_a_picture(life: BothLife, group: Any, level: Level):
    drawn = await finished(life, await group.draw())
    before = await acts(life)
    await group.press(group.card(drawn), "🗑", PEOPLE[level])
    await check(life, group, level, before, "not_yours_to_delete")
    assert await life.store.removals.removed(drawn.id) is (level >= Level.GROUP_ADMIN)


@BY
async def test_changing_what_holds_in_the_group(life: BothLife, group: Any, level: Level):
    panel = await group.ask("/group", PEOPLE[level])
    before = await acts(life)
    await group.press(panel, "冷却", PEOPLE[level])
    await check(life, group, level, before, "admins_only")


@pytest.mark.parametrize("label", ["🔁", "📄"])
async def test_what_anybody_may_press(life: BothLife, group: Any, label: str):
    drawn = await finished(life, await group.draw())
    await group.press(group.card(drawn), label, PEOPLE[Level.MEMBER])
    requester = f"{group.name}:{PEOPLE[Level.MEMBER]}"
    query = (
        "SELECT id FROM generations WHERE requester = :who AND parent_id = :id"
        if label == "🔁"
        else "SELECT event_key FROM notices WHERE requester = :who AND attachment IS NOT NULL "
        "AND :id != ''"
    )

    async def came() -> bool:
        return bool(await life.store.sql(query, who=requester, id=drawn.id))

    await eventually(came)


@BY
@pytest.mark.parametrize(("command", "label"), [("/job", "❌ 1"), ("/clear", "取消这 1 个")])
async def test_buttons_of_an_admins_answer_are_no_rights(
    life: BothLife, level: Level, command: str, label: str
):
    """In Telegram everybody sees them. In Discord only whoever asked does."""
    group = Telegram(life, -1001)
    await group.draw()
    answer = await group.ask(command, PEOPLE[Level.GROUP_ADMIN])
    before = await acts(life)
    await group.press(answer, label, PEOPLE[level])
    await check(life, group, level, before, "admins_only")


# --- by name --------------------------------------------------------------------------------------


@BY
async def test_cancelling_by_name(life: BothLife, group: Any, level: Level):
    waiting = await group.draw()
    before = await acts(life)
    group.cancel(waiting, PEOPLE[level])
    if level >= Level.GROUP_ADMIN:
        await check(life, group, level, before, "")
    else:
        await group.heard(reply("not_yours", "zh", group.name))
        assert await acts(life) == before


# --- who runs the fleet ---------------------------------------------------------------------------


@pytest.mark.parametrize("platform", ["telegram", "discord"])
async def test_a_fleet_admin_is_one_where_it_is_stored_and_as_long(life: BothLife, platform: str):
    other = {"telegram": "discord", "discord": "telegram"}[platform]

    async def pause() -> str:
        life.clock.advance(PAUSE_MS)
        if platform == "telegram":
            return await life.written(-1001, "/pause", user=SOMEBODY)
        return await life.called("admin pause", {}, user=SOMEBODY, channel=CHANNEL)

    life.discord.people.offer_commands(GUILD, SOMEBODY)
    insert = "INSERT INTO people (person, fleet_admin) VALUES (:p, 1)"
    await life.store.sql(insert, p=f"{other}:{SOMEBODY}")
    assert await pause() == reply(REFUSALS[Level.FLEET_ADMIN], "zh", platform)
    await life.store.sql(insert, p=f"{platform}:{SOMEBODY}")
    assert "⏸" in await pause()
    dismissed = "UPDATE people SET fleet_admin = 0 WHERE person = :p"
    await life.store.sql(dismissed, p=f"{platform}:{SOMEBODY}")
    assert await pause() == reply(REFUSALS[Level.FLEET_ADMIN], "zh", platform)


# --- private chats --------------------------------------------------------------------------------

#: What nobody decides there, everybody does, or is refused in other words.
NEVER, ALWAYS = "never", "always"
THERE = {
    "/group": ALWAYS,
    "/quiet on": ALWAYS,
    "/group cooldown 30": NEVER,
    f"/quota {SOMEBODY} -5": "private_is_the_fleets",
    f"/quota {SOMEBODY} 每天 3": "private_is_the_fleets",
    "/quota 群 每天 500": "pool_is_the_fleets",
}


def refused(row: Row, level: Level) -> str:
    """By which code, in a private chat; "" where it is done."""
    told = THERE.get(row.text, "")
    # Nobody runs the group that is not there.
    least = max(row.least, Level.FLEET_ADMIN)
    if told == NEVER:
        return "only_in_groups"
    if told == ALWAYS or level >= least:
        return ""
    if told:
        return told
    if row.least == Level.GROUP_ADMIN:
        return "only_in_groups"
    return REFUSALS[row.least]


async def noted(life: BothLife, text: str, user: int) -> str:
    """The answer in Telegram, be it said by now or not: a chat takes so many a minute."""
    asked = life.telegram.people.say(text, user=user)
    query = "SELECT text FROM notices WHERE chat = :chat AND request_message = :message"

    async def look() -> list[Any]:
        return await life.store.sql(query, chat=str(user), message=str(asked.message_id))

    ((answer,),) = await eventually(look)
    return str(answer)


@pytest.mark.parametrize("platform", ["telegram", "discord"])
async def test_commands_in_private(life: BothLife, platform: str):
    codes = {"only_in_groups", *THERE.values()} - {NEVER, ALWAYS}
    refusals = {reply(code, "zh", platform) for code in (*REFUSALS.values(), *codes)}
    for row in ROWS:
        if not (row.text if platform == "telegram" else row.slash):
            continue
        for level, user in PEOPLE.items():
            life.clock.advance(PAUSE_MS)
            if platform == "telegram":
                answer = await noted(life, row.text, user)
            else:
                answer = await life.called(f"admin {row.slash}", row.options, user=user)
            code = refused(row, level)
            expected = code and reply(code, "zh", platform)
            where = (row, level, answer)
            assert (answer == expected) if expected else answer not in refusals, where
