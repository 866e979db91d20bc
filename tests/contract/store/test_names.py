"""What platforms call people."""

from tests.builders import bounds, new_generation
from tests.stores import Store

ANNA, BORIS = "telegram:1", "telegram:2"


async def draws(store: Store, person: str, name: str | None) -> None:
    new = new_generation(requester=person, requester_name=name)
    await store.admissions.admit(new, bounds())


async def test_whoever_draws_can_be_named(store: Store):
    assert await store.people.named("telegram", "anna") is None
    await draws(store, ANNA, "anna")
    assert await store.people.named("telegram", "Anna") == ANNA
    assert await store.people.named("discord", "anna") is None
    assert await store.people.named("telegram", "ann") is None


async def test_whoever_has_no_name_leaves_no_row(store: Store):
    await draws(store, ANNA, "")
    assert await store.sql("SELECT * FROM people") == []


async def test_a_name_that_changed_is_forgotten(store: Store):
    await draws(store, ANNA, "anna")
    await draws(store, ANNA, "ann_2")
    assert await store.people.named("telegram", "anna") is None
    assert await store.people.named("telegram", "ann_2") == ANNA
    await draws(store, ANNA, None)
    assert await store.people.named("telegram", "ann_2") == ANNA
    await draws(store, ANNA, "")
    assert await store.people.named("telegram", "ann_2") is None


async def test_a_name_belongs_to_whoever_had_it_last(store: Store):
    await draws(store, ANNA, "anna")
    await store.people.met(BORIS, "anna")
    await draws(store, "discord:3", "anna")
    assert await store.people.named("telegram", "anna") == BORIS
    assert await store.people.named("discord", "anna") == "discord:3"


async def test_what_else_is_known_of_them_stays(store: Store):
    await store.sql("INSERT INTO people (person, fleet_admin) VALUES ('telegram:1', 1)")
    await store.people.met(ANNA, "anna")
    assert await store.people.is_fleet_admin(ANNA)


async def test_an_event_seen_before_renames_nobody(store: Store):
    new = new_generation(requester=ANNA, requester_name="anna")
    await store.admissions.admit(new, bounds())
    await draws(store, ANNA, "ann_2")
    await store.admissions.admit(new, bounds())
    assert await store.people.named("telegram", "ann_2") == ANNA
