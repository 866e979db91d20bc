"""Belongings: all that is stored of a person, as it is stored, but for secrets."""

import json
from typing import Any

from bot.core.quota import AccountKey, QuotaDefaults, Wish
from bot.store import belongings
from bot.store.database import Database
from tests.builders import act, address
from tests.stores import MEMORY, Store, store_over

ANNA, BORIS = "telegram:1", "telegram:2"


async def rows_of(pages) -> list[dict[str, Any]]:
    return [dict(row) async for page in pages for row in page]


async def test_generations_come_newest_first_in_pages(store: Store, monkeypatch):
    monkeypatch.setattr(belongings, "PAGE", 2)
    mine = [await store.finished(requester=ANNA) for _ in range(5)]
    await store.finished(requester=BORIS)
    own = store.belongings.generations(ANNA)
    pages = [[row["id"] for row in page] async for page in own]
    newest_first = [one.id for one in reversed(mine)]
    assert pages == [newest_first[:2], newest_first[2:4], newest_first[4:]]


async def test_everything_is_there_but_what_opens_an_interaction(store: Store):
    row = await store.finished(requester=ANNA, address=address(reply_token="10:secret"))
    (stored,) = await rows_of(store.belongings.generations(ANNA))
    assert (stored["prompt"], stored["seed"], stored["pictures"]) == (
        row.spec.prompt,
        row.spec.seed,
        ["1.png"],
    )
    assert "secret" not in json.dumps(stored)


async def test_accounts_come_with_their_lines():
    async with Database(MEMORY) as database:
        store = store_over(database, QuotaDefaults(allowance=5000))
        for holder, scope in ((ANNA, "-100"), (ANNA, "-200"), (BORIS, "-100")):
            key = AccountKey(platform="telegram", scope=scope, holder=holder)
            await store.ledger.change(key, Wish.ADD, 1000, "谢谢", act(), by_fleet=True)
        own = store.belongings
        accounts = await rows_of(own.accounts(ANNA))
        assert [(one["scope"], one["extra"]) for one in accounts] == [
            ("-200", 1000),
            ("-100", 1000),
        ]
        lines = await rows_of(own.entries(ANNA))
        assert [line["kind"] for line in lines] == ["change", "grant"] * 2
        assert {line["account"] for line in lines} == {one["serial"] for one in accounts}
        assert await rows_of(own.entries("telegram:3")) == []


async def test_what_was_decided_about_them_is_there(store: Store):
    await store.sql("INSERT INTO people (person, name) VALUES (:who, 'anna')", who=ANNA)
    for person in (ANNA, BORIS):
        await store.sql(
            "INSERT INTO bans (platform, scope, person, reason, created_ms)"
            " VALUES ('telegram', '-100', :who, '刷屏', 1)",
            who=person,
        )
    own = store.belongings
    assert [row["name"] for row in await rows_of(own.person(ANNA))] == ["anna"]
    assert [row["reason"] for row in await rows_of(own.bans(ANNA))] == ["刷屏"]
    for scope, language in ((f"user:{ANNA.partition(':')[2]}", "en"), ("-100", "zh")):
        await store.groups.decide("telegram", scope, "language", language, act(), within=None)
    known = await rows_of(own.person(ANNA))
    assert [row.get("language") for row in known] == [None, "en"]
    assert await rows_of(own.person(BORIS)) == []
