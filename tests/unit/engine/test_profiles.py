import random

import pytest

from engine.demo_model.train.captions import caption, pick_language
from engine.demo_model.train.handwritten import handwritten
from engine.demo_model.train.scenes import CANVAS_WEIGHTS, random_scene
from engine.profiles import UnknownModel, profile_named

DEMO = profile_named("demo")


@pytest.mark.parametrize(
    ("asked", "drawn"),
    [
        ((512, 512), (256, 256)),
        ((128, 128), (256, 256)),
        ((768, 512), (288, 192)),
        ((512, 768), (192, 288)),
        ((1024, 576), (288, 160)),
        ((1024, 128), (288, 128)),
    ],
)
def test_the_demo_draws_at_the_native_size_nearest_in_shape(asked, drawn):
    assert DEMO.drawn_size(*asked) == drawn


def test_the_demo_draws_at_sizes_that_it_was_trained_on():
    assert DEMO.native_sizes is not None
    assert set(DEMO.native_sizes) <= set(CANVAS_WEIGHTS)


def test_the_demo_understands_what_it_was_taught():
    rng = random.Random(3)
    prompts = [row.prompt for row in handwritten()]
    prompts += [caption(random_scene(rng), rng, pick_language(rng)) for _ in range(1_000)]
    strange = [prompt for prompt in prompts if not DEMO.understands(prompt)]
    # A digit or a character named by itself is no word to go by: half of all prompts have one.
    assert len(strange) < 0.02 * len(prompts), strange


@pytest.mark.parametrize("prompt", ["画cat", "two KITTENS", "Boxes", "five red fish"])
def test_a_word_of_latin_letters_counts_by_itself_and_in_the_plural(prompt):
    assert DEMO.understands(prompt)


@pytest.mark.parametrize(
    "prompt", ["雪山日出", "写实风格的女孩", "a map of the location", "shut up", ""]
)
def test_a_prompt_of_other_things_is_not_understood(prompt):
    assert not DEMO.understands(prompt)


def test_a_model_without_a_native_size_draws_what_is_asked():
    assert profile_named("z-image-turbo").drawn_size(1024, 768) == (1024, 768)


def test_a_model_answers_to_its_other_names_whatever_their_case():
    assert profile_named("tongyi-mai/z-image-turbo").name == "z-image-turbo"


def test_an_unknown_model_is_refused_with_the_known_ones():
    with pytest.raises(UnknownModel, match="z-image-turbo, demo"):
        profile_named("dall-e")
