"""Who may ban, close and forbid: every command against every level, on both platforms."""

from typing import Any

import pytest
from sqlalchemy import insert, text

from bot.core.generation import Address
from bot.core.replies import reply
from bot.core.staff import Level
from bot.store.house_tables import bans, words
from tests.integration.front_desk_life import CHAT, Desk

#: (name, words, whom it is about, from which level on).
COMMANDS = [
    ("ban", "1h", "20002", Level.GROUP_ADMIN),
    ("ban", "", "20002", Level.GROUP_ADMIN),
    ("ban", "list", None, Level.GROUP_ADMIN),
    ("ban", "全部 1h", "20002", Level.FLEET_ADMIN),
    ("ban", "everywhere list", None, Level.FLEET_ADMIN),
    ("unban", "", "30003", Level.GROUP_ADMIN),
    ("unban", "全部", "30003", Level.FLEET_ADMIN),
    ("here", "", None, Level.MEMBER),
    ("here", "on", None, Level.GROUP_ADMIN),
    ("here", "off", None, Level.GROUP_ADMIN),
    ("here", "on 全群", None, Level.GROUP_ADMIN),
    ("here", "off group", None, Level.GROUP_ADMIN),
    ("words", "", None, Level.GROUP_ADMIN),
    ("words", "list", None, Level.GROUP_ADMIN),
    ("words", "test 裸体", None, Level.GROUP_ADMIN),
    ("words", "add 裸体", None, Level.GROUP_ADMIN),
    ("words", "allow 裸体", None, Level.GROUP_ADMIN),
    ("words", "remove 血", None, Level.GROUP_ADMIN),
    ("words", "全部 list", None, Level.FLEET_ADMIN),
    ("words", "全部 test 裸体", None, Level.FLEET_ADMIN),
    ("words", "全部 add 裸体", None, Level.FLEET_ADMIN),
    ("words", "全部 allow 裸体", None, Level.FLEET_ADMIN),
    ("words", "all remove 血", None, Level.FLEET_ADMIN),
]
#: Those that decide nothing.
ASKING = {
    (name, words)
    for name, words, *_ in COMMANDS
    if (not words and name in ("here", "words")) or "list" in words or "test" in words
}
PLACES: dict[str, dict[str, Any]] = {
    "telegram": {"at": CHAT},
    "discord": {"at": Address(platform="discord", chat="70"), "group": "guild:7"},
}
REFUSALS = ("admins_only", "fleet_only", "owners_only")
TABLES = ("bans", "places", "groups", "words")


def asker(platform: str, level: Level) -> dict[str, Any]:
    number = {Level.OWNER: 9, Level.FLEET_ADMIN: 7, Level.GROUP_ADMIN: 5, Level.MEMBER: 1}[level]
    # One owner for both platforms: see desk_in.
    by = "telegram:9" if level is Level.OWNER else f"{platform}:{number}"
    return {"by": by, "admin": level is Level.GROUP_ADMIN, **PLACES[platform]}


async def what_holds(desk: Desk) -> list[Any]:
    rows = [await desk.store.sql(f"SELECT * FROM {table}") for table in TABLES]
    acts = await desk.store.acts.last("telegram", None, about=None, limit=100)
    return [*rows, len(acts)]


async def reset(desk: Desk, platform: str) -> None:
    """Nothing is decided but what there is to lift and to remove, here and everywhere."""
    areas = [(platform, "-100" if platform == "telegram" else "guild:7"), ("", "")]
    async with desk.store.database.write() as connection:
        for table in (*TABLES, "acts"):
            await connection.execute(text(f"DELETE FROM {table}"))
        for area in areas:
            columns = dict(zip(("platform", "scope"), area, strict=True))
            person = f"{platform}:30003"
            await connection.execute(insert(bans).values(**columns, person=person, created_ms=1))
            word = {"text": "血", "allowed": False, "created_ms": 1}
            await connection.execute(insert(words).values(**columns, **word))


@pytest.mark.parametrize("platform", PLACES)
@pytest.mark.parametrize("level", Level, ids=lambda level: level.name.lower())
async def test_whoever_may_does_and_nobody_else(desk: Desk, platform, level):
    await desk.store.sql(
        "INSERT INTO people (person, fleet_admin) VALUES ('telegram:7', 1), ('discord:7', 1)"
    )
    for name, wish, whom, least in COMMANDS:
        await reset(desk, platform)
        before = await what_holds(desk)
        about: dict[str, Any] = {"of": f"{platform}:{whom}"} if whom else {}
        said = await desk.manage(name, wish, **about, **asker(platform, level))
        allowed = level >= least
        refusals = {reply(code, "zh", platform) for code in REFUSALS}
        assert (said not in refusals) == allowed, (name, wish)
        decides = (name, wish) not in ASKING
        assert (await what_holds(desk) != before) == (allowed and decides), (name, wish)


@pytest.mark.parametrize("wish", ["off", "off 全群"])
async def test_alone_with_the_bot_nobody_is_an_admin(desk: Desk, wish):
    said = await desk.manage("here", wish, alone=True, admin=True)
    assert said == reply("only_in_groups", "zh")
