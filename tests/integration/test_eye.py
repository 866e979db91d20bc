"""Looking for a card with torch, and what the engine makes of what it sees."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from structlog.testing import capture_logs

from bot.doctor import sight as doctors
from engine.demo_model import WEIGHTS
from engine.pipeline import NoCard, open_pipeline
from engine.pipelines import eye
from engine.profiles import profile_named
from engine.sight import Sight

DEMO, TURBO = profile_named("demo"), profile_named("z-image-turbo")
OLD = Sight(
    torch="2.13.0+cu130",
    built_for="13.0",
    has_card=True,
    name="Tesla T4",
    capability=(7, 5),
)
NO_DRIVER = replace(OLD, name="", capability=None, refusal="Found no NVIDIA driver.")
NOTHING = replace(NO_DRIVER, has_card=False)


@pytest.fixture
def seen(monkeypatch: Any) -> Any:
    def see(sight: Sight) -> None:
        monkeypatch.setattr(eye, "look", lambda: sight)

    return see


def test_what_torch_says_is_told() -> None:
    found = eye.look()
    assert found.torch == torch.__version__
    assert bool(found.name) == torch.cuda.is_available()


async def test_the_doctor_asks_a_process_of_its_own(monkeypatch: Any) -> None:
    monkeypatch.setattr(doctors, "has_card", lambda: True)
    assert await doctors.torch_sight() == eye.look()


@pytest.mark.parametrize("kind", [RuntimeError, AssertionError, torch.cuda.DeferredCudaCallError])
def test_why_a_torch_for_cards_finds_none_is_kept(monkeypatch: Any, kind: Any) -> None:
    def init() -> None:
        raise kind("The NVIDIA driver on your system is too old\n(found version 12020).")

    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch.cuda, "init", init)
    found = eye.look()
    assert found.refusal == "The NVIDIA driver on your system is too old (found version 12020)."
    assert (found.built_for, found.name) == ("13.0", "")


def test_the_card_that_torch_would_use_is_told(monkeypatch: Any) -> None:
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    answers = {
        "init": None,
        "current_device": 1,
        "get_device_name": "NVIDIA H200",
        "get_device_capability": (9, 0),
        "get_arch_list": ["sm_80", "sm_90"],
    }
    for name, answer in answers.items():
        monkeypatch.setattr(torch.cuda, name, lambda *_, answer=answer: answer)
    found = eye.look()
    assert (found.name, found.capability) == ("NVIDIA H200", (9, 0))
    assert found.kernels == ("sm_80", "sm_90")


@pytest.mark.parametrize("sight", [OLD, NO_DRIVER])
def test_a_large_model_is_refused_where_its_card_cannot_be_used(seen: Any, sight: Sight) -> None:
    seen(sight)
    with pytest.raises(NoCard) as refused:
        eye.check(TURBO)
    assert "\n" not in str(refused.value)


def test_the_engine_looks_before_it_loads(seen: Any) -> None:
    seen(OLD)
    with pytest.raises(NoCard, match="Tesla T4"):
        open_pipeline(DEMO, WEIGHTS)


@pytest.mark.parametrize(
    ("profile", "sight", "event"),
    [(DEMO, NO_DRIVER, "card_not_used"), (TURBO, NOTHING, "no_card"), (DEMO, NOTHING, None)],
)
def test_what_is_drawn_on_the_cpu_is_logged(
    seen: Any, profile: Any, sight: Any, event: Any
) -> None:
    seen(sight)
    with capture_logs() as logged:
        eye.check(profile)
    assert [entry["event"] for entry in logged] == ([event] if event else [])
