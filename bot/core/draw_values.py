"""Requests made of values, as programs send them and rows hold them, instead of words."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.core.draw_options import MAX_SEED, MAX_STRENGTH, MIN_STRENGTH, option_named
from bot.core.draw_syntax import DrawRequest, check_characters
from bot.core.errors import Refusal
from bot.core.generation import DrawSpec, Generation
from bot.core.loras import WantedLora, spelling
from bot.core.sources import Given, Sources
from engine.contract import MAX_PICTURES
from engine.lora import MAX_LORA_NAME, MAX_LORA_WEIGHT, Lora
from engine.profiles import Profile

#: Lowest and highest value of what is a number.
RANGES: dict[str, tuple[float, float]] = {
    "count": (1, MAX_PICTURES),
    "seed": (0, MAX_SEED),
    "steps": (Profile.min_steps, Profile.max_steps),
    "guidance": (0, Profile.max_guidance),
    "strength": (MIN_STRENGTH, MAX_STRENGTH),
}
LORA_WEIGHTS = (-MAX_LORA_WEIGHT, MAX_LORA_WEIGHT)


def check_values(request: DrawRequest) -> None:
    """What reading words makes sure of. Raises Refusal: too_long, control_characters,
    empty_prompt, bad_value."""
    for text in (request.prompt, request.negative or ""):
        check_characters(text)
    if not request.prompt.strip():
        raise Refusal("empty_prompt")
    for key, (low, high) in RANGES.items():
        value = getattr(request, key)
        if value is not None and not low <= value <= high:
            raise Refusal("bad_value", key=key, value=f"{value}", allowed=option_named(key).allowed)
    for lora in request.loras:
        _check_lora(lora)


def _check_lora(lora: WantedLora) -> None:
    low, high = LORA_WEIGHTS
    weight = 0.0 if lora.weight is None else lora.weight
    named = lora.name.strip() and len(lora.name) <= MAX_LORA_NAME
    if not named or not low <= weight <= high:
        value = lora.name[:MAX_LORA_NAME] + f":{weight:g}"
        allowed = option_named("loras").allowed
        raise Refusal("bad_value", key="loras", value=value, allowed=allowed)


def completed(request: DrawRequest, beside: DrawRequest) -> DrawRequest:
    """`request`, and what `beside` says where it says nothing. A size and a ratio are two ways to
    say one thing."""
    shaped = request.size is not None or request.ratio is not None
    said: dict[str, Any] = {
        name: getattr(beside, name)
        for name in ("seed", "steps", "guidance", "count", "negative", "enhance", "strength")
        if getattr(request, name) is None
    }
    if not request.loras:
        said["loras"] = beside.loras
    if not shaped:
        said |= {"size": beside.size, "ratio": beside.ratio}
    return replace(request, **said)


async def check_same(
    request: DrawRequest, given: Given | None, known: Generation, sources: Sources
) -> None:
    """Whether `known` is what `request`, with the picture that it begins from, became. Raises
    Refusal("key_reused"). What has been forgotten cannot be compared."""
    if known.forgotten is not None:
        return
    if not is_the_same(request, known.spec):
        raise Refusal("key_reused")
    if not await _is_kept_as(given, known.spec.source, sources):
        raise Refusal("key_reused")


async def _is_kept_as(given: Given | None, path: str | None, sources: Sources) -> bool:
    if given is None or path is None:
        return given is None and path is None
    try:
        return (await sources.load(path)).png == given.png
    except Refusal:
        # It is gone.
        return True


def is_the_same(request: DrawRequest, spec: DrawSpec) -> bool:
    """Whether `spec` is what `request` became, as far as it says what it wants."""
    asked = {
        "prompt": request.prompt,
        "negative_prompt": request.negative or "",
        "count": request.count or 1,
        "seed": request.seed,
        "steps": request.steps,
        "guidance": request.guidance,
        "strength": request.strength,
    }
    if request.size not in (None, (spec.width, spec.height)):
        return False
    if not _are_the_same(request.loras, spec.loras):
        return False
    if request.enhance not in (None, spec.enhancement is not None):
        return False
    return all(value is None or value == getattr(spec, name) for name, value in asked.items())


def _are_the_same(wanted: Sequence[WantedLora], loras: Sequence[Lora]) -> bool:
    asked = {spelling(lora.name): lora.weight for lora in wanted}
    named = {spelling(lora.name): lora.weight for lora in loras}
    return asked.keys() == named.keys() and all(
        weight in (None, named[name]) for name, weight in asked.items()
    )


def request_of(generation: Generation) -> DrawRequest:
    """What was asked for, without the seed."""
    spec = generation.spec
    enhanced = spec.enhancement is not None
    # With enhancement it is on by itself: 0 was asked for.
    by_hand = (spec.guidance > 0 or enhanced) and not {"negative_set_guidance", "enhanced"} & set(
        generation.notes
    )
    return DrawRequest(
        prompt=spec.prompt,
        size=(spec.width, spec.height),
        ratio=None,
        seed=None,
        steps=spec.steps,
        guidance=spec.guidance if by_hand else None,
        count=spec.count,
        negative=spec.negative_prompt or None,
        strength=spec.strength,
        enhance=enhanced,
        loras=tuple(WantedLora(name=lora.name, weight=lora.weight) for lora in spec.loras),
    )
