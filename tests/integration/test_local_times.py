"""Moments are told in the time zone of the chat in which they are read."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.local_time import local_time
from bot.core.quota import UNIT, QuotaDefaults
from tests.integration.front_desk_life import ANNA, CHAT, Desk, desk_in

OPERATORS, GROUPS, OWN = "Asia/Shanghai", "America/New_York", "Europe/Berlin"
HOUR_MS = 3_600_000
PRIVATE: dict[str, Any] = {"at": replace(CHAT, chat="1"), "alone": True}


@pytest.fixture
async def limited(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_in(tmp_path, QuotaDefaults(allowance=3 * UNIT)) as made:
        yield made


@pytest.fixture
async def row(desk: Desk):
    """A group that goes by its own time, and a person who does."""
    await desk.manage("group", f"时区 {GROUPS}")
    await desk.desk.manage(desk.origin(**PRIVATE), "group", f"时区 {OWN}")
    return await desk.drawn()


def at(desk: Desk, zone: str, later_ms: int = 0, **how: bool) -> str:
    now = desk.store.clock()
    return local_time(now + later_ms, now, zone, **how)


async def told(desk: Desk) -> str:
    return (await desk.said())[-1].text


def test_the_year_is_told_where_it_is_another():
    new_year = 1_767_225_600_000
    assert local_time(new_year, new_year, "UTC") == "01-01 00:00"
    assert local_time(new_year, new_year, "Asia/Shanghai", seconds=True) == "01-01 08:00:00"
    assert local_time(new_year, new_year, "America/New_York") == "12-31 19:00"
    assert local_time(new_year - HOUR_MS, new_year, "UTC") == "2025-12-31 23:00"


@pytest.mark.parametrize("name", ["job", "audit"])
async def test_what_admins_of_a_group_read_is_in_its_zone(desk: Desk, row, name: str):
    said = await desk.manage(name, row.id if name == "job" else "")
    assert at(desk, GROUPS) in said
    assert at(desk, OPERATORS) not in said


async def test_whoever_is_banned_reads_it_in_the_groups_zone(desk: Desk):
    await desk.manage("group", f"时区 {GROUPS}")
    await desk.manage("ban", "2h", of=ANNA)
    assert at(desk, GROUPS, 2 * HOUR_MS) in await desk.manage("ban", "list")
    await desk.desk.draw(desk.origin(), "一个红色的圆")
    assert f"（{at(desk, GROUPS, 2 * HOUR_MS)}）" in await told(desk)


@pytest.mark.parametrize(("private", "zone"), [(False, GROUPS), (True, OWN)])
async def test_info_is_in_the_zone_of_the_chat(desk: Desk, row, private: bool, zone: str):
    origin = desk.origin(**PRIVATE) if private else desk.origin()
    await desk.desk.my_data.info(origin, row.id)
    said = await told(desk)
    assert at(desk, zone) in said
    assert at(desk, OPERATORS) not in said


async def test_history_is_in_the_persons_own_zone(desk: Desk, row):
    await desk.desk.my_data.history(desk.origin(**PRIVATE))
    assert at(desk, OWN) in await told(desk)


async def test_where_nobody_decided_it_is_the_operators(desk: Desk):
    row = await desk.drawn()
    assert at(desk, OPERATORS, seconds=True) in await desk.manage("job", row.id)
    await desk.desk.my_data.history(desk.origin(**PRIVATE))
    assert at(desk, OPERATORS) in await told(desk)


async def test_quota_tells_when_the_next_day_begins_there(limited: Desk):
    await limited.manage("group", f"时区 {GROUPS}")
    await limited.draw("一个红色的圆")
    said = await limited.manage("quota", by=ANNA, admin=False)
    first, *entries = said.splitlines()
    assert re.search(r"后重置（\d\d-\d\d 00:00）。$", first)
    assert entries[0].startswith(at(limited, GROUPS))
