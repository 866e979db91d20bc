"""What every Pipeline keeps: the real one on the demo weights, and the fake that tests use."""

from dataclasses import replace

import pytest
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


def test_the_template_and_tokenizer_are_handed_over(pipeline):
    before, after = pipeline.template
    text = f"{before}圆{after}"
    encoded = Tokenizer.from_str(pipeline.tokenizer_json.decode()).encode(text)
    assert encoded.ids
    assert before
    assert after
