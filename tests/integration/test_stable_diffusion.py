"""Stable Diffusion of random weights, drawn by diffusers' own pipeline and by ours."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from PIL import Image

from engine.local_model import profile_of
from engine.memory.options import MemoryOptions
from engine.pipeline import BadPicture, DrawRequest, Input, Stopped, WeightsError, open_pipeline
from engine.pipelines.blocks import blocks_of
from engine.prompt_tokens import PromptTokens
from tests.photos import photo
from tests.tiny_diffusion import SIDE, bare, tiny_folder

REQUEST = DrawRequest(
    prompt="a red fox",
    negative_prompt="blue",
    width=SIDE,
    height=SIDE,
    steps=5,
    guidance=7.5,
    seed=3,
)
BETAS: dict[str, Any] = {"beta_start": 0.00085, "beta_end": 0.012, "steps_offset": 1}
BETAS["beta_schedule"] = "scaled_linear"
SCHEDULERS = {
    "pndm": None,
    "ddim": lambda: diffusers.DDIMScheduler(**BETAS, clip_sample=False),
    "euler": lambda: diffusers.EulerDiscreteScheduler(**BETAS),
    "ancestral": lambda: diffusers.EulerAncestralDiscreteScheduler(**BETAS),
    "dpm": lambda: diffusers.DPMSolverMultistepScheduler(**BETAS),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tiny_folder(tmp_path_factory.mktemp("models") / "tiny-sd")


@pytest.fixture
def ours(folder) -> Any:
    """Not shared: tests break it on purpose."""
    return opened(folder)


def opened(folder: Path, **options: Any) -> Any:
    return open_pipeline(profile_of(folder), folder, MemoryOptions(**options))


def started() -> Image.Image:
    return Image.open(BytesIO(photo((SIDE, SIDE)))).convert("RGB")


def drawn(pipeline: Any, request: DrawRequest = REQUEST) -> Any:
    return pixels(pipeline.draw(request, lambda _: None))


def pixels(image: Image.Image) -> Any:
    return np.asarray(image, int)


def told(request: DrawRequest) -> dict[str, Any]:
    return {
        "prompt": request.prompt,
        "negative_prompt": request.negative_prompt,
        "num_inference_steps": request.steps,
        "guidance_scale": request.guidance,
        "generator": torch.Generator("cpu").manual_seed(request.seed),
    }


def expected(folder: Path, request: DrawRequest = REQUEST) -> Any:
    size = {"width": request.width, "height": request.height}
    return pixels(bare(folder)(**told(request), **size).images[0])


# Some of diffusers' schedulers hand numpy what it will not take for ever.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", SCHEDULERS)
def test_a_picture_equals_that_of_diffusers_with_the_scheduler_of_its_folder(tmp_path, name):
    make = SCHEDULERS[name]
    folder = tiny_folder(tmp_path / name, make() if make else None)
    found = drawn(opened(folder))
    assert np.abs(found - expected(folder)).max() <= 1
    assert found.std() > 10


@pytest.mark.parametrize("guidance", [0.0, 1.0, 4.0])
@pytest.mark.parametrize("size", [(SIDE, SIDE), (96, 40)])
def test_guidance_and_size_mean_what_they_mean_to_diffusers(folder, ours, guidance, size):
    asked = replace(REQUEST, guidance=guidance, width=size[0], height=size[1])
    assert np.abs(drawn(ours, asked) - expected(folder, asked)).max() <= 1


@pytest.mark.parametrize(
    ("steps", "strength"), [(6, 0.5), (5, 0.5), (7, 0.3), (5, 0.99), (5, 0.2), (3, 1.0)]
)
def test_a_picture_to_begin_from_equals_that_of_diffusers(folder, ours, steps, strength):
    image = started()
    asked = replace(REQUEST, steps=steps, source=Input(image=image, mask=None, strength=strength))
    pipe = bare(folder, diffusers.StableDiffusionImg2ImgPipeline)
    by_diffusers = pixels(pipe(**told(asked), image=image, strength=strength).images[0])
    assert np.abs(drawn(ours, asked) - by_diffusers).max() <= 1


def test_of_a_picture_to_begin_from_one_pass_is_made_at_least(ours):
    steps: list[int] = []
    source = Input(image=started(), mask=None, strength=0.1)
    ours.draw(replace(REQUEST, source=source), steps.append)
    # And the one more that PNDM makes.
    assert steps == [1, 1]


@pytest.mark.parametrize("strength", [0.5, 0.8])
def test_a_mask_equals_that_of_diffusers(folder, ours, strength):
    image, mask = started(), Image.new("L", (SIDE, SIDE), 0)
    # On whole latents: at a border within one diffusers takes the nearest pixel.
    mask.paste(255, (0, 0, SIDE // 2, SIDE))
    asked = replace(REQUEST, source=Input(image=image, mask=mask, strength=strength))
    pipe = bare(folder, diffusers.StableDiffusionInpaintPipeline)
    size = {"width": SIDE, "height": SIDE}
    by_diffusers = pipe(
        **told(asked), **size, image=image, mask_image=mask, strength=strength
    ).images[0]
    assert np.abs(drawn(ours, asked) - pixels(by_diffusers)).max() <= 1


def test_what_a_mask_keeps_is_what_the_vae_makes_of_it(ours):
    image, mask = started(), Image.new("L", (SIDE, SIDE), 0)
    kept = drawn(ours, replace(REQUEST, source=Input(image=image, mask=mask, strength=0.6)))
    mask.paste(255, (0, 0, SIDE // 2, SIDE))
    half = drawn(ours, replace(REQUEST, source=Input(image=image, mask=mask, strength=0.6)))
    # The decoder and its attention see further than the border.
    right = np.abs(half - kept)[:, 3 * SIDE // 4 :].mean()
    left = np.abs(half - kept)[:, : SIDE // 4].mean()
    assert right < left / 2


def test_each_of_a_batch_is_what_it_is_alone(ours):
    asked = [replace(REQUEST, prompt=prompt, seed=n) for n, prompt in enumerate(["a", "b", "red"])]
    together = ours.draw_together(asked, [lambda _: None] * 3)
    for request, one in zip(asked, together.drawn, strict=True):
        assert np.abs(pixels(one.image) - drawn(ours, request)).max() <= 1


def test_one_that_leaves_a_batch_does_not_touch_the_others(ours):
    def leave(done: int) -> None:
        if done == 2:
            raise Stopped

    other = replace(REQUEST, seed=8)
    gone, kept = ours.draw_together([REQUEST, other], [leave, lambda _: None]).drawn
    assert isinstance(gone.image, Stopped)
    assert np.abs(pixels(kept.image) - drawn(ours, other)).max() <= 1


def test_a_known_prompt_is_not_read_again(ours):
    first, second = (ours.draw_together([REQUEST], [lambda _: None]).drawn[0] for _ in range(2))
    assert (first.encodings_made, first.encodings_kept) == (2, 0)
    assert (second.encodings_made, second.encodings_kept) == (0, 2)


def test_the_steps_are_told_one_by_one_and_never_more_than_asked(ours):
    steps: list[int] = []
    ours.draw(REQUEST, steps.append)
    # PNDM makes one pass more than it is asked for.
    assert steps == [1, 2, 3, 4, 5, 5]


def test_a_sketch_is_offered_at_each_step(ours):
    sketches: list[Image.Image] = []
    ours.draw_together([REQUEST], [lambda _: None], [lambda make: sketches.append(make())])
    assert len(sketches) == 6
    assert sketches[0].size == (SIDE // 2, SIDE // 2)


@pytest.mark.parametrize("times", [1, 2])
def test_a_bad_pass_is_made_again_and_the_picture_is_the_same(monkeypatch, ours, times):
    right = drawn(ours)
    unet, passes = ours._pipe.transformer, []
    forward = unet.forward

    def poisoned(*args: Any, **kwargs: Any) -> Any:
        passes.append(1)
        (found,) = forward(*args, **kwargs)
        return (found * float("nan") if 3 <= len(passes) < 3 + times else found,)

    monkeypatch.setattr(unet, "forward", poisoned)
    made = ours.draw_together([REQUEST], [lambda _: None]).drawn[0]
    assert made.bad_steps == times
    assert np.abs(pixels(made.image) - right).max() <= 1


def test_a_network_of_nan_is_never_a_black_picture(ours):
    with torch.no_grad():
        ours._pipe.transformer.conv_in.weight.fill_(float("nan"))
    with pytest.raises(BadPicture):
        ours.draw(REQUEST, lambda _: None)


def test_laid_out_on_little_memory_it_draws_the_same(folder, ours):
    little = opened(folder, vram_gb=1)
    assert little._placement.rung.resident_blocks == 0
    assert len(blocks_of(little._pipe.transformer)) == 4
    assert np.abs(drawn(little) - drawn(ours)).max() <= 1


def test_the_door_counts_the_tokens_that_clip_reads(ours):
    tokens = PromptTokens(ours.tokenizer_json, ours.template, limit=77)
    prompt = "a red fox, 一只猫"
    assert tokens.count(prompt) == len(ours._pipe.tokenizer(prompt).input_ids)
    assert tokens.template_tokens == 2
    assert tokens.too_long("fox " * 25) is None
    found = tokens.too_long("fox " * 26)
    assert found is not None
    assert (found.tokens, found.limit) == (80, 77)


def test_a_network_that_takes_more_than_a_prompt_is_refused(tmp_path):
    folder = tiny_folder(tmp_path / "inpainting")
    config = folder / "unet" / "config.json"
    config.write_text(config.read_text().replace('"in_channels": 4', '"in_channels": 9'))
    with pytest.raises(WeightsError) as caught:
        opened(folder)
    assert "\n" not in str(caught.value)
