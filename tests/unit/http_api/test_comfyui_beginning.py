"""Where workflows begin: an empty latent, a picture, a part of one; and how much of the way is
gone."""

import random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.adapters.http_api.comfyui.bad_graph import BadGraph
from bot.adapters.http_api.comfyui.beginning import drawn_size
from bot.adapters.http_api.comfyui.file_names import annotated, file_named
from bot.adapters.http_api.problem import Problem
from bot.core.draw_options import MIN_STRENGTH
from engine.contract import passes
from engine.profiles import profile_named
from tests.unit.http_api.test_comfyui_reading import DEMO, adapted, refusal, wish_of
from tests.unit.http_api.workflows import FROM_PART, FROM_PICTURE, workflow

MASK: dict[str, Any] = {
    "class_type": "LoadImageMask",
    "inputs": {"image": "m.png", "channel": "red"},
}


def test_a_picture_is_begun_from_and_gives_its_size() -> None:
    wish = wish_of(FROM_PICTURE)
    assert (wish.request.size, wish.request.count, wish.latent) == (None, 1, "encode")
    picture = wish.begins.picture
    assert picture is not None
    assert (picture.node, picture.file, wish.begins.mask) == ("load", "a.png", None)


def test_ids_and_order_mean_nothing() -> None:
    nodes = list(FROM_PART.items())
    random.Random(5).shuffle(nodes)
    names = {node: f"{n}:{node}" for n, (node, _) in enumerate(nodes)}

    def renamed(value: Any) -> Any:
        return [names[value[0]], value[1]] if isinstance(value, list) else value

    shuffled = {
        names[node]: {**about, "inputs": {k: renamed(v) for k, v in about["inputs"].items()}}
        for node, about in nodes
    }
    assert wish_of(shuffled).request == wish_of(FROM_PART).request
    assert wish_of(shuffled).begins.masked_by == names["keep"]


def test_a_mask_is_the_transparency_of_the_picture_or_a_channel_of_another() -> None:
    mask = wish_of(FROM_PART).begins.mask
    assert mask is not None
    assert (mask.file, mask.channel) == ("a.png", "alpha")
    other = wish_of(workflow(FROM_PART, nmask=MASK, nkeep={"mask": ["mask", 0]})).begins.mask
    assert other is not None
    assert (other.node, other.file, other.channel) == ("mask", "m.png", "red")


def test_a_mask_is_said_to_be_black_and_white() -> None:
    assert "hard_mask" in adapted(wish_of(FROM_PART))
    assert "hard_mask" not in adapted(wish_of(FROM_PICTURE))


@pytest.mark.parametrize(
    ("steps", "denoise", "whole"), [(8, 0.6, 13), (8, 0.5, 16), (20, 0.75, 26), (8, 1.0, 8)]
)
def test_all_steps_are_made_over_the_tail_of_a_longer_way(
    steps: int, denoise: float, whole: int
) -> None:
    wish = wish_of(workflow(FROM_PICTURE, n3={"steps": steps, "denoise": denoise}))
    assert wish.request.steps == whole
    assert passes(whole, wish.request.strength) == steps
    assert "denoise_shortened" not in adapted(wish)


@given(st.integers(1, 50), st.floats(MIN_STRENGTH, 1))
@example(23, 0.45070870305258603)  # 51 steps would be too many, and of 50 it takes 23 as well
def test_the_way_begins_where_comfyui_begins(steps: int, denoise: float) -> None:
    wish = wish_of(workflow(FROM_PICTURE, n3={"steps": steps, "denoise": denoise}))
    whole, strength = wish.request.steps, wish.request.strength
    assert whole is not None
    assert strength is not None
    assert MIN_STRENGTH <= strength <= 1
    made, longer = passes(whole, strength), int(steps / denoise)
    if longer <= DEMO.max_steps:
        assert (made, whole) == (steps, longer if denoise <= 0.9999 else steps)
    else:
        assert ("denoise_shortened" in adapted(wish)) == (made < steps)
        assert made / whole == pytest.approx(denoise, abs=0.51 / whole)


@pytest.mark.parametrize("denoise", [0, 0.05, 0.0999])
def test_too_little_denoise_is_refused(denoise: float) -> None:
    changed = workflow(FROM_PICTURE, n3={"denoise": denoise})
    assert refusal(changed) == ("3", "custom_validation_failed", "denoise_too_low")


@pytest.mark.parametrize(
    ("change", "node"),
    [
        ({"nencode": {"pixels": ["8", 0]}}, None),
        ({"n9": {"images": ["load", 0]}}, "9"),
        ({"nkeep": {"samples": ["5", 0]}}, "keep"),
    ],
)
def test_what_comes_from_elsewhere_is_refused(change: dict[str, Any], node: str | None) -> None:
    with pytest.raises(BadGraph) as caught:
        wish_of(workflow(FROM_PART, **change))
    assert node is None or set(caught.value.nodes) == {node}


@pytest.mark.parametrize("model", ["demo", "z-image-turbo"])
@given(st.integers(1, 9000), st.integers(1, 9000))
def test_every_picture_is_drawn_at_a_size_that_can_be_drawn(
    model: str, width: int, height: int
) -> None:
    profile = profile_named(model)
    wide, tall = drawn_size(width, height, profile)
    assert wide % profile.multiple == tall % profile.multiple == 0
    assert profile.min_side <= min(wide, tall)
    assert max(wide, tall) <= profile.max_side
    assert wide * tall <= profile.max_pixels
    fits = profile.min_side <= min(width, height) and max(width, height) <= profile.max_side
    if fits and width * height <= profile.max_pixels:
        assert (wide, tall) == (width // 16 * 16, height // 16 * 16)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("a.png", ("input", "", "a.png")),
        ("a.png [input]", ("input", "", "a.png")),
        ("x/y/a.png", ("input", "x/y", "a.png")),
        ("x\\a.png [output]", ("output", "x", "a.png")),
        ("图 (1).png [temp]", ("temp", "", "图 (1).png")),
        ("./a.png", ("input", "", "a.png")),
        ("../a.png", None),
        ("/etc/passwd", None),
        ("", None),
        ("x/", None),
        ("a\0.png", None),
        ("a" * 300, None),
    ],
)
def test_files_are_named_as_workflows_name_them(
    written: str, found: tuple[str, str, str] | None
) -> None:
    named = annotated(written)
    assert (named and (named.kind, named.subfolder, named.name)) == found


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (("a.png", "", "input"), None),
        (("a.png", "./x//y/", "temp"), None),
        (("a.png", "../x", "input"), 403),
        (("a.png", "x/../..", "input"), 403),
        (("a.png", "/x", "input"), 403),
        (("a.png", "\\\\x", "input"), 403),
        (("../a.png", "", "input"), 400),
        (("a.png", "", "models"), 400),
        (("a.png", "x\ny", "input"), 400),
    ],
)
def test_names_that_could_mean_a_path_outside_are_refused(
    asked: tuple[str, str, str], status: int | None
) -> None:
    if status is None:
        assert not file_named(*asked).subfolder.startswith(("/", "."))
        return
    with pytest.raises(Problem) as caught:
        file_named(*asked)
    assert caught.value.status == status
