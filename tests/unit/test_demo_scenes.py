"""The demo model's scenes, captions and checker, without torch."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace

import pytest

from engine.demo_model.train.captions import (
    caption,
    is_reserved,
    reserved_caption,
    training_caption,
)
from engine.demo_model.train.checker import ATTRIBUTES, check
from engine.demo_model.train.handwritten import handwritten
from engine.demo_model.train.scenes import (
    BACKGROUNDS,
    COLOURS,
    HELD_OUT,
    SHAPES,
    SIZE,
    Scene,
    place_things,
    random_scene,
    render,
)


def make_scene(
    layout: str = "one",
    *pairs: tuple[str, str],
    background: str = "white",
    place: tuple[str, str] | None = None,
) -> Scene:
    chosen = list(pairs) or [("circle", "red")]
    chosen *= {"two": 2, "three": 3}.get(layout, 1)
    return Scene(layout, place_things(random.Random(0), layout, chosen, place), background, place)


def wrong_attributes(asked: Scene, drawn: Scene) -> set[str]:
    verdict = check(asked, render(drawn))
    return {name for name in ATTRIBUTES if verdict[name] is False}


def test_the_same_seed_gives_the_same_scenes_captions_and_pictures() -> None:
    def make() -> list[object]:
        rng = random.Random(7)
        scenes = [random_scene(rng) for _ in range(20)]
        texts = [training_caption(scene, rng) for scene in scenes]
        return [scenes, texts, render(scenes[0]).tobytes()]

    assert make() == make()


def test_no_module_of_the_scenes_needs_torch() -> None:
    code = (
        "import sys, engine.demo_model, engine.demo_model.train.captions,"
        " engine.demo_model.train.checker, engine.demo_model.train.handwritten;"
        " sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_held_out_pairs_appear_only_where_asked_for() -> None:
    rng = random.Random(1)
    assert not any(random_scene(rng, held_out=False).held_out for _ in range(2_000))
    assert all(random_scene(rng, held_out=True).held_out for _ in range(200))


def test_every_shape_and_every_colour_is_held_out_at_most_once() -> None:
    # A pair can only be put together if training saw both its halves elsewhere.
    assert len({shape for shape, _ in HELD_OUT}) == len(HELD_OUT) == len(SHAPES)
    assert len({colour for _, colour in HELD_OUT}) == len(HELD_OUT)


def test_no_thing_has_the_colour_of_its_background() -> None:
    rng = random.Random(2)
    for _ in range(500):
        scene = random_scene(rng, held_out=None)
        assert all(thing.colour != scene.background for thing in scene.things)


def test_training_and_measuring_share_no_caption() -> None:
    rng = random.Random(3)
    scenes = [random_scene(rng) for _ in range(300)]
    assert not any(is_reserved(training_caption(scene, rng)) for scene in scenes)
    assert all(is_reserved(reserved_caption(scene, rng, "zh")) for scene in scenes)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_background_other_than_white_is_always_named(language: str) -> None:
    rng = random.Random(4)
    plain = make_scene(background="grey")
    words = ("灰",) if language == "zh" else ("grey", "gray")
    for _ in range(200):
        text = caption(plain, rng, language).lower()
        assert any(word in text for word in words), text


def test_pictures_are_of_the_models_size() -> None:
    assert render(make_scene()).size == (SIZE, SIZE)


def test_the_checker_passes_perfect_pictures() -> None:
    rng = random.Random(5)
    for _ in range(150):
        scene = random_scene(rng, held_out=None)
        assert wrong_attributes(scene, scene) == set(), scene


@pytest.mark.parametrize("colour", [name for name in COLOURS if name != "red"])
def test_the_checker_catches_a_wrong_colour(colour: str) -> None:
    assert wrong_attributes(make_scene(), make_scene("one", ("circle", colour))) == {"colour"}


@pytest.mark.parametrize("shape", [name for name in SHAPES if name != "circle"])
def test_the_checker_catches_a_wrong_shape(shape: str) -> None:
    assert wrong_attributes(make_scene(), make_scene("one", (shape, "red"))) == {"shape"}


@pytest.mark.parametrize("background", [name for name in BACKGROUNDS if name != "white"])
def test_the_checker_catches_a_wrong_background(background: str) -> None:
    assert wrong_attributes(make_scene(), make_scene(background=background)) == {"background"}


def test_the_checker_catches_a_wrong_place() -> None:
    asked = make_scene("placed", place=("top", "left"))
    for place in (("top", "centre"), ("middle", "left"), ("bottom", "right")):
        assert wrong_attributes(asked, make_scene("placed", place=place)) == {"place"}


def test_the_checker_catches_a_wrong_count() -> None:
    asked = make_scene("three", ("heart", "pink"))
    for layout in ("one", "two"):
        assert "count" in wrong_attributes(asked, make_scene(layout, ("heart", "pink")))
    nothing = replace(asked, things=())
    assert "count" in wrong_attributes(asked, nothing)


def test_the_checker_catches_two_things_that_changed_sides() -> None:
    blue, green = ("square", "blue"), ("triangle", "green")
    asked, drawn = make_scene("beside", blue, green), make_scene("beside", green, blue)
    assert wrong_attributes(asked, drawn) == {"colour", "shape"}
    stacked = make_scene("stacked", blue, green)
    assert "place" in wrong_attributes(asked, stacked)


def test_every_handwritten_prompt_asks_for_something_drawable() -> None:
    prompts = handwritten()
    assert len({text for text, _ in prompts}) == len(prompts)
    for text, scene in prompts:
        assert wrong_attributes(scene, scene) == set(), text
