"""Looks for a card with torch's eyes. `python -m engine.pipelines.eye` prints what it sees."""

import sys
from dataclasses import replace

import structlog
import torch

from engine.pipeline import NoCard
from engine.profiles import Profile
from engine.sight import Sight, driver, has_card, hides_cards, hindrance, wants_card

_log = structlog.get_logger()


def check(profile: Profile) -> None:
    """Raises NoCard where there is a card on which `profile` cannot be drawn. What a CPU draws in
    seconds is drawn there."""
    sight = look()
    found = hindrance(sight, profile.name)
    if found is not None and (wants_card(profile) or sight.name):
        raise NoCard(found)
    if found is not None:
        _log.warning("card_not_used", reason=found.en)
    elif not sight.name and wants_card(profile):
        _log.warning("no_card", model=profile.name, device="cpu")


def look() -> Sight:
    """What there is."""
    told = Sight(
        torch=str(torch.__version__),
        built_for=torch.version.cuda or torch.version.hip,
        is_hidden=hides_cards(),
        has_card=has_card(),
        driver=driver(),
    )
    return _with_card(told) if told.built_for and not told.is_hidden else told


def _with_card(told: Sight) -> Sight:
    try:
        # Says why where it cannot; is_available would only say no.
        torch.cuda.init()  # type: ignore[no-untyped-call]  # torch's
        device = torch.cuda.current_device()
        name = torch.cuda.get_device_name(device)
        is_nvidia = torch.version.cuda is not None
        capability = torch.cuda.get_device_capability(device) if is_nvidia else None
        kernels = tuple(torch.cuda.get_arch_list()) if is_nvidia else ()
    except (RuntimeError, AssertionError, torch.cuda.DeferredCudaCallError) as error:
        return replace(told, refusal=" ".join(str(error).split())[:200])
    return replace(told, name=name, capability=capability, kernels=kernels)


if __name__ == "__main__":
    sys.stdout.write(f"{look().to_json()}\n")
