"""A folder in the place of a named model, drawn by diffusers' own pipeline and by ours."""

import json
import shutil

import diffusers
import numpy as np
import pytest
import torch

from engine.demo_model import WEIGHTS
from engine.local_model import profile_of
from engine.pipeline import DrawRequest, WeightsError, open_pipeline
from engine.profiles import profile_named

PROMPT, NEGATIVE = "一个红色的圆", "蓝色"


@pytest.fixture
def base(tmp_path):
    """A folder that says of itself, by its scheduler, that it is Z-Image and not Turbo."""
    folder = tmp_path / "base"
    shutil.copytree(WEIGHTS, folder)
    file = folder / "scheduler" / "scheduler_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"shift": 6.0}))
    return folder


def test_z_image_with_guidance_equals_diffusers(base):
    profile = profile_of(base)
    assert profile.guidance == 4.0
    pipe = diffusers.ZImagePipeline.from_pretrained(base, local_files_only=True)
    pipe.set_progress_bar_config(disable=True)
    expected = pipe(
        PROMPT,
        negative_prompt=NEGATIVE,
        width=128,
        height=128,
        num_inference_steps=6,
        guidance_scale=profile.guidance,
        generator=torch.Generator("cpu").manual_seed(3),
    ).images[0]
    request = DrawRequest(
        prompt=PROMPT,
        negative_prompt=NEGATIVE,
        width=128,
        height=128,
        steps=6,
        guidance=profile.guidance,
        seed=3,
    )
    found = open_pipeline(profile, base).draw(request, lambda _: None)
    apart = np.abs(np.asarray(found, int) - np.asarray(expected, int))
    # Guidance makes five times as much of the rounding of captions without padding.
    assert apart.max() <= 5
    assert apart.mean() < 0.1


def test_weights_of_another_kind_than_the_named_model_are_refused_in_one_line():
    with pytest.raises(WeightsError) as caught:
        open_pipeline(profile_named("stable-diffusion-1.5"), WEIGHTS)
    assert f"ZDRAW_MODEL={WEIGHTS}" in str(caught.value)
    assert "\n" not in str(caught.value)
