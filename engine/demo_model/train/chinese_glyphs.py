"""How a person asks in Chinese for a digit or a character."""

from __future__ import annotations

import random

from engine.demo_model.train import words_zh as words
from engine.demo_model.train.chinese_things import Phrase, full_colour, named_colour
from engine.demo_model.train.glyphs import DIGITS
from engine.demo_model.train.naming import names_colour
from engine.demo_model.train.scenes import Scene


def _glyph_word(glyph: str, rng: random.Random) -> str:
    """The character with or without quotes, and what it is called."""
    nouns = words.DIGIT_NOUNS if glyph in DIGITS else words.CHARACTER_NOUNS
    noun = rng.choice(nouns)
    bare = glyph in DIGITS or noun.startswith("汉字")
    quoted = rng.random() < (0.35 if glyph in DIGITS else 0.65)
    if quoted or (glyph in words.NEED_QUOTES and not bare):
        opening, closing = rng.choice(words.QUOTES)
        return noun.format(opening + glyph + closing)
    return noun.format(glyph)


def glyph_phrase(scene: Scene, rng: random.Random) -> Phrase:
    thing = scene.things[0]
    coloured = names_colour(thing, scene, rng)
    word = _glyph_word(thing.shape, rng)
    if thing.shape in DIGITS and rng.random() < 0.2:
        word = thing.shape
    opening, closing = rng.choice(words.QUOTES)
    quoted = opening + thing.shape + closing
    one = "" if "这个" in word else rng.choice(("一个", "一个", "", "", "个"))
    size = rng.choice(words.GLYPH_SIZES) if rng.random() < 0.08 else ""
    colour, full = named_colour(thing, rng, True), full_colour(thing, rng, True)
    size = "大大的" if size == "大" and coloured else size
    noun = f"{one}{size}{colour}的{word}" if coloured else f"{one}{size}{word}"
    verb, written = rng.choice(words.WRITE_VERBS), rng.choice(words.WRITTEN)
    # 个 alone needs a verb before it.
    forms = [(f"{verb}{noun}", "whole")] * 6
    forms += [(noun.removeprefix("个"), "thing")] * 3
    forms += [(f"{written}{noun.removeprefix(one)}", "whole")] * 2
    if not coloured:
        forms += [(f"{verb}{quoted}", "whole"), (f"{written}{quoted}", "whole")] * 2
        return Phrase(*rng.choice(forms))
    forms += [(f"用{full}写{one}{word}", "act"), (f"用{full}写{quoted}", "act")]
    forms += [
        (f"{verb}{one}{word}，{full}", "whole"),
        (f"{verb}{one}{word}，颜色要{full}", "whole"),
    ]
    forms += [(f"{word}，{full}的", "thing"), (f"{written}{full}的{quoted}", "whole")]
    forms += [(f"{written}{quoted}，字是{full}的", "whole"), (f"{verb}{quoted}，{full}", "whole")]
    return Phrase(*rng.choice(forms))
