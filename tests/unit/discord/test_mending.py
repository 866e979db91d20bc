"""Showing the end once more, when something may have come behind it."""

import asyncio

import pytest
import structlog

from bot.adapters.discord.mending import ATTEMPTS, Mending
from bot.core.errors import DeliveryError, MessageGone, TryLater
from tests.integration.waiting import eventually


class Edits:
    """Fail with these, in turn; what comes after them works."""

    def __init__(self, *errors: DeliveryError) -> None:
        self._errors = list(errors)
        self.tried = 0
        self.done = False

    async def __call__(self) -> None:
        self.tried += 1
        if self._errors:
            raise self._errors.pop(0)
        self.done = True


async def mended(edits: Edits) -> None:
    mending = Mending(structlog.get_logger())
    landed = asyncio.create_task(asyncio.sleep(0))
    mending.after({landed}, edits)
    await eventually(lambda: not mending._tasks)


async def test_what_is_put_off_is_tried_again():
    edits = Edits(*[TryLater(0.01)] * (ATTEMPTS - 1))
    await mended(edits)
    assert edits.done


@pytest.mark.parametrize(
    ("errors", "tried"), [([TryLater(0.01)] * 99, ATTEMPTS), ([MessageGone("x")], 1)]
)
async def test_but_not_for_ever(errors, tried):
    edits = Edits(*errors)
    await mended(edits)
    assert (edits.tried, edits.done) == (tried, False)
