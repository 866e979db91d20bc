from dataclasses import replace

import pytest

from engine.admission import refusal
from engine.contract import ErrorCode, Source
from engine.profiles import profile_named
from engine.prompt_tokens import PromptTokens
from tests.fakes.pipeline import FakePipeline
from tests.unit.engine.jobs import job

DEMO = profile_named("demo")


@pytest.fixture(scope="module")
def tokens():
    pipeline = FakePipeline()
    return PromptTokens(pipeline.tokenizer_json, pipeline.template, limit=40)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"width": 120}, ErrorCode.BAD_SIZE),
        ({"width": 64}, ErrorCode.BAD_SIZE),
        ({"height": 1040}, ErrorCode.BAD_SIZE),
        ({"steps": 51}, ErrorCode.BAD_STEPS),
        ({"guidance": 10.5}, ErrorCode.BAD_GUIDANCE),
        ({"negative_prompt": "n" * 41}, ErrorCode.PROMPT_TOO_LONG),
    ],
)
def test_what_is_out_of_range_is_refused_by_its_name(tokens, changes, code):
    found = refusal(job(**changes), DEMO, tokens)
    assert found is not None
    assert found.code == code


def test_a_picture_is_for_models_that_take_one(tokens):
    begun = job(source=Source(sha256="0" * 64, strength=0.6))
    assert refusal(begun, DEMO, tokens) is None
    found = refusal(begun, replace(DEMO, takes_inputs=False), tokens)
    assert found is not None
    assert (found.code, found.data) == (ErrorCode.NO_INPUTS, {"model": "demo"})


def test_what_is_in_range_is_taken(tokens):
    assert refusal(job(width=128, height=1024, steps=50, guidance=10.0), DEMO, tokens) is None


def test_a_long_prompt_is_refused_with_the_text_that_would_be_lost(tokens):
    # The fake's template has 6 + 7 tokens, one a byte; 27 are left for the prompt.
    assert refusal(job(prompt="x" * 27), DEMO, tokens) is None
    found = refusal(job(prompt="x" * 27 + "lost"), DEMO, tokens)
    assert found is not None
    assert found.data == {"tokens": 44, "limit": 40, "lost": "lost"}


def test_the_area_is_limited_as_well_as_the_sides(tokens):
    turbo = profile_named("z-image-turbo")
    assert refusal(job(width=2048, height=2048), turbo, tokens) is None
    found = refusal(job(width=2064, height=2048), turbo, tokens)
    assert found is not None
    assert found.data["maximum"] == 2048
