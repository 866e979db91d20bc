"""Whether torch can use the card: asked of a process of its own, since this one has no torch."""

import asyncio
import importlib.util
import os
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

from bot.doctor.finding import Finding, broken, fine, reason, warning
from bot.doctor.process import answer_of
from engine.profiles import Profile
from engine.sight import Sight, has_card, hindrance, wants_card

#: Importing torch takes seconds, and longer on a disk that has not read it yet.
_SECONDS = 120.0
_LOOK = (sys.executable, "-P", "-m", "engine.pipelines.eye")


async def torch_sight() -> Sight | None:
    """What torch sees; None where there is nothing to see, or no torch to look with.

    Raises OSError, TimeoutError, and ValueError for what is no answer.
    """
    is_there = has_card() or shutil.which("nvidia-smi") is not None
    if not is_there or importlib.util.find_spec("torch") is None:
        return None
    _, output = await answer_of(*_LOOK, seconds=_SECONDS, errors=asyncio.subprocess.DEVNULL)
    return Sight.from_json(output.decode())


async def card_for_torch(
    profile: Profile, look: Callable[[], Awaitable[Sight | None]] = torch_sight
) -> AsyncIterator[Finding]:
    """Whether the engine will draw `profile` on the card."""
    try:
        sight = await look()
    except (OSError, TimeoutError, ValueError) as error:
        yield warning(
            f"看不出 torch 用不用得了显卡（{reason(error)}）",
            "GPU: torch did not say whether it can use it",
        )
        return
    if sight is None:
        return
    found = hindrance(sight, profile.name)
    if found is not None:
        needed = wants_card(profile) or sight.name
        yield broken(os.EX_UNAVAILABLE, *found) if needed else warning(*found)
    elif sight.name:
        yield fine(f"torch {sight.torch} 用得了 {sight.name}", f"GPU: torch can use {sight.name}")
    elif sight.is_hidden:
        yield warning(
            "CUDA_VISIBLE_DEVICES 藏起了显卡：引擎会在 CPU 上画",
            "GPU: CUDA_VISIBLE_DEVICES hides it; the engine will draw on the CPU",
        )
