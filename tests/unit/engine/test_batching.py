"""Which jobs are drawn together, and how many pictures."""

import pytest

from engine.batching import Batching, bucket, places
from engine.contract import Source
from engine.lora import Lora
from engine.profiles import profile_named
from tests.unit.engine.jobs import job

TURBO = profile_named("z-image-turbo")


@pytest.fixture
def batching():
    """A token a character."""
    return Batching(TURBO, tokens=len, lid=16)


@pytest.mark.parametrize(
    ("width", "height", "most"),
    [
        (256, 256, 8),
        (512, 512, 8),
        (512, 528, 4),
        (768, 768, 4),
        (1024, 768, 2),
        (1008, 1024, 2),
        (1024, 1024, 1),
        (2048, 2048, 1),
    ],
)
def test_the_larger_the_fewer_and_a_megapixel_alone(width, height, most):
    assert places(TURBO, job(width=width, height=height), lid=16) == most


def test_guidance_takes_two_places():
    assert places(TURBO, job(width=512, height=512, guidance=1.8), lid=16) == 4
    assert places(TURBO, job(width=1024, height=1008, guidance=1.8), lid=16) == 1


def test_an_operators_lid_holds():
    assert places(TURBO, job(width=512, height=512), lid=3) == 3


def test_what_the_demo_model_draws_counts_and_not_what_it_is_enlarged_to():
    demo = profile_named("demo")
    assert places(demo, job(width=1024, height=1024), lid=16) == 8


def test_a_job_that_is_to_be_alone_has_one_place_and_joins_nobody(batching):
    assert places(TURBO, job(count=4, alone=True), lid=16) == 1
    assert not batching.joins(job("g2", alone=True), first=job("g1"))
    assert not batching.joins(job("g2"), first=job("g1", alone=True))


def test_who_differs_by_prompt_and_seed_joins(batching):
    assert batching.joins(job("g2", prompt="另一个", seed=99, count=3), first=job("g1"))


@pytest.mark.parametrize(
    "changes",
    [
        {"width": 256},
        {"height": 256},
        {"steps": 9},
        {"guidance": 1.5},
        {"prompt": "长" * 33},
        {"source": Source(sha256="0" * 64, strength=0.6)},
        {"loras": (Lora(name="ink", weight=0.5),)},
    ],
)
def test_who_differs_in_what_a_forward_pass_shares_does_not(batching, changes):
    assert not batching.joins(job("g2", **changes), first=job("g1"))


def test_who_adds_the_same_to_the_model_joins_and_nobody_else(batching):
    ink, gold = Lora(name="ink", weight=0.5), Lora(name="gold", weight=1)
    none, more = Lora(name="ink", weight=0), Lora(name="ink", weight=0.6)
    assert batching.joins(job("g2", loras=(ink, gold)), first=job("g1", loras=(gold, ink)))
    assert batching.joins(job("g2", loras=(none,)), first=job("g1"))
    assert not batching.joins(job("g2", loras=(more,)), first=job("g1", loras=(ink,)))


def test_the_negative_prompt_counts_with_guidance_only(batching):
    long = "长" * 33
    assert batching.joins(job("g2", negative_prompt=long), first=job("g1"))
    guided = job("g2", guidance=1.8, negative_prompt=long)
    assert not batching.joins(guided, first=job("g1", guidance=1.8))


@pytest.mark.parametrize(("tokens", "filled"), [(1, 32), (32, 32), (33, 64), (512, 512)])
def test_captions_are_filled_up_to_multiples_of_32(tokens, filled):
    assert bucket(tokens) == filled


def test_of_two_pictures_but_equal_strength_both_are_drawn_together(batching):
    sources = [Source(sha256=digit * 64, strength=0.6) for digit in "01"]
    one, other = (job(f"g{n}", source=source) for n, source in enumerate(sources))
    assert batching.joins(one, first=other)
    stronger = job("g2", source=Source(sha256="0" * 64, strength=0.8))
    assert not batching.joins(stronger, first=one)
