"""The moves that the store performs are the legal ones, tried exhaustively: every operation on
a generation in every state."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TypeVar

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from bot.core.generation import (
    DELIVERY_MOVES,
    LIVE,
    MAX_ATTEMPTS,
    OUTCOME_MOVES,
    TERMINAL,
    Delivery,
    Generation,
    Outcome,
)
from bot.store.database import Database
from bot.store.tables import generations
from tests.builders import START_MS, new_generation
from tests.stores import MEMORY, Store, store_over

M = TypeVar("M")
ATTEMPT = MAX_ATTEMPTS
#: Legal moves that nothing performs yet: refusing a job that was never handed out, and review.
NOT_YET_OUTCOME = {(Outcome.QUEUED, Outcome.FAILED)}
NOT_YET_DELIVERY = {(Delivery.PENDING, Delivery.HELD), (Delivery.HELD, Delivery.PENDING)}

OPERATIONS = {
    "start": lambda store, row: store.jobs.start(row.id, 1),
    "begun": lambda store, row: store.jobs.begun(row.key),
    "renew": lambda store, row: store.jobs.renew([row.key], 1),
    "finish": lambda store, row: store.outcomes.finish(row.key, ["1.png"], "1.jpg"),
    "fail": lambda store, row: store.outcomes.fail(row.key, "engine_error", {}),
    "requeue": lambda store, row: store.outcomes.requeue(row.key, counted=False),
    "requeue counted": lambda store, row: store.outcomes.requeue(row.key, counted=True),
    "cancel": lambda store, row: store.outcomes.cancel([row.id], f"cancel:{row.id}"),
    "expire": lambda store, row: store.outcomes.expire(START_MS + 1),
    "sending": lambda store, row: store.deliveries.sending(row.id),
    "record status": lambda store, row: store.deliveries.record_status(row.id, "1"),
    "delivered": lambda store, row: store.deliveries.delivered(row.id),
    "undeliverable": lambda store, row: store.deliveries.undeliverable(row.id, "blocked"),
    "remove": lambda store, row: store.removals.remove(row.id, [], f"remove:{row.id}"),
}


@dataclass(frozen=True)
class State:
    outcome: Outcome
    delivery: Delivery
    counted_attempts: int

    def row(self) -> dict[str, object]:
        """Values of a stored generation in this state."""
        settled = self.delivery in (Delivery.DONE, Delivery.UNDELIVERABLE)
        return {
            "outcome": self.outcome,
            "delivery": self.delivery,
            "attempt": ATTEMPT,
            "counted_attempts": self.counted_attempts,
            "lease_until": 1 if self.outcome is Outcome.RUNNING else None,
            "started_ms": START_MS,
            "finished_ms": None if self.outcome in LIVE else START_MS,
            "preview": "1.jpg" if self.outcome is Outcome.FINISHED else None,
            "error_code": "engine_error" if self.outcome is Outcome.FAILED else None,
            "delivered_ms": START_MS if settled else None,
            "undeliverable_reason": "x" if self.delivery is Delivery.UNDELIVERABLE else None,
        }


STATES = [
    *(State(outcome, Delivery.PENDING, 0) for outcome in LIVE),
    # One counted attempt before the last.
    State(Outcome.RUNNING, Delivery.PENDING, MAX_ATTEMPTS - 1),
    *(State(outcome, delivery, 0) for outcome in TERMINAL for delivery in Delivery),
]


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with Database(MEMORY) as database:
        yield store_over(database)


async def put(store: Store, **values: object) -> Generation:
    row = await store.queued(requester=new_generation().id)
    async with store.database.write() as connection:
        await connection.execute(
            update(generations).where(generations.c.id == row.id).values(values)
        )
    return await store.now(row)


def legal(table: dict[M, frozenset[M]]) -> set[tuple[M, M]]:
    return {(source, target) for source, targets in table.items() for target in targets}


async def try_everything() -> list[tuple[Generation, Generation]]:
    """Every operation on a generation in every state: how it was before, and after."""
    trials = []
    async with Database(MEMORY) as database:
        store = store_over(database)
        for state, operation in itertools.product(STATES, OPERATIONS.values()):
            before = await put(store, **state.row())
            await operation(store, before)
            trials.append((before, await store.now(before)))
    return trials


@pytest.fixture(scope="module")
def trials() -> list[tuple[Generation, Generation]]:
    return asyncio.run(try_everything())


def test_store_performs_every_legal_outcome_move_and_no_other(trials):
    moves = {(before.outcome, after.outcome) for before, after in trials}
    stays = {(outcome, outcome) for outcome in Outcome}
    assert moves - stays == legal(OUTCOME_MOVES) - NOT_YET_OUTCOME


def test_store_performs_every_legal_delivery_move_and_no_other(trials):
    moves = {(before.delivery, after.delivery) for before, after in trials}
    stays = {(delivery, delivery) for delivery in Delivery}
    assert moves - stays == legal(DELIVERY_MOVES) - NOT_YET_DELIVERY


def test_ended_rows_change_nothing_but_delivery_and_status_message(trials):
    ended = [(before, after) for before, after in trials if before.outcome in TERMINAL]
    for before, after in ended:
        changed = {name for name, value in vars(after).items() if vars(before)[name] != value}
        assert changed <= {
            *("delivery", "delivered_ms", "undeliverable_reason"),
            "status_message",
        }


@pytest.mark.parametrize("outcome", sorted(LIVE))
@pytest.mark.parametrize("delivery", sorted(set(Delivery) - {Delivery.PENDING}))
async def test_live_row_cannot_be_told(store: Store, outcome: Outcome, delivery: Delivery):
    with pytest.raises(IntegrityError, match="told_after_end"):
        await put(store, **State(outcome, delivery, 0).row())


RUNNING = State(Outcome.RUNNING, Delivery.PENDING, 0).row()
FINISHED = State(Outcome.FINISHED, Delivery.DONE, 0).row()


@pytest.mark.parametrize(
    ("check", "values"),
    [
        ("outcome", {"outcome": "lost"}),
        ("delivery", FINISHED | {"delivery": "eaten", "delivered_ms": None}),
        ("lease", RUNNING | {"lease_until": None}),
        ("lease", FINISHED | {"lease_until": 1}),
        ("started", RUNNING | {"attempt": 0}),
        ("started", RUNNING | {"started_ms": None}),
        ("attempts", {"counted_attempts": -1}),
        ("attempts", {"counted_attempts": ATTEMPT + 1, "attempt": ATTEMPT}),
        ("finished_ms", FINISHED | {"finished_ms": None}),
        ("finished_ms", {"finished_ms": 1}),
        ("preview", FINISHED | {"preview": None}),
        ("preview", {"preview": "1.jpg"}),
        ("error", FINISHED | {"outcome": "failed", "preview": None}),
        ("error", {"error_code": "engine_error"}),
        ("delivered_ms", FINISHED | {"delivered_ms": None}),
        ("delivered_ms", {"delivered_ms": 1}),
        ("undeliverable", FINISHED | {"delivery": "undeliverable"}),
        ("undeliverable", FINISHED | {"undeliverable_reason": "x"}),
        ("count", {"count": 0}),
        ("count", {"count": 5}),
    ],
)
async def test_impossible_state_is_rejected(store: Store, check: str, values: dict[str, object]):
    with pytest.raises(IntegrityError, match=f"ck_generations_{check}"):
        await put(store, **values)


def reachable(table: dict[M, frozenset[M]], first: M) -> set[M]:
    reached, front = {first}, {first}
    while front:
        front = {target for source in front for target in table[source]} - reached
        reached |= front
    return reached


def test_every_outcome_and_delivery_is_reached_from_the_first():
    assert reachable(OUTCOME_MOVES, Outcome.QUEUED) == set(OUTCOME_MOVES) == set(Outcome)
    assert reachable(DELIVERY_MOVES, Delivery.PENDING) == set(DELIVERY_MOVES) == set(Delivery)


def test_outcomes_that_end_lead_nowhere():
    assert {outcome for outcome, targets in OUTCOME_MOVES.items() if not targets} == TERMINAL
