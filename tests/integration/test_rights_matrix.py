"""Every command of those who keep order, by everybody, on both platforms."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.core.commands import MANAGED
from bot.core.replies import reply
from bot.core.staff import Level
from tests.fakes.discord_api import FakeDiscord
from tests.fakes.telegram_api import FakeTelegram
from tests.integration.both_life import BothLife, living_on_both

GUILD, CHANNEL = 7, 70
#: Long enough for the same refusal to be said again.
PAUSE_MS = 31_000
PEOPLE = {
    Level.MEMBER: 100_001,
    Level.GROUP_ADMIN: 100_002,
    Level.FLEET_ADMIN: 100_003,
    Level.OWNER: 100_004,
}
SOMEBODY = 100_005
#: Whom nobody appoints: those who run the bot cannot be banned.
STRANGER = 100_006
REFUSALS = {
    Level.GROUP_ADMIN: "admins_only",
    Level.FLEET_ADMIN: "fleet_only",
    Level.OWNER: "owners_only",
}
#: Where others would read what concerns all groups.
ALOUD = reply("private_only", "zh")


@dataclass(frozen=True)
class Row:
    """What is asked, and from which level on it is done."""

    least: Level
    #: In Telegram; "" where the platform has nothing like it.
    text: str
    #: `/admin …` in Discord, "" likewise.
    slash: str
    options: dict[str, Any] = field(default_factory=dict)
    #: It is a line of the audit.
    decides: bool = True
    #: In Telegram it is asked for in private: it concerns all groups.
    alone: bool = False
    #: What others than those are told.
    refusal: str = ""

    @property
    def command(self) -> str:
        return (self.slash or self.text.removeprefix("/")).split()[0]


ROWS = [
    Row(
        Level.GROUP_ADMIN,
        f"/quota {SOMEBODY} -5",
        "quota",
        {"user": SOMEBODY, "change": "-", "amount": 5},
    ),
    Row(
        Level.FLEET_ADMIN,
        "/quota 群 每天 500",
        "quota",
        {"pool": True, "change": "每天", "amount": 500},
        refusal="pool_is_the_fleets",
    ),
    Row(Level.GROUP_ADMIN, "/quiet on", ""),
    Row(Level.MEMBER, "/group", "group", decides=False),
    Row(
        Level.GROUP_ADMIN,
        "/group cooldown 30",
        "group",
        {"setting": "cooldown", "value": "30"},
    ),
    Row(Level.GROUP_ADMIN, "/audit", "audit", decides=False),
    Row(Level.FLEET_ADMIN, "/audit 全部", "audit", {"everywhere": True}, decides=False, alone=True),
    Row(
        Level.OWNER,
        f"/staff add {SOMEBODY}",
        "staff",
        {"appoint": "add", "user": SOMEBODY},
        alone=True,
    ),
    Row(
        Level.OWNER,
        f"/staff remove {SOMEBODY}",
        "staff",
        {"appoint": "remove", "user": SOMEBODY},
    ),
    Row(Level.OWNER, "/staff", "staff", decides=False, alone=True),
    Row(Level.FLEET_ADMIN, "/pause 换显卡", "pause", {"reason": "换显卡"}),
    Row(Level.FLEET_ADMIN, "/resume", "resume"),
    Row(Level.GROUP_ADMIN, "/clear", "clear", decides=False),
    Row(Level.GROUP_ADMIN, "/clear upto 9", "", decides=False),
    Row(Level.FLEET_ADMIN, "/clear 全部", "clear", {"everywhere": True}, decides=False),
    Row(
        Level.FLEET_ADMIN,
        f"/weight {SOMEBODY} 2",
        "weight",
        {"user": SOMEBODY, "weight": 2.0},
    ),
    Row(Level.FLEET_ADMIN, f"/weight {SOMEBODY}", "weight", {"user": SOMEBODY}, decides=False),
    Row(Level.GROUP_ADMIN, "/job", "job", decides=False),
    Row(Level.GROUP_ADMIN, "/job k3v9x2ab", "job", {"id": "k3v9x2ab"}, decides=False),
    Row(Level.FLEET_ADMIN, "/job all", "job", {"everywhere": True}, decides=False, alone=True),
    # Nobody is banned yet.
    Row(Level.GROUP_ADMIN, f"/unban {STRANGER}", "unban", {"user": STRANGER}, decides=False),
    Row(
        Level.FLEET_ADMIN,
        f"/unban 全部 {STRANGER}",
        "unban",
        {"user": STRANGER, "everywhere": True},
        decides=False,
    ),
    Row(
        Level.GROUP_ADMIN,
        f"/ban {STRANGER} 1h 刷屏",
        "ban",
        {"user": STRANGER, "duration": "1h", "reason": "刷屏"},
    ),
    Row(
        Level.FLEET_ADMIN,
        f"/ban 全部 {STRANGER} 永久",
        "ban",
        {"user": STRANGER, "duration": "永久", "everywhere": True},
    ),
    Row(Level.GROUP_ADMIN, "/ban list", "ban", decides=False),
    Row(Level.FLEET_ADMIN, "/ban 全部 list", "", decides=False, alone=True),
    Row(Level.GROUP_ADMIN, f"/quota {SOMEBODY} 每天 3", ""),
    Row(Level.GROUP_ADMIN, "/words allow 人体", "words", {"action": "allow", "text": "人体"}),
    Row(Level.GROUP_ADMIN, "/words test 一只猫", "", decides=False),
    Row(Level.GROUP_ADMIN, "/job cancel k3v9x2ab", "", decides=False),
    Row(Level.GROUP_ADMIN, "/job retry k3v9x2ab", "", decides=False),
    Row(Level.GROUP_ADMIN, "/here off", "here", {"switch": "off"}),
    Row(Level.GROUP_ADMIN, "/启用 全群", "here", {"switch": "on", "whole_server": True}),
    Row(Level.GROUP_ADMIN, "/words list", "words", {"action": "list"}, decides=False),
    Row(Level.GROUP_ADMIN, "/敏感词 add 裸体", "words", {"action": "add", "text": "裸体"}),
    Row(
        Level.FLEET_ADMIN,
        "/words 全部 add 裸体",
        "words",
        {"action": "add", "text": "裸体", "everywhere": True},
    ),
]


@pytest.fixture
def discord() -> Iterator[FakeDiscord]:
    with FakeDiscord() as server:
        server.people.guild(GUILD, admins=(PEOPLE[Level.GROUP_ADMIN],))
        server.people.channel(CHANNEL, guild=GUILD)
        server.people.offer_commands(GUILD, *PEOPLE.values())
        yield server


@pytest.fixture
async def life(
    tmp_path: Any, telegram: FakeTelegram, discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[BothLife]:
    owner, fleet = PEOPLE[Level.OWNER], PEOPLE[Level.FLEET_ADMIN]
    owners = f"telegram:{owner},discord:{owner}"
    async with living_on_both(tmp_path, telegram, discord, monkeypatch, owners=owners) as one:
        for platform in ("telegram", "discord"):
            await one.store.sql(
                "INSERT INTO people (person, fleet_admin) VALUES (:p, 1)", p=f"{platform}:{fleet}"
            )
        yield one


async def acts(life: BothLife) -> int:
    return len(await life.store.sql("SELECT serial FROM acts"))


def test_no_command_is_forgotten():
    assert {row.command for row in ROWS} == MANAGED


@pytest.mark.parametrize("platform", ["telegram", "discord"])
async def test_who_may_do_what(life: BothLife, platform: str):
    group = -1000
    for row in ROWS:
        if not (row.text if platform == "telegram" else row.slash):
            continue
        for level, user in PEOPLE.items():
            # A group of its own each time: Telegram's limits are by group.
            group -= 1
            life.telegram.people.promote(group, PEOPLE[Level.GROUP_ADMIN])
            life.clock.advance(PAUSE_MS)
            before = await acts(life)
            if platform == "telegram":
                chat = user if row.alone else group
                answer = await life.written(chat, row.text, user=user)
            else:
                answer = await life.called(
                    f"admin {row.slash}", row.options, user=user, channel=CHANNEL
                )
            done = level >= row.least
            where = (row, level, answer)
            code = row.refusal or REFUSALS.get(row.least)
            refusal = code and reply(code, "zh", platform)
            assert (answer == refusal) is not done, where
            refusals = {reply(code, "zh", platform) for code in REFUSALS.values()}
            assert not (done and answer in {*refusals, ALOUD}), where
            assert await acts(life) - before == (done and row.decides), where


@pytest.mark.parametrize(
    "text", ["/audit 全部", "/staff", "/ban 全部 list", "/words 全部 list", "/job all"]
)
async def test_what_concerns_all_groups_is_not_told_in_one(life: BothLife, text: str):
    assert await life.written(-1000, text, user=PEOPLE[Level.OWNER]) == ALOUD
