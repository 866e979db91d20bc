"""What only a card can show of compiling, attention and batches: `pytest -m gpu`.

None of it has been run yet: the bounds are what bfloat16 is expected to allow.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from engine.pipeline import DrawRequest, Pipeline
from engine.pipelines import care
from engine.pipelines.attention import candidates, works
from tests.spoiling import nan_in_calls, spoiled

pytestmark = [pytest.mark.gpu, pytest.mark.timeout(900)]
#: Mean difference of two pictures in levels of 8-bit colour, up to which they look the same.
SAME = 3.0
REQUEST = DrawRequest(
    prompt="一个红色的圆",
    negative_prompt="",
    width=256,
    height=256,
    steps=8,
    guidance=0.0,
    seed=11,
)
FOUR = [replace(REQUEST, seed=seed) for seed in (11, 12, 13, 14)]


def pixels(pipeline: Pipeline, requests: Sequence[DrawRequest]) -> list[Any]:
    drawn = pipeline.draw_together(requests, [lambda _: None] * len(requests)).drawn
    return [np.asarray(one.image, dtype=int) for one in drawn]


def difference(one: Any, other: Any) -> float:
    return float(np.abs(one - other).mean())


def seconds(pipeline: Pipeline, requests: Sequence[DrawRequest], together: bool) -> float:
    """After a first time that is left out."""
    batches = [list(requests)] if together else [[request] for request in requests]
    for _ in range(2):
        began = time.perf_counter()
        for batch in batches:
            pixels(pipeline, batch)
        took = time.perf_counter() - began
    return took


def test_compiled_it_draws_what_it_draws_uncompiled(demo: Pipeline, eager_demo: Pipeline) -> None:
    for found, expected in zip(pixels(demo, FOUR), pixels(eager_demo, FOUR), strict=True):
        assert difference(found, expected) < SAME


def test_every_backend_that_works_draws_the_same_picture(eager_demo: Any) -> None:
    (expected,) = pixels(eager_demo, [REQUEST])
    usable = [
        name
        for name in candidates(torch.cuda.get_device_capability())
        if works(name, eager_demo._pipe.transformer)
    ]
    assert "native" in usable
    chosen = eager_demo._denoise._attention
    for name in (*usable, care.PLAIN_ATTENTION):
        eager_demo._denoise._attention = name
        (found,) = pixels(eager_demo, [REQUEST])
        assert difference(found, expected) < SAME, name
    eager_demo._denoise._attention = chosen


def test_pictures_drawn_together_are_those_drawn_alone(demo: Pipeline) -> None:
    alone = [pixels(demo, [request])[0] for request in FOUR]
    for found, expected in zip(pixels(demo, FOUR), alone, strict=True):
        assert difference(found, expected) < SAME


def test_a_bad_step_is_mended_on_a_card(eager_demo: Any) -> None:
    (expected,) = pixels(eager_demo, [REQUEST])
    block = eager_demo._pipe.transformer.layers[2]
    with spoiled(block, "forward", nan_in_calls(range(3, 5))):
        (drawn,) = eager_demo.draw_together([REQUEST], [lambda _: None]).drawn
    assert drawn.bad_steps == 2
    assert difference(np.asarray(drawn.image, dtype=int), expected) < SAME


def test_there_is_room_for_a_batch_and_memory_is_told(demo: Pipeline) -> None:
    free = demo.free_bytes()
    assert free is not None
    assert free > 0
    assert demo.room(REQUEST) > 1
    assert demo.room(replace(REQUEST, guidance=1.8)) <= demo.room(REQUEST)


def test_eight_of_512_squared_are_quicker_together_and_the_same(turbo: Pipeline) -> None:
    request = replace(REQUEST, prompt="一位穿着汉服的女孩站在樱花树下", width=512, height=512)
    eight = [replace(request, seed=seed) for seed in range(8)]
    alone = [pixels(turbo, [one])[0] for one in eight]
    for found, expected in zip(pixels(turbo, eight), alone, strict=True):
        assert difference(found, expected) < SAME
    assert seconds(turbo, eight, together=True) < seconds(turbo, eight, together=False)


def test_a_size_that_was_not_rehearsed_needs_no_compiler(turbo: Pipeline) -> None:
    request = replace(REQUEST, width=768, height=512)
    began = time.perf_counter()
    pixels(turbo, [request])
    first = time.perf_counter() - began
    assert first < 5 * seconds(turbo, [request], together=True)
