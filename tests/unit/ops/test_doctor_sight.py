"""What `zdraw doctor` says of a card as torch sees it."""

import importlib.util
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.doctor import sight as looking
from bot.doctor.finding import Finding, Mark
from bot.doctor.sight import card_for_torch, torch_sight
from engine.profiles import profile_named
from engine.sight import Sight

DEMO, TURBO = profile_named("demo"), profile_named("z-image-turbo")
GOOD = Sight(
    torch="2.13.0+cu130",
    built_for="13.0",
    has_card=True,
    driver="580.1",
    name="NVIDIA H200",
    capability=(9, 0),
)
WITHOUT_CUDA = Sight(torch="2.13.0+cpu", built_for=None, has_card=True)


def looks(found: Sight | Exception | None) -> Callable[[], Awaitable[Sight | None]]:
    async def look() -> Sight | None:
        if isinstance(found, Exception):
            raise found
        return found

    return look


async def said(profile, found) -> list[Finding]:
    return [finding async for finding in card_for_torch(profile, looks(found))]


async def test_a_card_that_works_is_fine():
    (finding,) = await said(TURBO, GOOD)
    assert (finding.mark, finding.en) == (Mark.FINE, "GPU: torch can use NVIDIA H200")


async def test_nothing_to_see_is_nothing_to_say():
    assert await said(TURBO, None) == []
    assert await said(TURBO, replace(WITHOUT_CUDA, has_card=False)) == []


async def test_a_card_that_is_hidden_is_a_warning():
    (finding,) = await said(TURBO, replace(WITHOUT_CUDA, is_hidden=True))
    assert finding.mark is Mark.WARNING
    assert "CUDA_VISIBLE_DEVICES" in finding.en


async def test_a_torch_without_cuda_stops_what_wants_a_card_and_not_the_demo():
    (finding,) = await said(TURBO, WITHOUT_CUDA)
    assert (finding.mark, finding.exit_code) == (Mark.BROKEN, os.EX_UNAVAILABLE)
    assert "pip install --force-reinstall torch==2.13.0" in finding.zh
    (finding,) = await said(DEMO, WITHOUT_CUDA)
    assert finding.mark is Mark.WARNING


async def test_a_card_without_bf16_is_broken_with_every_model():
    old = replace(GOOD, name="Tesla T4", capability=(7, 5))
    for profile in (DEMO, TURBO):
        (finding,) = await said(profile, old)
        assert (finding.mark, finding.exit_code) == (Mark.BROKEN, os.EX_UNAVAILABLE)
        assert "Tesla T4（计算能力 7.5）不会 bf16" in finding.zh


@pytest.mark.parametrize("error", [OSError("no"), TimeoutError("120 s"), ValueError("empty")])
async def test_no_answer_is_a_warning(error):
    (finding,) = await said(TURBO, error)
    assert finding.mark is Mark.WARNING
    assert str(error) in finding.zh


async def test_without_a_card_or_without_torch_nobody_looks(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(looking, "has_card", lambda: False)
    assert await torch_sight() is None
    monkeypatch.setattr(looking, "has_card", lambda: True)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert await torch_sight() is None
