"""That nothing meets the tensors of another device, and what waits for a card: on a stand-in
without numbers (far_card.py). On a CPU alone both are there, whatever the code does."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import diffusers
import pytest
import torch
from PIL import Image

from engine.demo_model import WEIGHTS
from engine.local_model import profile_of
from engine.memory.cards import GIB
from engine.memory.costs import Storage
from engine.pipeline import Adapter, DrawRequest, Input, Worn
from engine.pipelines import guard, guarded_loop, weights
from engine.pipelines.blocks import blocks_of, layers_of
from engine.pipelines.placement import Placement
from engine.pipelines.sketch import FITTED
from engine.pipelines.stable_diffusion import StableDiffusion
from engine.pipelines.storage import compress
from engine.pipelines.zimage import ZImage
from tests.integration.far_card import CARD, FarCard
from tests.integration.laid_out_demo import (
    DEMO,
    LADDER,
    MUCH,
    REQUEST,
    STEPS,
    STORAGE,
    TOP,
    FakeMemory,
    enough_for,
    fresh,
)
from tests.tiny_diffusion import SIDE, tiny_folder

#: Some of everything is streamed; nothing is.
RUNGS = (LADDER[4], TOP)
SIZE = (REQUEST.width, REQUEST.height)
GUIDED: dict[str, Any] = {"guidance": 1.8, "negative_prompt": "蓝色"}
SOURCE = Input(image=Image.new("RGB", SIZE, "red"), mask=Image.new("L", SIZE, 255), strength=0.6)


class FarMemory(FakeMemory):
    device = CARD


@pytest.fixture(autouse=True)
def said_to_be_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """Diffusers' pipelines ask their networks, and take meta for no device at all."""
    monkeypatch.setattr(diffusers.ZImagePipeline, "device", property(lambda pipe: CARD))


@pytest.fixture
def far() -> Iterator[FarCard]:
    with FarCard() as entered:
        yield entered


def laid_out(rung: Any, storage: Storage = STORAGE) -> ZImage:
    pipe, memory = fresh(), FarMemory(enough_for(rung))
    compress([*blocks_of(pipe.transformer), *layers_of(pipe.text_encoder)], storage, torch.float32)
    drawing = ZImage(pipe, WEIGHTS, lambda: Placement(pipe, DEMO, storage, memory, MUCH))
    if storage is STORAGE:
        assert drawing._placement.rung == rung  # type: ignore[attr-defined]
    return drawing


def adapter(drawing: ZImage) -> Adapter:
    """Changes every layer."""
    changes = {
        path: (torch.zeros(4, inputs), torch.zeros(outputs, 4))
        for path, (outputs, inputs) in drawing.layers.items()
    }
    return Adapter(name="a", sha256="", tensors_sha256="", changes=changes, nbytes=1000)


def draw(drawing: ZImage, *requests: DrawRequest) -> None:
    drawn = drawing.draw_together(requests, [lambda _: None] * len(requests)).drawn
    assert [type(one.image) for one in drawn] == [Image.Image] * len(requests)


@pytest.mark.parametrize("rung", RUNGS)
def test_nothing_meets_tensors_of_another_device(far: FarCard, rung: Any) -> None:
    drawing = laid_out(rung)
    draw(drawing, REQUEST)
    draw(drawing, *(replace(REQUEST, seed=seed, **GUIDED) for seed in range(2)))
    draw(drawing, replace(REQUEST, source=SOURCE))
    draw(drawing, replace(REQUEST, loras=(Worn(adapter=adapter(drawing), weight=0.5),)))


@pytest.mark.parametrize("rung", RUNGS)
def test_nor_does_it_where_weights_are_kept_in_fewer_bytes(far: FarCard, rung: Any) -> None:
    drawing = laid_out(rung, Storage.FP8)
    draw(drawing, REQUEST)
    draw(drawing, replace(REQUEST, loras=(Worn(adapter=adapter(drawing), weight=0.5),)))


@pytest.mark.parametrize("rung", RUNGS)
def test_nor_does_it_where_a_step_and_a_decoding_are_made_again(
    far: FarCard, rung: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With plain attention, then upcast; the decoder upcast."""
    finite, flat = iter([[False], [False]]), iter([True])
    monkeypatch.setattr(guarded_loop, "are_finite", lambda rows: next(finite, [True] * len(rows)))
    monkeypatch.setattr(guard, "is_flat", lambda decoded: next(flat, False))
    drawing = laid_out(rung)
    (drawn,) = drawing.draw_together([REQUEST], [lambda _: None]).drawn
    assert (drawn.bad_steps, drawn.bad_decodes) == (2, 1)
    assert isinstance(drawn.image, Image.Image)


@pytest.mark.parametrize("available", [GIB, 64 * GIB])
def test_nor_does_it_in_a_unet(far: FarCard, available: int, tmp_path: Path) -> None:
    folder = tiny_folder(tmp_path / "tiny-sd")
    profile = profile_of(folder)
    pipe = StableDiffusion.parts(weights.load(profile, folder, torch.float32))
    memory = FarMemory(available)
    drawing = StableDiffusion(pipe, folder, lambda: Placement(pipe, profile, STORAGE, memory, MUCH))
    request = replace(REQUEST, prompt="red", width=SIDE, height=SIDE, guidance=7.5)
    draw(drawing, request)
    draw(drawing, replace(request, source=SOURCE))


@pytest.mark.parametrize("rung", RUNGS)
def test_a_picture_waits_for_the_card_once_a_step_and_twice_at_its_end(
    far: FarCard, rung: Any
) -> None:
    """Whether what the caption became, and each step, is finite; whether the picture is flat; the
    picture. While the card is waited for nobody gives it work."""
    drawing = laid_out(rung)
    drawing._sketch._seen = FITTED
    draw(drawing, REQUEST)
    far.waits.clear()
    draw(drawing, REQUEST)
    assert sum(far.waits.values()) == 1 + STEPS + 2


@pytest.mark.parametrize("rung", RUNGS)
def test_only_what_is_streamed_is_sent_again(far: FarCard, rung: Any) -> None:
    drawing = laid_out(rung)
    draw(drawing, REQUEST)
    far.sent.clear()
    draw(drawing, REQUEST)
    placement: Any = drawing._placement
    blocks = [block.size for block in placement._blocks._blocks if block.host is not None]
    # The last step fetches two that nobody asks for again. Beside them: the embedding, the noise,
    # the times.
    assert len(far.sent) <= STEPS * len(blocks) + 2 + 3
    assert sum(far.sent) <= STEPS * sum(blocks) + 2 * max(blocks, default=0) + 50_000


def test_the_stand_in_notices_a_meeting(far: FarCard) -> None:
    with pytest.raises(AssertionError, match="of main memory"):
        torch.ones(3, device=CARD) + torch.ones(3)
    assert (torch.ones(3, device=CARD) * torch.tensor(2.0)).device == CARD
    assert not far.waits
    assert bool(torch.ones((), device=CARD))
    torch.ones(3, device=CARD).cpu()
    assert sum(far.waits.values()) == 2
    with pytest.raises(NotImplementedError):
        torch.ones(3, device=CARD).nonzero()
