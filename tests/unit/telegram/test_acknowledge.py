"""Answers to presses: what comes too late is dropped, and a flood of presses takes no memory."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
import structlog

from bot.adapters.telegram import acknowledge
from bot.adapters.telegram.acknowledge import BACKLOG, Acknowledgements
from bot.adapters.telegram.gate import FloodGate
from tests.integration.waiting import eventually


@dataclass
class Presses:
    """Stands for the library's Bot."""

    answered: list[str] = field(default_factory=list)

    async def answer_callback_query(self, query_id: str, _text: str | None) -> None:
        self.answered.append(query_id)


def answering(presses: Any) -> Acknowledgements:
    return Acknowledgements(presses, FloodGate(), structlog.get_logger())


async def test_an_answer_that_waited_too_long_is_dropped(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(acknowledge, "LATE_SECONDS", 0.05)
    presses = Presses()
    answers = answering(presses)
    before = asyncio.all_tasks()
    for number in range(30):
        answers(str(number), None)
    await eventually(lambda: asyncio.all_tasks() == before)
    assert presses.answered == [str(number) for number in range(10)]


async def test_the_backlog_of_answers_is_bounded():
    presses = Presses()
    answers = answering(presses)
    before = asyncio.all_tasks()
    for number in range(1000):
        answers(str(number), None)
    assert len(asyncio.all_tasks() - before) == BACKLOG
    await answers.close()
    assert asyncio.all_tasks() == before
