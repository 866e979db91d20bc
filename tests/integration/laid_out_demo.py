"""The demo model laid out by plan, with main memory in the place of a card."""

import copy
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import torch

from engine.demo_model import WEIGHTS
from engine.memory.cards import (
    GIB,
    PLANNED_FREE_BYTES,
    RESERVE_BYTES,
    Card,
    Host,
)
from engine.memory.costs import Rung, Storage, Work
from engine.memory.plan import costs_of, ladder
from engine.pipeline import DrawRequest
from engine.pipelines import weights
from engine.pipelines.placement import Placement
from engine.pipelines.zimage import ZImage
from engine.profiles import profile_named

DEMO = profile_named("demo")
STORAGE = Storage.FP32
BLOCKS = DEMO.anatomy.transformer.block_count
LADDER = ladder(BLOCKS)
TOP, BOTTOM = LADDER[-1], LADDER[0]
#: Those that are the plan for some amount of memory: tiles that are larger than the picture cost
#: what none cost.
PLANNED = [rung for rung in LADDER if rung != LADDER[-2]]
MUCH = Host(total=64 * GIB)
STEPS = 4
REQUEST = DrawRequest(
    prompt="一个红色的圆",
    negative_prompt="",
    width=64,
    height=64,
    steps=STEPS,
    guidance=0.0,
    seed=5,
)
WORK = Work(width=64, height=64, steps=STEPS)


class FakeMemory:
    """A device whose memory is what a test says."""

    device = torch.device("cpu")

    def __init__(self, available: int) -> None:
        self.available = available
        self.left: int | None = None
        self.held = 0
        self.drops = 0

    def card(self) -> Card:
        return Card(total=200 * GIB, available=self.available, flops=1e12, pcie=1e10)

    def free(self) -> int | None:
        return self.left

    def cached(self) -> int:
        return self.held

    def drop_caches(self) -> None:
        self.drops += 1


def enough_for(rung: Rung, work: Work = WORK) -> int:
    """Bytes with which `rung` is the plan, and nothing above it."""
    costs = costs_of(DEMO, STORAGE)
    resident = costs.resident(rung)
    needs = resident + costs.needs(rung, work).largest + RESERVE_BYTES
    if rung == BOTTOM:
        return round(needs) + 1
    return round(max(needs, resident + PLANNED_FREE_BYTES)) + 1


@cache
def _loaded() -> Any:
    return weights.load(DEMO, WEIGHTS, torch.float32)


def fresh() -> Any:
    """The demo model's pipeline, to be broken."""
    parts = dict(_loaded().components)
    # Nothing breaks it, and it takes as long to copy as all the rest.
    tokenizer = parts.pop("tokenizer")
    copies = {name: copy.deepcopy(part) for name, part in parts.items()}
    return type(_loaded())(tokenizer=tokenizer, **copies)


class Stage:
    """A pipeline, and what it stands on."""

    def __init__(self, rung: Rung = TOP, host: Host = MUCH) -> None:
        self.memory = FakeMemory(enough_for(rung))
        self.pipe: Any = fresh()
        self.drawing = ZImage(self.pipe, WEIGHTS, lambda: self.place(host))

    def place(self, host: Host) -> Placement:
        self.placement = Placement(self.pipe, DEMO, STORAGE, self.memory, host)
        return self.placement

    def draw(self, **changes: Any) -> np.ndarray:
        return np.asarray(self.drawing.draw(replace(REQUEST, **changes), lambda _: None))


_plain: dict[str, np.ndarray] = {}


@cache
def _without_plan() -> ZImage:
    return ZImage(fresh(), WEIGHTS)


def plain(**changes: Any) -> np.ndarray:
    """What comes without any plan, by what is changed in the request."""
    key = repr(sorted(changes.items()))
    if key not in _plain:
        request = replace(REQUEST, **changes)
        _plain[key] = np.asarray(_without_plan().draw(request, lambda _: None))
    return _plain[key]
