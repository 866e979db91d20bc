"""What only a card can show of the plan of memory: `pytest -m gpu tests/gpu/test_memory.py`.

None of it has been run yet. The full-size networks have random weights: nothing is downloaded, and
speed and memory are those of the real ones. 16 GB of main memory are needed for them.
"""

import copy
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch

from bench.card.models import RandomModel, z_image_turbo
from engine.demo_model import WEIGHTS
from engine.memory.block_swap import BlockSwap
from engine.memory.cards import CONTEXT_BYTES, GIB, Host
from engine.memory.costs import Storage, Work
from engine.memory.plan import Plan, costs_of, plan
from engine.pipeline import DrawRequest, allocator
from engine.pipelines import weights
from engine.pipelines.blocks import blocks_of
from engine.pipelines.device_memory import CudaMemory
from engine.pipelines.placement import Placement
from engine.pipelines.zimage import ZImage
from engine.pipelines.zimage_pass import ZImagePass
from engine.profiles import profile_named

pytestmark = [pytest.mark.gpu, pytest.mark.timeout(900)]
CARD = torch.device("cuda", 0)
DEMO, TURBO = profile_named("demo"), profile_named("z-image-turbo")
MUCH = Host(total=512 * GIB)


@contextmanager
def capped(gigabytes: float | None) -> Iterator[CudaMemory]:
    """The card, or a part of it, and nothing of earlier tests on it."""
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats(CARD)
    try:
        yield CudaMemory(CARD, None if gigabytes is None else round(gigabytes * GIB))
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0, CARD)
        torch.cuda.empty_cache()


def demo_step(transformer: Any, seed: int) -> torch.Tensor:
    noise = torch.Generator().manual_seed(seed)
    latents = torch.randn(1, 16, 16, 16, generator=noise).to(CARD, torch.bfloat16)
    caption = torch.randn(40, 128, generator=noise).to(CARD, torch.bfloat16)
    stages = ZImagePass(transformer)
    with torch.inference_mode():
        return stages.predict(latents, torch.tensor(0.3, device=CARD), stages.refine([caption]))


@pytest.fixture(scope="module")
def demo() -> Any:
    return weights.load(DEMO, WEIGHTS, torch.bfloat16)


@contextmanager
def streaming(transformer: Any, resident: int) -> Iterator[BlockSwap]:
    """`resident` of the blocks on the card, the others streamed, and all else there."""
    blocks = blocks_of(transformer)
    inside = {part for block in blocks for part in block.modules()}
    for part in transformer.modules():
        if part not in inside:
            part._apply(lambda tensor: tensor.to(CARD), recurse=False)
    swap = BlockSwap(transformer, blocks, CARD, len(transformer.context_refiner))
    swap.arrange(resident)
    try:
        yield swap
    finally:
        swap.release()
        swap.arrange(0)
        for block in swap._blocks:
            for hook in block._hooks:
                hook.remove()


@pytest.mark.parametrize("resident", range(9))
def test_streamed_blocks_give_the_same_bit_for_bit(demo: Any, resident: int) -> None:
    """Again and again: a race between copying and computing shows only sometimes."""
    plain = copy.deepcopy(demo.transformer).to(CARD)
    transformer = copy.deepcopy(demo.transformer)
    with streaming(transformer, resident) as swap:
        for seed in range(200):
            assert torch.equal(demo_step(transformer, seed), demo_step(plain, seed))
            if seed % 50 == 49:
                swap.release()


def test_on_every_rung_the_demo_draws_the_same(demo: Any) -> None:
    request = DrawRequest(
        prompt="一个红色的圆",
        negative_prompt="",
        width=256,
        height=256,
        steps=8,
        guidance=0.0,
        seed=11,
    )
    with capped(None) as memory:
        pipe = copy.deepcopy(demo)
        drawing = ZImage(pipe, WEIGHTS, lambda: Placement(pipe, DEMO, Storage.BF16, memory, MUCH))
        placement: Any = drawing._placement
        pictures = set()
        for rung in placement._ladder:
            # The card has room for all of it; only this puts less there.
            placement._ceilings[Work(width=256, height=256)] = rung
            placement._lie(rung)
            pictures.add(drawing.draw(request, lambda _: None).tobytes())
            assert placement.rung == rung
        assert len(pictures) == 1
        assert placement.shortages == 0


@pytest.fixture(scope="module")
def turbo() -> Any:
    """The transformer in its full size, with weights that give finite numbers, in main memory."""

    def shapes() -> dict[str, Any]:
        return {"transformer": z_image_turbo()["transformer"]}

    model = RandomModel(TURBO, shapes, torch.bfloat16, CARD)
    torch.cuda.empty_cache()
    return model.networks()["transformer"]


def turbo_step(transformer: Any, width: int, height: int) -> float:
    """Seconds of one step."""
    latents = torch.randn(1, 16, height // 8, width // 8, device=CARD, dtype=torch.bfloat16)
    caption = torch.randn(96, 2560, device=CARD, dtype=torch.bfloat16)
    time_ = torch.full((), 0.3, device=CARD)
    stages = ZImagePass(transformer)
    with torch.inference_mode():
        refined = stages.refine([caption])
        # The first one finds other blocks in the slots than those behind it.
        for _ in range(2):
            torch.cuda.synchronize()
            began = time.perf_counter()
            found = stages.predict(latents, time_, refined)
            torch.cuda.synchronize()
    assert torch.isfinite(found).all()
    return time.perf_counter() - began


@pytest.mark.parametrize(
    ("gigabytes", "side"), [(6, 768), (8, 1024), (12, 1024), (16, 1024), (24, 2048)]
)
def test_denoising_stays_under_the_cap_and_under_what_was_planned(
    turbo: Any, gigabytes: int, side: int, record_property: Any
) -> None:
    with capped(gigabytes) as memory:
        made = plan(memory.card(), MUCH, TURBO, (side, side))
        assert isinstance(made, Plan)
        with streaming(turbo, made.rung.resident_blocks):
            seconds = min(turbo_step(turbo, side, side) for _ in range(3))
            peak = CONTEXT_BYTES + torch.cuda.max_memory_reserved(CARD)
        costs = costs_of(TURBO, Storage.BF16)
        # Text encoder and VAE are not here.
        others = 2 * TURBO.anatomy.transformer.others
        absent = made.resident - others - sum(costs.blocks) + costs.streamed(made.rung)
        assert peak + absent <= gigabytes * GIB
        record_property("seconds a step", seconds)
        record_property("peak bytes", peak)


def test_copying_hides_behind_computing(turbo: Any, record_property: Any) -> None:
    """A step takes as long as the slower of the two; a third is left for noise."""
    with streaming(turbo, 34):
        computing = min(turbo_step(turbo, 1024, 1024) for _ in range(3))
    with streaming(turbo, 17) as swap:
        both = min(turbo_step(turbo, 1024, 1024) for _ in range(3))
        again = swap._blocks[len(turbo.context_refiner) :]
        copied = [block.host for block in again if block.host is not None]
        largest = max(host.numel() for host in copied)
        target = torch.empty(largest, dtype=torch.uint8, device=CARD)
        torch.cuda.synchronize()
        began = time.perf_counter()
        for host in copied:
            target[: host.numel()].copy_(host, non_blocking=True)
        torch.cuda.synchronize()
        copying = time.perf_counter() - began
    record_property("seconds", {"computing": computing, "copying": copying, "both": both})
    assert both < 4 / 3 * max(computing, copying)


def test_a_cap_makes_the_card_a_smaller_one() -> None:
    with capped(6) as memory:
        card = memory.card()
        assert card.total == 6 * GIB
        assert card.available is not None
        assert card.available <= 6 * GIB - CONTEXT_BYTES
        with pytest.raises(torch.OutOfMemoryError):
            torch.empty(6 * GIB, dtype=torch.uint8, device=CARD)


@pytest.mark.skipif(
    allocator(torch.__version__) == allocator("2.0"), reason="this torch cannot be told"
)
def test_pinned_memory_is_not_rounded_up() -> None:
    """engine.pipeline sets the allocator so; a block of 345 MiB would take 512 otherwise."""
    code = (
        "import torch; held = torch.empty(345 * 2**20, dtype=torch.uint8, pin_memory=True);"
        "print(torch.cuda.host_memory_stats()['allocated_bytes.current'])"
    )
    environment = {**os.environ, "PYTORCH_ALLOC_CONF": allocator(torch.__version__)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 350 * 2**20
