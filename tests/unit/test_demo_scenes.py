"""The demo model's scenes, captions and pictures, without torch."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter

import pytest

from engine.demo_model.train.captions import (
    caption,
    is_reserved,
    reserved_caption,
    training_caption,
)
from engine.demo_model.train.glyphs import GLYPHS
from engine.demo_model.train.handwritten import handwritten
from engine.demo_model.train.pictures import render
from engine.demo_model.train.scenes import (
    BACKGROUNDS,
    CANVAS_WEIGHTS,
    COLOURS,
    COUNTS,
    HELD_OUT,
    INVISIBLE,
    KINDS,
    LAYOUTS,
    NATIVE,
    PLACES,
    SIZES,
    Canvas,
    Scene,
    place_things,
    random_scene,
)

HANDWRITTEN_KINDS = {
    *("everyday", "polite", "traditional", "english", "capitals"),
    *("counting", "two", "long", "figure", "glyph", "trap"),
}


def test_the_same_seed_gives_the_same_scenes_captions_and_pictures() -> None:
    def make() -> list[object]:
        rng = random.Random(7)
        scenes = [random_scene(rng, canvas=None) for _ in range(20)]
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


def test_every_kind_and_every_colour_is_held_out_at_most_once() -> None:
    # A pair can only be put together if training saw both its halves elsewhere.
    assert {kind for kind, _ in HELD_OUT} <= set(KINDS)
    assert {colour for _, colour in HELD_OUT} <= set(COLOURS)
    assert len({kind for kind, _ in HELD_OUT}) == len(HELD_OUT)
    assert len({colour for _, colour in HELD_OUT}) == len(HELD_OUT)


def test_no_thing_has_the_colour_of_its_background() -> None:
    rng = random.Random(2)
    for _ in range(1_000):
        scene = random_scene(rng, held_out=None, canvas=None)
        assert all((thing.colour, scene.background) not in INVISIBLE for thing in scene.things)


def test_chance_reaches_every_layout_kind_colour_background_and_canvas() -> None:
    rng = random.Random(6)
    scenes = [random_scene(rng, held_out=None, canvas=None) for _ in range(3_000)]
    assert {scene.layout for scene in scenes} == set(LAYOUTS)
    assert {scene.background for scene in scenes} == set(BACKGROUNDS)
    assert {scene.canvas for scene in scenes} == set(CANVAS_WEIGHTS)
    assert {scene.place for scene in scenes} == {None, *PLACES}
    assert {scene.size for scene in scenes} == set(SIZES)
    things = [thing for scene in scenes for thing in scene.things]
    assert {thing.shape for thing in things} == {*KINDS, *GLYPHS}
    assert {thing.colour for thing in things} == set(COLOURS)


def test_every_thing_lies_within_the_picture() -> None:
    rng = random.Random(8)
    for _ in range(1_000):
        scene = random_scene(rng, held_out=None, canvas=None)
        for thing in scene.things:
            reach = 0.95 * thing.radius  # a star's and a fish's radius is more than they need
            assert reach <= thing.x <= scene.canvas[0] - reach, scene
            assert reach <= thing.y <= scene.canvas[1] - reach, scene


def test_training_and_measuring_share_no_caption() -> None:
    rng = random.Random(3)
    scenes = [random_scene(rng) for _ in range(300)]
    assert not any(is_reserved(training_caption(scene, rng)) for scene in scenes)
    assert all(is_reserved(reserved_caption(scene, rng, "zh")) for scene in scenes)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_background_other_than_white_is_always_named(language: str) -> None:
    rng = random.Random(4)
    plain = Scene("one", place_things(rng, "one", [("circle", "red")]), "grey")
    words = ("灰",) if language == "zh" else ("grey", "gray")
    for _ in range(200):
        text = caption(plain, rng, language).lower()
        assert any(word in text for word in words), text


@pytest.mark.parametrize("canvas", CANVAS_WEIGHTS)
def test_a_picture_has_the_size_of_its_canvas(canvas: Canvas) -> None:
    assert render(random_scene(random.Random(0), canvas=canvas)).size == canvas


def test_every_handwritten_prompt_asks_for_something_drawable() -> None:
    rows = handwritten()
    assert len(rows) == len({row.prompt for row in rows}) == 200
    for row in rows:
        scene = row.scene
        glyph = scene.layout == "glyph"
        assert scene.layout in LAYOUTS, row
        assert scene.background in BACKGROUNDS, row
        assert len(scene.things) == COUNTS.get(scene.layout, len(scene.things)), row
        assert scene.size in (SIZES if scene.layout == "one" else ("",)), row
        assert (scene.place in PLACES) == (scene.layout == "placed"), row
        for thing in scene.things:
            assert thing.shape in (GLYPHS if glyph else KINDS), row
            assert thing.colour in COLOURS, row
            assert (thing.colour, scene.background) not in INVISIBLE, row


def test_the_handwritten_prompts_are_of_all_kinds() -> None:
    kinds = Counter(row.kind for row in handwritten())
    assert set(kinds) == HANDWRITTEN_KINDS
    assert kinds["trap"] >= 8


def test_the_handwritten_scenes_fit_any_canvas() -> None:
    for native, wide in zip(handwritten(), handwritten((288, 192)), strict=True):
        assert (native.scene.canvas, wide.scene.canvas) == (NATIVE, (288, 192))
        assert all(thing.x < 288 and thing.y < 192 for thing in wide.scene.things)
