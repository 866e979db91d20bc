"""What later features rest on: the committed demo model draws other pictures for other inputs.

Each test asks for what is solid (colour, place, count), never for a fine shape.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch
from diffusers import ZImageImg2ImgPipeline, ZImagePipeline
from PIL import Image

from engine.demo_model import WEIGHTS
from engine.demo_model.train.checker import read_picture
from engine.demo_model.train.pictures import render
from engine.demo_model.train.scenes import Scene, place_things


@pytest.fixture(scope="module")
def pipe() -> Any:
    pipe = ZImagePipeline.from_pretrained(WEIGHTS, dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def draw(pipe: Any, prompt: str, seed: int = 0, **more: Any) -> Image.Image:
    asked: dict[str, Any] = {
        "width": 256,
        "height": 256,
        "num_inference_steps": 8,
        "guidance_scale": 0.0,
    } | more
    picture: Image.Image = pipe(
        prompt=prompt, generator=torch.Generator().manual_seed(seed), **asked
    ).images[0]
    return picture


def colours(picture: Image.Image) -> list[str]:
    return [blob.colour for blob in read_picture(picture)[1]]


@pytest.mark.parametrize("size", [(256, 256), (128, 128), (288, 192), (192, 288)])
def test_it_draws_at_every_size_it_was_made_for(pipe: Any, size: tuple[int, int]) -> None:
    picture = draw(pipe, "左边一个蓝色的方块，右边一个绿色的三角形", width=size[0], height=size[1])
    blobs = sorted(read_picture(picture)[1], key=lambda blob: blob.x)
    assert [blob.colour for blob in blobs] == ["blue", "green"]


def test_a_negative_prompt_with_guidance_keeps_a_colour_away(pipe: Any) -> None:
    def reds(**more: Any) -> int:
        return sum("red" in colours(draw(pipe, "一个圆", seed, **more)) for seed in range(16))

    plain = reds()
    assert plain > 0  # else there is nothing to keep away
    assert reds(negative_prompt="红色", guidance_scale=2.0) < plain


def test_guidance_changes_the_picture_and_keeps_what_was_asked_for(pipe: Any) -> None:
    plain = draw(pipe, "三个紫色的菱形")
    guided = draw(pipe, "三个紫色的菱形", guidance_scale=2.0)
    assert guided.tobytes() != plain.tobytes()
    assert colours(guided) == ["purple"] * 3


def test_a_picture_as_input_keeps_its_place_and_takes_the_new_colour(pipe: Any) -> None:
    redraw = ZImageImg2ImgPipeline(**pipe.components)
    redraw.set_progress_bar_config(disable=True)
    place = ("bottom", "right")
    things = place_things(random.Random(0), "placed", [("circle", "red")], place)
    before = render(Scene("placed", things, "white", place))

    def after(strength: float) -> Image.Image:
        return draw(redraw, "右下角一个蓝色的圆", image=before, strength=strength)

    assert colours(after(0.2)) == ["red"]
    (blob,) = read_picture(after(0.9))[1]
    assert blob.colour == "blue"
    assert abs(blob.x - things[0].x / 2) < 12
    assert abs(blob.y - things[0].y / 2) < 12
