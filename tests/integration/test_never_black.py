"""NaN at every step and in the decoder: each ends in the right picture or in a failure."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from PIL.Image import Image
from structlog.testing import capture_logs

from engine.contract import ErrorCode
from engine.demo_model import WEIGHTS
from engine.pipeline import BadPicture, DrawRequest
from engine.pipelines import weights
from engine.pipelines.zimage import ZImage
from engine.profiles import profile_named
from tests.integration.test_engine_server import connected, running_engine
from tests.spoiling import NAN, nan_in_calls, spoiled

STEPS = 8
REQUEST = DrawRequest(
    prompt="一个红色的圆",
    negative_prompt="",
    width=128,
    height=128,
    steps=STEPS,
    guidance=0.0,
    seed=11,
)
#: Of one caption length, so that they share every forward pass.
TRIO = [replace(REQUEST, seed=seed) for seed in (11, 12, 13)]


@pytest.fixture(scope="module")
def ours() -> ZImage:
    """Shared: every test puts back what it breaks."""
    return ZImage(weights.load(profile_named("demo"), WEIGHTS, torch.float32), WEIGHTS)


@pytest.fixture(scope="module")
def unharmed(ours: ZImage) -> list[Image]:
    return [ours.draw(request, lambda _: None) for request in TRIO]


def draw(ours: ZImage, *requests: DrawRequest):
    return ours.draw_together(requests, [lambda _: None] * len(requests)).drawn


def is_same(found: Any, expected: Image) -> bool:
    """Up to one level of 8-bit colour: plain attention and float64 round otherwise."""
    return bool(np.abs(np.asarray(found, dtype=int) - np.asarray(expected, dtype=int)).max() <= 1)


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("step", range(STEPS))
def test_a_bad_step_is_made_again_and_the_picture_is_right(ours, unharmed, step, times):
    """Bad once, plain attention mends it; bad twice, the wider dtype does."""
    block = ours._pipe.transformer.layers[2]
    with spoiled(block, "forward", nan_in_calls(range(step, step + times))):
        (drawn,) = draw(ours, REQUEST)
    assert is_same(drawn.image, unharmed[0])
    assert (drawn.bad_steps, drawn.bad_decodes) == (times, 0)


@pytest.mark.parametrize("step", range(STEPS))
def test_a_step_that_stays_bad_is_a_failure_and_no_picture(ours, step):
    block = ours._pipe.transformer.layers[2]
    passes = []

    def noted(call: int, output: Any) -> Any:
        passes.append(call)
        return output

    with (
        spoiled(block, "forward", nan_in_calls(range(step, 1000))),
        spoiled(ours._pipe.transformer.t_embedder, "forward", noted),
    ):
        (drawn,) = draw(ours, REQUEST)
    assert isinstance(drawn.image, BadPicture)
    assert drawn.bad_steps == 3
    # The good steps before it are not made again, and none is made after it.
    assert len(passes) == step + 3


@pytest.mark.parametrize("step", [0, 4, 7])
def test_only_the_bad_picture_of_a_batch_is_made_again(ours, unharmed, step):
    rows = []

    def noted(call: int, hidden: torch.Tensor) -> torch.Tensor:
        rows.append(len(hidden))
        return nan_in_calls(range(step, step + 1), row=1)(call, hidden)

    with spoiled(ours._pipe.transformer.layers[2], "forward", noted):
        drawn = draw(ours, *TRIO)
    assert [one.bad_steps for one in drawn] == [0, 1, 0]
    assert all(is_same(one.image, known) for one, known in zip(drawn, unharmed, strict=True))
    assert rows[step : step + 2] == [3, 1]


def test_a_picture_that_cannot_be_mended_does_not_take_its_batch_along(ours, unharmed):
    def spoil(call: int, hidden: torch.Tensor) -> torch.Tensor:
        if len(hidden) == 1:
            # The bad one by itself.
            return nan_in_calls(range(1000))(call, hidden)
        return nan_in_calls(range(2, 3), row=1)(call, hidden)

    with spoiled(ours._pipe.transformer.layers[2], "forward", spoil):
        drawn = draw(ours, *TRIO)
    assert isinstance(drawn[1].image, BadPicture)
    assert is_same(drawn[0].image, unharmed[0])
    assert is_same(drawn[2].image, unharmed[2])


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("guidance", [0.0, 1.8])
def test_a_caption_that_is_refined_badly_is_refined_again_once_for_all_steps(ours, guidance, times):
    asked = replace(REQUEST, guidance=guidance, negative_prompt="蓝色" if guidance else "")
    expected = ours.draw(asked, lambda _: None)
    passes = []

    def spoil(call: int, hidden: torch.Tensor) -> torch.Tensor:
        passes.append(len(hidden))
        return nan_in_calls(range(times))(call, hidden)

    with spoiled(ours._pipe.transformer.context_refiner[0], "forward", spoil):
        (drawn,) = draw(ours, asked)
    assert is_same(drawn.image, expected)
    assert (drawn.bad_steps, len(passes)) == (times, times + (2 if guidance else 1))


def test_a_caption_that_stays_bad_is_a_failure_before_any_step_and_no_other_ones(ours, unharmed):
    rows: list[int] = []
    steps: list[int] = []

    def spoil(call: int, hidden: torch.Tensor) -> torch.Tensor:
        rows.append(len(hidden))
        bad = 1 if len(hidden) == 3 else 0
        return nan_in_calls(range(1000), row=bad)(call, hidden)

    with spoiled(ours._pipe.transformer.context_refiner[0], "forward", spoil):
        drawn = ours.draw_together(TRIO, [lambda _: None, steps.append, lambda _: None]).drawn
    assert rows == [3, 1, 1]
    assert isinstance(drawn[1].image, BadPicture)
    assert (drawn[1].bad_steps, steps) == (3, [])
    assert is_same(drawn[0].image, unharmed[0])
    assert is_same(drawn[2].image, unharmed[2])
    # And nothing of it is kept.
    assert all(
        is_same(one.image, known) for one, known in zip(draw(ours, *TRIO), unharmed, strict=True)
    )


def test_a_caption_is_refined_once_for_all_steps(ours):
    calls = []

    def noted(call: int, hidden: torch.Tensor) -> torch.Tensor:
        calls.append(len(hidden))
        return hidden

    with spoiled(ours._pipe.transformer.context_refiner[0], "forward", noted):
        draw(ours, *TRIO)
    assert calls == [3]


@pytest.mark.parametrize("value", [NAN, -1.0, float("inf")])
@pytest.mark.parametrize("times", [1, 2])
def test_a_bad_decoding_is_made_again_once(ours, unharmed, value, times):
    def spoil(call: int, decoded: tuple[torch.Tensor]) -> tuple[torch.Tensor]:
        return (torch.full_like(decoded[0], value),) if call < times else decoded

    with spoiled(ours._pipe.vae, "decode", spoil):
        first, second = draw(ours, *TRIO[:2])
    assert (first.bad_steps, first.bad_decodes, second.bad_decodes) == (0, times, 0)
    assert is_same(second.image, unharmed[1])
    if times == 1:
        assert is_same(first.image, unharmed[0])
    else:
        assert isinstance(first.image, BadPicture)


def test_a_decoding_is_made_again_in_a_wider_dtype(ours):
    dtypes = []

    def spoil(call: int, decoded: tuple[torch.Tensor]) -> tuple[torch.Tensor]:
        dtypes.append(decoded[0].dtype)
        return (torch.zeros_like(decoded[0]),) if call == 0 else decoded

    with spoiled(ours._pipe.vae, "decode", spoil):
        draw(ours, REQUEST)
    assert dtypes == [torch.float32, torch.float64]
    assert ours._pipe.vae.dtype is torch.float32


def test_a_bad_text_encoding_is_made_again_and_never_kept(ours, unharmed):
    def first_is_bad(call: int, states: Any) -> Any:
        if call == 0:
            states.last_hidden_state = states.last_hidden_state * NAN
        return states

    fresh = replace(REQUEST, prompt="一个蓝色的圆")
    expected = ours.draw(fresh, lambda _: None)
    ours._encode._memory = type(ours._encode._memory)()
    with spoiled(ours._pipe.text_encoder, "forward", first_is_bad):
        assert is_same(draw(ours, fresh)[0].image, expected)
    ours._encode._memory = type(ours._encode._memory)()
    with spoiled(ours._pipe.text_encoder, "forward", lambda _, s: first_is_bad(0, s)):
        assert isinstance(draw(ours, fresh)[0].image, BadPicture)
    assert is_same(draw(ours, fresh)[0].image, expected)


@pytest.mark.parametrize(("times", "kind"), [(1, "finished"), (2, "finished"), (1000, "failed")])
async def test_it_is_told_and_counted_job_by_job(ours, tmp_path, times, kind):
    """The real model in the real engine, over its socket."""
    with capture_logs() as logged:
        async with running_engine(tmp_path, ours), connected(tmp_path) as client:
            block = ours._pipe.transformer.layers[2]
            with spoiled(block, "forward", nan_in_calls(range(4, 4 + times))):
                await client.submit(prompt="一个红色的圆", steps=8)
                ended = await client.wait_for(kind)
            measured = (await client.http.get("/metrics")).text
    bad = min(times, 3)
    assert kind == "finished" or ended.code is ErrorCode.BAD_PICTURE
    (line,) = [entry for entry in logged if entry["event"] == "job_ended"]
    assert (line["outcome"], line["bad_steps"]) == (kind, bad)
    assert f'zdraw_engine_bad_total{{what="step"}} {float(bad)}' in measured
