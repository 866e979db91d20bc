"""When a caption may leave a colour out, in any language."""

from __future__ import annotations

import random
from typing import Final

from engine.demo_model.train.glyphs import GLYPHS
from engine.demo_model.train.scenes import COUNTS, NATURAL_COLOURS, Scene, Thing, glyph_colour

UNNAMED_SHARE: Final = 0.6
"""How often a figure of its natural colour, or a character of the usual one, goes without it."""


def names_colour(thing: Thing, scene: Scene, rng: random.Random) -> bool:
    """Whether this time the caption names the thing's colour."""
    if thing.shape in GLYPHS:
        usual = thing.colour == glyph_colour(scene.background)
    else:
        usual = NATURAL_COLOURS.get(thing.shape) == thing.colour
    return not usual or rng.random() >= UNNAMED_SHARE


def bare_shape_fits(scene: Scene, thing: Thing) -> bool:
    """Whether a vague caption may name the shape alone without saying something else: a bare
    figure means its natural colour, and a bare shape means one of no special size or place."""
    natural = NATURAL_COLOURS.get(thing.shape, thing.colour) == thing.colour
    return natural and ((scene.layout == "one" and not scene.size) or scene.layout in COUNTS)
