"""Forgetting: ended generations lose their words, and then their files."""

from dataclasses import replace

from bot.core.generation import Delivery, Forgotten, Generation, Outcome
from bot.core.messages import Attachment, Button
from bot.core.uploads import Upload, UploadName
from bot.store.forgetting import LATE_RESULT_MS
from engine.lora import Lora
from tests.builders import address, notice, spec
from tests.stores import Store

ANNA, BORIS = "telegram:1", "telegram:2"
WORDS = spec(prompt="秘密", negative_prompt="模糊", loras=(Lora(name="秘密风格", weight=0.5),))


async def told(store: Store, **changes) -> Generation:
    usual = {
        "requester": ANNA,
        "spec": WORDS,
        "notes": ("enlarged",),
        "address": address(reply_token="10:token"),
    }
    return await store.told(await store.finished(**{**usual, **changes}))


async def forget(store: Store, up_to: Generation) -> int:
    return await store.forget(up_to, instead="忘了")


async def everything_written(store: Store) -> str:
    """All words in the tables where words are."""
    rows = [
        *await store.sql("SELECT * FROM generations"),
        *await store.sql("SELECT * FROM notices"),
        *await store.sql("SELECT * FROM events"),
        *await store.sql("SELECT * FROM ledger"),
    ]
    return repr(rows)


async def test_words_go_and_what_was_counted_stays(store: Store):
    row = await told(store)
    assert await forget(store, row) == 1
    now = await store.now(row)
    assert now == replace(
        row,
        spec=replace(row.spec, prompt="", negative_prompt="", loras=()),
        notes=(),
        address=replace(row.address, reply_token=None),
        forgotten=Forgotten.FILES,
    )
    assert "秘密" not in await everything_written(store)


async def test_a_failure_that_quotes_the_prompt_quotes_it_no_more(store: Store):
    row = await store.running(requester=ANNA, spec=WORDS)
    assert await store.outcomes.fail(row.key, "prompt_too_long", {"lost": "秘密"})
    await forget(store, await store.told(row))
    now = await store.now(row)
    assert (now.outcome, now.error_code, now.error_data) == (
        Outcome.FAILED,
        "prompt_too_long",
        {},
    )
    assert "秘密" not in await everything_written(store)


async def test_nobody_elses_and_nothing_newer_goes(store: Store):
    last = await told(store)
    newer, other = await told(store), await told(store, requester=BORIS)
    await forget(store, last)
    assert [(await store.now(one)).forgotten for one in (newer, other)] == [None, None]


async def test_what_has_not_ended_stays(store: Store):
    live = await store.running(requester=ANNA)
    assert await forget(store, live) == 0
    assert await store.now(live) == live


async def test_repeated_it_forgets_nothing_more(store: Store):
    row = await told(store)
    await forget(store, row)
    before = await store.now(row)
    assert await forget(store, row) == 0
    assert await store.now(row) == before


async def test_one_whose_requester_is_still_to_be_told_waits_for_that(store: Store):
    row = await store.finished(requester=ANNA, spec=WORDS)
    assert await forget(store, row) == 1
    waiting = await store.now(row)
    assert (waiting.forgotten, waiting.spec) == (Forgotten.WANTED, WORDS)
    assert await store.forgetting.let_go(10) == 0
    assert await store.forgetting.with_files(10) == []
    await store.told(row)
    assert await store.forgetting.let_go(10) == 1
    now = await store.now(row)
    assert (now.forgotten, now.spec.prompt, now.delivery) == (Forgotten.FILES, "", Delivery.DONE)
    assert await store.forgetting.let_go(10) == 0


async def test_it_goes_in_portions_and_of_several_wishes_the_oldest_first(store: Store):
    rows = [await told(store) for _ in range(5)]
    other = await told(store, requester=BORIS)
    for last in (rows[3], other, rows[4]):
        await store.forgetting.forget(last.requester, last.id, instead="")
    assert [await store.forgetting.let_go(3) for _ in range(5)] == [3, 1, 1, 1, 0]
    for row in (*rows, other):
        assert (await store.now(row)).forgotten is Forgotten.FILES
    assert await store.sql("SELECT * FROM forgettings") == []


async def test_what_was_asked_for_after_the_wish_is_none_of_it(store: Store):
    rows = [await told(store) for _ in range(3)]
    await store.forgetting.forget(ANNA, rows[-1].id, instead="")
    assert await store.forgetting.let_go(2) == 2
    later = await told(store)
    assert [await store.forgetting.let_go(2) for _ in range(2)] == [1, 0]
    assert await store.now(later) == later


async def test_the_name_of_the_person_goes_too(store: Store):
    for person in (ANNA, BORIS):
        await store.sql("INSERT INTO people (person, name) VALUES (:who, 'anna')", who=person)
    await forget(store, await told(store))
    names = await store.sql("SELECT person, name FROM people ORDER BY person")
    assert names == [(ANNA, ""), (BORIS, "anna")]


# --- files ----------------------------------------------------------------------------------------


async def test_files_are_to_be_deleted_until_it_is_said_that_they_are(store: Store):
    row = await told(store)
    await forget(store, row)
    (doomed,) = await store.forgetting.with_files(10)
    assert (doomed.id, doomed.pictures, doomed.preview) == (row.id, row.pictures, row.preview)
    await store.forgetting.without_files([row.id])
    assert await store.forgetting.with_files(10) == []
    now = await store.now(row)
    assert (now.forgotten, now.pictures, now.preview) == (Forgotten.DONE, (), "")
    await store.forgetting.without_files([row.id])
    assert await store.now(row) == now


async def test_of_what_was_not_finished_there_may_be_files_for_a_while(store: Store):
    """The engine may have been done, and its files half written, when it was cancelled."""
    row = await store.running(requester=ANNA)
    await store.outcomes.cancel([row.id], "cancel")
    await forget(store, await store.told(row))
    assert await store.forgetting.with_files(10) == []
    store.clock.advance(LATE_RESULT_MS + 1)
    assert [one.id for one in await store.forgetting.with_files(10)] == [row.id]
    await store.forgetting.without_files([row.id])
    assert (await store.now(row)).preview is None


async def test_only_so_many_at_once(store: Store):
    rows = [await told(store) for _ in range(3)]
    await forget(store, rows[-1])
    doomed = await store.forgetting.with_files(2)
    assert [one.id for one in doomed] == [one.id for one in rows[:2]]


# --- what was said --------------------------------------------------------------------------------


async def test_what_was_said_to_the_person_loses_its_words(store: Store):
    row = await told(store)
    mine = notice(
        event_key="mine",
        requester=ANNA,
        text="秘密",
        copy="秘密",
        attachment=Attachment(path="1.png", otherwise="秘密"),
        buttons=(Button(action="show", generation_id=row.id, label="秘密"),),
    )
    other = notice(event_key="other", requester=BORIS, text="别人的")
    for one in (mine, other):
        await store.notices.post(one)
        await store.notices.said(one.event_key)
    await forget(store, row)
    written = await everything_written(store)
    assert ("秘密" in written, "别人的" in written) == (False, True)
    assert await store.records.seen("mine")


async def test_what_was_about_to_be_said_is_not_but_who_waits_is_told(store: Store):
    row = await told(store)
    waits = address(reply_token="1:token")
    posted = [
        notice(requester=ANNA, text="秘密"),
        notice(requester=ANNA, text="秘密", address=waits),
        notice(requester=ANNA, text="秘密的第二句", address=waits),
        notice(requester=BORIS, text="别人的"),
    ]
    for one in posted:
        assert await store.notices.post(one)
    await forget(store, row)
    assert [(one.address, one.text) for one in await store.unsaid()] == [
        (waits, "忘了"),
        (posted[3].address, "别人的"),
    ]


# --- by age ---------------------------------------------------------------------------------------


async def test_what_ended_before_that_goes_by_itself_in_batches(store: Store):
    old = [await told(store, requester=one) for one in (ANNA, BORIS, ANNA)]
    store.clock.advance(1000)
    young, live = await told(store), await store.queued(requester=ANNA)
    untold = await store.finished(requester=ANNA)
    limit = store.clock()
    assert [await store.forgetting.expire(limit, 2) for _ in range(3)] == [2, 1, 0]
    assert [(await store.now(one)).forgotten for one in old] == [Forgotten.FILES] * 3
    assert [(await store.now(one)).forgotten for one in (young, live, untold)] == [None] * 3
    assert "秘密" in (await store.now(young)).spec.prompt


async def test_what_nobody_was_told_of_does_not_expire(store: Store):
    row = await store.finished()
    store.clock.advance(1000)
    assert await store.forgetting.expire(store.clock(), 10) == 0
    await store.told(row)
    assert await store.forgetting.expire(store.clock(), 10) == 1


# --- what they have uploaded ----------------------------------------------------------------------


async def upload(store: Store, name: str, by: str = ANNA) -> str:
    at = UploadName(kind="input", subfolder="", name=name)
    new = Upload(
        requester=by,
        at=at,
        sha256=name,
        size_bytes=1,
        media_type="image/png",
        path=f"uploads/{by}{name}",
    )
    await store.uploads.add(new, overwrite=False)
    return new.path


async def test_uploads_go_with_the_person_who_is_forgotten(store: Store):
    row, path = await told(store), await upload(store, "a.png")
    await upload(store, "a.png", by=BORIS)
    # Sent after the last request, and before it was asked to forget.
    store.clock.advance(1000)
    later = await upload(store, "b.png")
    gone = await store.forgetting.forget(ANNA, row.id, instead="")
    assert sorted(gone) == [path, later]
    assert list(await store.uploads.names(ANNA, "input")) == []
    assert list(await store.uploads.names(BORIS, "input")) == ["a.png"]
    assert list(await store.forgetting.forget(ANNA, row.id, instead="")) == []


async def test_what_was_used_after_the_next_request_was_not_asked_about(store: Store):
    row, old = await told(store), await upload(store, "a.png")
    store.clock.advance(1000)
    await told(store)
    await upload(store, "b.png")
    assert list(await store.forgetting.forget(ANNA, row.id, instead="")) == [old]
    assert list(await store.uploads.names(ANNA, "input")) == ["b.png"]
