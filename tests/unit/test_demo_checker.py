"""The checker of the demo model's pictures: what is right passes, what is wrong is named."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from PIL import Image, ImageDraw

from engine.demo_model.train.checker import ATTRIBUTES, check
from engine.demo_model.train.glyphs import GLYPHS
from engine.demo_model.train.handwritten import handwritten
from engine.demo_model.train.pictures import render
from engine.demo_model.train.reading import read_glyph, read_picture
from engine.demo_model.train.scenes import (
    BACKGROUNDS,
    CANVAS_WEIGHTS,
    COLOURS,
    COUNTS,
    INVISIBLE,
    KINDS,
    NATIVE,
    PLACES,
    SIZES,
    Canvas,
    Scene,
    place_things,
    random_scene,
)

RED, WHITE = COLOURS["red"], BACKGROUNDS["white"]


def make_scene(
    layout: str = "one",
    *pairs: tuple[str, str],
    background: str = "white",
    place: tuple[str, str] | None = None,
    size: str = "",
    canvas: Canvas = NATIVE,
) -> Scene:
    chosen = (list(pairs) or [("circle", "red")]) * COUNTS.get(layout, 1)
    things = place_things(random.Random(0), layout, chosen, place, size, canvas)
    return Scene(layout, things, background, place, size, canvas)


def wrong_in(asked: Scene, picture: Image.Image) -> set[str]:
    verdict = check(asked, picture)
    return {name for name in ATTRIBUTES if verdict[name] is False}


def wrong_attributes(asked: Scene, drawn: Scene) -> set[str]:
    return wrong_in(asked, render(drawn))


def blank() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("RGB", NATIVE, WHITE)
    return picture, ImageDraw.Draw(picture)


@pytest.mark.parametrize("canvas", CANVAS_WEIGHTS)
def test_it_passes_perfect_pictures(canvas: Canvas) -> None:
    rng = random.Random(5)
    for _ in range(12):
        scene = random_scene(rng, held_out=None, canvas=canvas)
        assert check(scene, render(scene))["all"], scene
        assert wrong_attributes(scene, scene) == set(), scene


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_it_knows_every_kind_in_light_and_dark_on_every_background(background: str) -> None:
    for kind in KINDS:
        for colour in ("black", "white", "yellow"):
            if (colour, background) not in INVISIBLE:
                scene = make_scene("one", (kind, colour), background=background)
                assert wrong_attributes(scene, scene) == set(), (kind, colour)


@pytest.mark.parametrize("canvas", [NATIVE, (128, 128)])
def test_it_reads_every_glyph(canvas: Canvas) -> None:
    for glyph in GLYPHS:
        scene = make_scene("glyph", (glyph, "blue"), canvas=canvas)
        assert wrong_attributes(scene, scene) == set(), glyph


def test_it_passes_what_the_handwritten_prompts_ask_for() -> None:
    for row in handwritten((128, 128)):
        assert wrong_attributes(row.scene, row.scene) == set(), row


def test_coordinates_are_those_of_a_picture_of_half_the_native_size() -> None:
    scene = make_scene("placed", place=("bottom", "right"))
    (blob,) = read_picture(render(scene))[1]
    assert blob.x == pytest.approx(scene.things[0].x / 2, abs=1)
    assert blob.y == pytest.approx(scene.things[0].y / 2, abs=1)


@pytest.mark.parametrize("colour", [name for name in COLOURS if name not in ("red", "white")])
def test_it_catches_a_wrong_colour(colour: str) -> None:
    assert wrong_attributes(make_scene(), make_scene("one", ("circle", colour))) == {"colour"}


def test_a_colour_that_is_none_of_the_palette_is_wrong() -> None:
    for asked in COLOURS:
        if asked != "white":
            picture, draw = blank()
            draw.ellipse((58, 58, 198, 198), fill=(125, 125, 125))
            assert "colour" in wrong_in(make_scene("one", ("circle", asked)), picture)


@pytest.mark.parametrize("asked", KINDS)
def test_it_catches_a_wrong_kind(asked: str) -> None:
    for drawn in KINDS:
        wrong = wrong_attributes(
            make_scene("one", (asked, "red")), make_scene("one", (drawn, "red"))
        )
        assert wrong == ({"shape"} if drawn != asked else set()), drawn


def test_a_shape_that_is_none_of_the_kinds_is_wrong() -> None:
    picture, draw = blank()
    draw.rectangle((60, 100, 200, 150), fill=RED)
    assert "shape" in wrong_in(make_scene("one", ("square", "red")), picture)


def test_an_outline_is_no_filled_shape() -> None:
    picture, draw = blank()
    draw.ellipse((58, 58, 198, 198), outline=RED, width=12)
    assert wrong_in(make_scene(), picture) == {"shape"}


@pytest.mark.parametrize("background", [name for name in BACKGROUNDS if name != "white"])
def test_it_catches_a_wrong_background(background: str) -> None:
    assert wrong_attributes(make_scene(), make_scene(background=background)) == {"background"}


@pytest.mark.parametrize("canvas", [NATIVE, (288, 192), (160, 288)])
def test_it_catches_a_wrong_place(canvas: Canvas) -> None:
    asked = make_scene("placed", place=("top", "left"), canvas=canvas)
    for place in PLACES:
        wrong = wrong_attributes(asked, make_scene("placed", place=place, canvas=canvas))
        assert wrong == ({"place"} if place != asked.place else set()), place


@pytest.mark.parametrize("asked", COUNTS)
def test_it_catches_a_wrong_count(asked: str) -> None:
    for drawn in COUNTS:
        wrong = wrong_attributes(
            make_scene(asked, ("heart", "pink")), make_scene(drawn, ("heart", "pink"))
        )
        assert wrong == ({"count"} if drawn != asked else set()), drawn


def test_nothing_at_all_is_wrong_in_everything_but_the_background() -> None:
    empty = blank()[0]
    assert wrong_in(make_scene(), empty) == {"colour", "count", "shape", "size"}
    placed = make_scene("placed", place=("top", "left"))
    assert wrong_in(placed, empty) == {"colour", "count", "shape", "place"}
    assert wrong_in(make_scene("glyph", ("大", "black")), empty) == {"colour", "shape"}


def test_one_odd_thing_among_equal_ones_is_wrong() -> None:
    asked = make_scene("five", ("tree", "green"))
    *others, last = asked.things
    for odd, wrong in (
        (replace(last, colour="cyan"), "colour"),
        (replace(last, shape="fish"), "shape"),
    ):
        assert wrong_attributes(asked, replace(asked, things=(*others, odd))) == {wrong}


@pytest.mark.parametrize("asked", SIZES)
@pytest.mark.parametrize("kind", ["star", "fish", "cat"])
def test_it_catches_a_wrong_size(kind: str, asked: str) -> None:
    for drawn in SIZES:
        scene, picture = (make_scene("one", (kind, "blue"), size=size) for size in (asked, drawn))
        assert wrong_attributes(scene, picture) == ({"size"} if drawn != asked else set()), drawn


def test_a_size_that_was_not_asked_for_does_not_spoil_the_whole() -> None:
    large = render(make_scene(size="large"))
    assert check(make_scene(), large)["size"] is False
    assert check(make_scene(), large)["all"] is True
    assert check(make_scene(size="small"), large)["all"] is False
    assert check(make_scene("two"), render(make_scene("two")))["size"] is None


def test_it_catches_two_things_that_changed_sides() -> None:
    blue, green = ("square", "blue"), ("triangle", "green")
    for layout in ("beside", "stacked"):
        asked, drawn = make_scene(layout, blue, green), make_scene(layout, green, blue)
        assert wrong_attributes(asked, drawn) == {"colour", "shape"}
    stacked = make_scene("stacked", blue, green)
    assert "place" in wrong_attributes(make_scene("beside", blue, green), stacked)


def test_it_catches_a_wrong_glyph() -> None:
    pictures = {glyph: render(make_scene("glyph", (glyph, "black"))) for glyph in GLYPHS}
    for one, other in zip(GLYPHS, GLYPHS[1:] + GLYPHS[:1], strict=True):
        assert wrong_in(make_scene("glyph", (one, "black")), pictures[other]) == {"shape"}


def test_it_catches_a_glyphs_colour_and_background() -> None:
    asked, drawn = (make_scene("glyph", ("水", colour)) for colour in ("blue", "red"))
    assert wrong_attributes(asked, drawn) == {"colour"}
    assert wrong_attributes(asked, replace(asked, background="grey")) == {"background"}


def test_what_is_no_glyph_is_read_as_none() -> None:
    for kind in KINDS:
        assert read_glyph(render(make_scene("one", (kind, "red"))))[1] == "none", kind
