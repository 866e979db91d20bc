"""/export: a file with everything, over real rows and a real disk."""

import asyncio
import json
import os
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.core.export import MAX_ATTEMPTS, Exporter
from bot.core.messages import Notice
from bot.core.quota import QuotaDefaults
from bot.store import archives
from tests.builders import spec
from tests.integration.front_desk_life import ANNA, BORIS, CHAT, Desk, desk_in
from tests.integration.waiting import eventually
from tests.photos import brought, photo

LIMIT = 10_000_000


@asynccontextmanager
async def working(exporter: Exporter) -> AsyncIterator[None]:
    task = asyncio.create_task(exporter.run())
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def ask(desk: Desk, *, by: str = ANNA, limit: int = LIMIT, **how: Any) -> None:
    event = {"event": how.pop("event")} if "event" in how else {}
    await desk.desk.my_data.export(desk.origin(by=by, **event), limit_bytes=limit, **how)


async def answer(desk: Desk) -> Notice:
    """What follows when it is made."""

    async def look() -> Notice | None:
        found = [one for one in await desk.said() if one.event_key.startswith("export:")]
        return found[-1] if found else None

    found: Notice = await eventually(look)
    return found


async def exported(desk: Desk, **how: Any) -> tuple[Notice, zipfile.ZipFile]:
    async with working(desk.data.exporter):
        await ask(desk, **how)
        notice = await answer(desk)
    assert notice.attachment is not None
    return notice, zipfile.ZipFile(desk.pictures.path(notice.attachment.path))


async def test_everything_that_is_stored_comes_as_json_with_the_pictures(tmp_path: Path) -> None:
    async with desk_in(tmp_path, QuotaDefaults(allowance=5000)) as desk:
        drawn = await desk.drawn(2, spec=spec(prompt="一只猫", count=2), price=1000)
        waiting = await desk.draw("一只狗")
        await desk.drawn(by=BORIS, spec=spec(prompt="别人的"))
        notice, made = await exported(desk)
        rows = json.loads(made.read("generations.json"))
        assert [(row["id"], row["prompt"]) for row in rows] == [
            (waiting.id, "一只狗"),
            (drawn.id, "一只猫"),
        ]
        assert [made.read(path) for path in drawn.pictures] == [b"png 1", b"png 2"]
        assert json.loads(made.read("accounts.json"))[0]["holder"] == ANNA
        assert "reserve" in {line["kind"] for line in json.loads(made.read("ledger.json"))}
        assert json.loads(made.read("about.json")) == {
            "person": ANNA,
            "generations": 2,
            "all_generations": True,
            "pictures": 2,
            "pictures_left_out": 0,
        }
        assert "2 条记录，2 张图" in notice.text
        assert "放不下" not in notice.text
        assert (notice.private, notice.requester) == (True, ANNA)
        assert not notice.attachment or not notice.attachment.as_picture


async def test_it_is_said_at_once_that_it_will_come(desk: Desk) -> None:
    await ask(desk)
    (notice,) = await desk.said()
    assert ("正在打包" in notice.text, notice.private) == (True, True)


async def test_what_did_not_fit_is_counted_newest_first(desk: Desk) -> None:
    rows = [await desk.drawn() for _ in range(6)]
    for row in rows:
        desk.pictures.path(row.pictures[0]).write_bytes(bytes(100_000))
    notice, made = await exported(desk, limit=300_000)
    inside = {name for name in made.namelist() if name.startswith("pictures/")}
    assert inside == {row.pictures[0] for row in rows[-2:]}
    assert "有 4 张旧图放不下" in notice.text
    assert made.start_dir <= 300_000


async def test_a_picture_that_is_gone_from_the_disk_is_not_missed(desk: Desk) -> None:
    drawn = await desk.drawn()
    desk.pictures.path(drawn.pictures[0]).unlink()
    notice, _ = await exported(desk)
    assert "0 张图" in notice.text
    assert "放不下" not in notice.text


async def test_where_rows_do_not_fit_either_it_is_said(desk: Desk, monkeypatch) -> None:
    monkeypatch.setattr(archives, "ROWS_SHARE", 0.0)
    monkeypatch.setattr("bot.store.belongings.PAGE", 2)
    for _ in range(3):
        await desk.drawn()
    notice, made = await exported(desk)
    assert len(json.loads(made.read("generations.json"))) == 2
    assert "更早的没有放进来" in notice.text


async def test_one_at_a_time_for_each_person(desk: Desk) -> None:
    await ask(desk)
    await ask(desk)
    await ask(desk, by=BORIS)
    texts = [one.text for one in await desk.said()]
    assert ["正在打包你的数据" in text for text in texts] == [True, False, True]
    assert "上一份还在打包" in texts[1]


async def test_an_event_that_comes_again_asks_once(desk: Desk) -> None:
    async with working(desk.data.exporter):
        for _ in range(2):
            await ask(desk, event="again")
        await answer(desk)
        await ask(desk, event="again")
    assert len(await desk.said()) == 2


async def test_one_that_was_asked_for_but_not_answered_is_answered_by_the_next_process(
    tmp_path: Path,
) -> None:
    async with desk_in(tmp_path) as desk:
        drawn = await desk.drawn()
        await ask(desk)
    async with desk_in(tmp_path) as desk, working(desk.data.exporter):
        notice = await answer(desk)
        assert notice.attachment is not None
        made = zipfile.ZipFile(desk.pictures.path(notice.attachment.path))
        assert made.read(drawn.pictures[0]) == b"png 1"


async def test_where_it_cannot_be_made_it_is_tried_again_and_then_said(
    desk: Desk, monkeypatch
) -> None:
    def full(*_: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("bot.core.export.LOOK_SECONDS", 0.01)
    monkeypatch.setattr(os, "fsync", full)
    async with working(desk.data.exporter):
        await ask(desk)
        notice = await answer(desk)
    assert ("没能打包" in notice.text, notice.attachment) == (True, None)
    assert await desk.store.sql("SELECT attempts FROM exports") == [(MAX_ATTEMPTS,)]
    assert list((desk.pictures.path("exports")).iterdir()) == []


async def test_one_that_ends_the_process_each_time_is_given_up(desk: Desk) -> None:
    await ask(desk)
    for _ in range(MAX_ATTEMPTS):
        await desk.store.exports.begin()
    async with working(desk.data.exporter):
        assert "没能打包" in (await answer(desk)).text


async def test_where_others_read_along_it_is_one_sentence(desk: Desk) -> None:
    await ask(desk, private=False)
    (notice,) = await desk.said()
    assert "请私聊我" in notice.text
    assert await desk.store.sql("SELECT * FROM exports") == []


async def test_what_was_drawn_from_a_picture_comes_with_it(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        await desk.desk.edits.given(desk.origin(), "换成夜景", brought(photo()))
        one = await desk.store.admissions.latest(ANNA, CHAT.chat)
        assert one is not None
        assert one.spec.source is not None
        _, archive = await exported(desk)
        assert archive.read(one.spec.source)[:4] == b"\x89PNG"
