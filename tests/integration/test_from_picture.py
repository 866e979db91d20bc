"""Drawing from a picture, on the demo weights, against diffusers' own img2img and inpainting."""

from dataclasses import replace

import diffusers
import numpy as np
import pytest
import torch
from PIL import Image

from engine.demo_model import WEIGHTS
from engine.pipeline import BadPicture, DrawRequest, Input, Stopped
from engine.pipelines import weights
from engine.pipelines.zimage import ZImage
from engine.profiles import profile_named
from tests.integration.laid_out_demo import BOTTOM, LADDER, TOP, Stage
from tests.integration.test_zimage import counted
from tests.spoiling import spoiled

SIZE = (128, 160)
NAN = float("nan")


@pytest.fixture(scope="module")
def pipe():
    return weights.load(profile_named("demo"), WEIGHTS, torch.float32)


@pytest.fixture(scope="module")
def ours(pipe):
    """Shared: every test puts back what it breaks."""
    return ZImage(weights.load(profile_named("demo"), WEIGHTS, torch.float32), WEIGHTS)


def picture(colour: tuple[int, int, int] = (220, 40, 40)) -> Image.Image:
    """A square on grey."""
    drawn = Image.new("RGB", SIZE, (225, 225, 225))
    drawn.paste(colour, (30, 40, 90, 110))
    return drawn


def mask() -> Image.Image:
    """Its left half is drawn anew."""
    drawn = Image.new("L", SIZE, 0)
    drawn.paste(255, (0, 0, SIZE[0] // 2, SIZE[1]))
    return drawn


def request(strength: float = 0.6, *, masked: bool = False, **changes) -> DrawRequest:
    usual = DrawRequest(
        prompt="一个蓝色的圆",
        negative_prompt="",
        width=SIZE[0],
        height=SIZE[1],
        steps=8,
        guidance=0.0,
        seed=11,
        source=Input(image=picture(), mask=mask() if masked else None, strength=strength),
    )
    return replace(usual, **changes)


def of_diffusers(pipe, asked: DrawRequest) -> Image.Image:
    source = asked.source
    assert source is not None
    known = diffusers.ZImageImg2ImgPipeline if source.mask is None else None
    known = known or diffusers.ZImageInpaintPipeline
    bare = known(**pipe.components)
    bare.set_progress_bar_config(disable=True)
    masked = {} if source.mask is None else {"mask_image": source.mask}
    found: Image.Image = bare(
        prompt=asked.prompt,
        negative_prompt=asked.negative_prompt,
        image=source.image,
        strength=source.strength,
        num_inference_steps=asked.steps,
        guidance_scale=asked.guidance,
        generator=torch.Generator("cpu").manual_seed(asked.seed),
        **masked,
    ).images[0]
    return found


def difference(one: Image.Image, other: Image.Image) -> int:
    return int(np.abs(np.asarray(one, dtype=int) - np.asarray(other, dtype=int)).max())


@pytest.mark.parametrize("masked", [False, True], ids=["all", "masked"])
@pytest.mark.parametrize("guidance", [0.0, 1.8])
@pytest.mark.parametrize("strength", [0.1, 0.3, 0.6, 0.8, 1.0])
def test_a_picture_equals_that_of_diffusers(pipe, ours, strength, guidance, masked):
    asked = request(
        strength, masked=masked, guidance=guidance, negative_prompt="红色" if guidance else ""
    )
    assert difference(ours.draw(asked, lambda _: None), of_diffusers(pipe, asked)) <= 1


@pytest.mark.parametrize(("strength", "passes"), [(0.1, 1), (0.3, 3), (0.6, 5), (1.0, 8)])
def test_only_the_last_part_of_the_way_is_gone(ours, monkeypatch, strength, passes):
    steps: list[int] = []
    counted_passes = counted(monkeypatch, ours._pipe.transformer.t_embedder)
    ours.draw(request(strength), steps.append)
    assert len(counted_passes) == passes
    assert steps == list(range(1, passes + 1))


def test_the_less_strength_the_nearer_to_the_picture(ours):
    def distance(strength: float) -> float:
        drawn = np.asarray(ours.draw(request(strength), lambda _: None), dtype=float)
        return float(np.abs(drawn - np.asarray(picture(), dtype=float)).mean())

    little, much = distance(0.2), distance(0.95)
    assert little < much / 2


def test_what_is_masked_out_stays(ours):
    # One that the autoencoder knows well.
    drawn = ours.draw(request(source=None, prompt="一个红色的方块"), lambda _: None)
    masked = Input(image=drawn, mask=mask(), strength=1.0)
    found = ours.draw(request(source=masked), lambda _: None)
    away = np.abs(np.asarray(found, dtype=float) - np.asarray(drawn, dtype=float)).mean(axis=2)
    anew, kept = away[:, : SIZE[0] // 2 - 16], away[:, SIZE[0] // 2 + 16 :]
    assert kept.mean() < 2 < 10 < anew.mean()


def test_neighbours_change_nothing_and_have_a_picture_each(ours):
    asked = [
        request(),
        request(masked=True, seed=12),
        request(source=Input(image=picture((40, 160, 40)), mask=None, strength=0.6), seed=13),
    ]
    alone = [ours.draw(one, lambda _: None) for one in asked]
    together = ours.draw_together(asked, [lambda _: None] * 3).drawn
    assert [difference(one.image, other) for one, other in zip(together, alone, strict=True)] <= [
        1,
        1,
        1,
    ]
    assert difference(alone[0], alone[2]) > 20


def test_one_picture_is_read_once_however_many_begin_from_it(ours, monkeypatch):
    read = counted(monkeypatch, ours._pipe.vae.encoder)
    asked = request()
    ours.draw_together([replace(asked, seed=n) for n in range(4)], [lambda _: None] * 4)
    assert len(read) == 1


def test_a_reader_that_fails_once_costs_a_second_try(ours):
    def nan_at_first(call, hidden):
        return torch.full_like(hidden, NAN) if call == 0 else hidden

    expected = ours.draw(request(), lambda _: None)
    with spoiled(ours._pipe.vae.encoder, "forward", nan_at_first):
        found = ours.draw(request(), lambda _: None)
    assert difference(found, expected) <= 1


def test_a_picture_that_cannot_be_read_fails_alone(ours):
    good, bad = request(), request(seed=12)

    def nan_for_the_second(call, hidden):
        return torch.full_like(hidden, NAN) if call >= 1 else hidden

    expected = ours.draw(good, lambda _: None)
    with spoiled(ours._pipe.vae.encoder, "forward", nan_for_the_second):
        first, second = ours.draw_together([good, bad], [lambda _: None] * 2).drawn
    assert isinstance(second.image, BadPicture)
    assert difference(first.image, expected) <= 1


def test_one_that_is_stopped_leaves_the_other(ours):
    def stop(_: int) -> None:
        raise Stopped

    asked = request()
    stopped, drawn = ours.draw_together([asked, asked], [stop, lambda _: None]).drawn
    assert isinstance(stopped.image, Stopped)
    assert difference(drawn.image, ours.draw(asked, lambda _: None)) <= 1


@pytest.mark.parametrize("rung", [BOTTOM, LADDER[6], TOP])
def test_the_picture_is_the_same_however_little_stays_on_the_card(ours, rung):
    asked = request(masked=True)
    found = Stage(rung).drawing.draw(asked, lambda _: None)
    assert difference(found, ours.draw(asked, lambda _: None)) <= 1


def test_memory_that_runs_out_while_a_picture_is_read_makes_less_lie_there(ours):
    stage = Stage(TOP)

    def short(call, hidden):
        if call == 0:
            raise torch.OutOfMemoryError
        return hidden

    with spoiled(stage.pipe.vae.encoder, "forward", short):
        drawing = stage.drawing.draw_together([request()], [lambda _: None])
    assert drawing.shortages == 1
    assert stage.placement.rung != TOP
    found = drawing.drawn[0].image
    assert isinstance(found, Image.Image)
    assert difference(found, ours.draw(request(), lambda _: None)) <= 1
