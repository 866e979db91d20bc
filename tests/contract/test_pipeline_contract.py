"""What every Pipeline keeps: the real one on the demo weights, and the fake that tests use."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from tokenizers import Tokenizer

from engine.demo_model import WEIGHTS
from engine.pipeline import DrawRequest, Pipeline, Stopped, open_pipeline
from engine.profiles import profile_named
from tests.fakes.pipeline import FakePipeline

REQUEST = DrawRequest(
    prompt="一个红色的圆",
    negative_prompt="",
    width=128,
    height=96,
    steps=3,
    guidance=0.0,
    seed=5,
)


@pytest.fixture(scope="module", params=["demo", "fake"])
def pipeline(request) -> Pipeline:
    if request.param == "fake":
        return FakePipeline()
    return open_pipeline(profile_named("demo"), WEIGHTS)


def draw(pipeline: Pipeline, **changes):
    return pipeline.draw(replace(REQUEST, **changes), lambda _: None)


def test_a_picture_has_the_asked_size(pipeline):
    picture = draw(pipeline)
    assert (picture.size, picture.mode) == ((128, 96), "RGB")


def test_the_same_request_gives_the_same_picture(pipeline):
    assert draw(pipeline).tobytes() == draw(pipeline).tobytes()


@pytest.mark.parametrize("changes", [{"seed": 6}, {"prompt": "一个蓝色的方块"}, {"guidance": 1.8}])
def test_what_is_asked_for_matters(pipeline, changes):
    assert draw(pipeline, **changes).tobytes() != draw(pipeline).tobytes()


def test_the_negative_prompt_matters_with_guidance_only(pipeline):
    plain, negated = ({"negative_prompt": negative} for negative in ("", "蓝色"))
    assert draw(pipeline, **plain).tobytes() == draw(pipeline, **negated).tobytes()
    guided = {"guidance": 1.8}
    assert draw(pipeline, **guided).tobytes() != draw(pipeline, **guided, **negated).tobytes()


def test_every_step_is_counted_once(pipeline):
    steps: list[int] = []
    pipeline.draw(REQUEST, steps.append)
    assert steps == [1, 2, 3]


def test_stopping_between_steps_leaves_a_pipeline_that_draws(pipeline):
    before = draw(pipeline)

    def stop(step: int) -> None:
        if step == 2:
            raise Stopped

    with pytest.raises(Stopped):
        pipeline.draw(REQUEST, stop)
    assert draw(pipeline).tobytes() == before.tobytes()


TOGETHER = [
    replace(REQUEST, seed=seed, prompt=prompt, guidance=guidance)
    for seed, prompt in ((5, "一个红色的圆"), (6, "a yellow star"), (5, "三个绿色的方块"))
    for guidance in (0.0, 1.8)
]


@pytest.mark.parametrize("guidance", [0.0, 1.8])
def test_drawn_together_each_is_what_it_is_alone(pipeline, guidance):
    """One level of 8-bit colour is the tolerance: a larger matrix is summed in another order."""
    requests = [request for request in TOGETHER if request.guidance == guidance]
    drawing = pipeline.draw_together(requests, [lambda _: None] * len(requests))
    for request, drawn in zip(requests, drawing.drawn, strict=True):
        alone = np.asarray(pipeline.draw(request, lambda _: None), dtype=int)
        assert np.abs(np.asarray(drawn.image, dtype=int) - alone).max() <= 1


def test_captions_of_any_length_can_be_drawn_together(pipeline):
    long = replace(REQUEST, prompt="左边一个蓝色的方块，右边一个绿色的三角形，" * 4)
    drawing = pipeline.draw_together([REQUEST, long], [lambda _: None] * 2)
    for request, drawn in zip((REQUEST, long), drawing.drawn, strict=True):
        alone = np.asarray(pipeline.draw(request, lambda _: None), dtype=int)
        assert np.abs(np.asarray(drawn.image, dtype=int) - alone).max() <= 1


def test_each_of_those_drawn_together_hears_its_own_steps(pipeline):
    heard: list[list[int]] = [[], []]
    pipeline.draw_together([REQUEST, replace(REQUEST, seed=6)], [one.append for one in heard])
    assert heard == [[1, 2, 3], [1, 2, 3]]


def test_a_sketch_of_each_is_offered_after_each_step_and_changes_nothing(pipeline):
    sketches: list[list[Image.Image]] = [[], []]
    requests = [REQUEST, replace(REQUEST, seed=6)]
    on_sketches = [lambda make, one=one: one.append(make()) for one in sketches]
    drawing = pipeline.draw_together(requests, [lambda _: None] * 2, on_sketches)
    assert [len(one) for one in sketches] == [3, 3]
    for sketch in (*sketches[0], *sketches[1]):
        assert sketch.mode == "RGB"
        assert sketch.width * 3 == sketch.height * 4
    plain = pipeline.draw_together(requests, [lambda _: None] * 2)
    for one, other in zip(drawing.drawn, plain.drawn, strict=True):
        assert one.image.tobytes() == other.image.tobytes()


@pytest.mark.parametrize("last", [1, 2, 3])
def test_one_that_is_stopped_ends_alone(pipeline, last):
    heard: list[int] = []

    def stop(step: int) -> None:
        heard.append(step)
        if step == last:
            raise Stopped

    others = [replace(REQUEST, seed=seed) for seed in (6, 7)]
    drawing = pipeline.draw_together(
        [others[0], REQUEST, others[1]], [lambda _: None, stop, lambda _: None]
    )
    assert heard == list(range(1, last + 1))
    assert isinstance(drawing.drawn[1].image, Stopped)
    for request, n in zip(others, (0, 2), strict=True):
        alone = np.asarray(pipeline.draw(request, lambda _: None), dtype=int)
        assert np.abs(np.asarray(drawing.drawn[n].image, dtype=int) - alone).max() <= 1


def test_a_bug_in_who_listens_is_not_swallowed(pipeline):
    def fail(step: int) -> None:
        raise KeyError(step)

    with pytest.raises(KeyError):
        pipeline.draw_together([REQUEST, REQUEST], [lambda _: None, fail])


def test_there_is_room_for_one_at_least(pipeline):
    assert pipeline.room(REQUEST) >= 1


def test_the_template_and_tokenizer_are_handed_over(pipeline):
    before, after = pipeline.template
    text = f"{before}圆{after}"
    encoded = Tokenizer.from_str(pipeline.tokenizer_json.decode()).encode(text)
    assert encoded.ids
    assert before
    assert after
