"""What a person types in English to get a scene."""

from __future__ import annotations

import random

from engine.demo_model.train import words_en as words
from engine.demo_model.train.english_things import article, many, noun_word, one, pair, placed
from engine.demo_model.train.glyphs import DIGITS
from engine.demo_model.train.naming import bare_shape_fits, names_colour
from engine.demo_model.train.scenes import COUNTS, Scene


def _glyph_name(glyph: str, rng: random.Random) -> str:
    """What the character is called."""
    opening, closing = rng.choice(words.QUOTES)
    text = opening + glyph + closing if rng.random() < 0.4 else glyph
    if glyph not in DIGITS:
        return rng.choice(words.CHARACTER_NOUNS).format(text)
    if rng.random() < 0.15:
        text = words.DIGIT_NAMES[int(glyph)]
    return rng.choice(words.DIGIT_NOUNS).format(text)


def _glyph(scene: Scene, rng: random.Random) -> str:
    thing = scene.things[0]
    coloured = names_colour(thing, scene, rng)
    colour = rng.choice(words.COLOURS[thing.colour]) if coloured else ""
    size = rng.choice(("big ", "large ", "big ", "huge ")) if rng.random() < 0.15 else ""
    name = _glyph_name(thing.shape, rng)
    short = name.removeprefix("the ")
    plain = thing.shape in DIGITS or rng.random() < 0.5
    forms = [short, name, f"{article(size + short)}" if size else name]
    if plain:
        forms += [f"{size}{thing.shape}", f"{article(size + thing.shape)}"]
    if coloured:
        forms = [f"{article(f'{size}{colour} {short}')}", f"the {size}{colour} {short}"]
        forms += [f"{size}{colour} {short}", f"{name} in {colour}", f"{name}, {colour}"]
        if plain:
            forms += [f"{article(f'{size}{colour} {thing.shape}')}", f"{thing.shape} in {colour}"]
    text = rng.choice(forms)
    return rng.choice(words.WRITE_PREFIXES) + " " + text if rng.random() < 0.55 else text


def _body(scene: Scene, rng: random.Random) -> str:
    if scene.layout == "placed":
        return placed(scene, rng)
    if scene.layout in ("beside", "stacked"):
        return pair(scene, rng)
    if scene.layout == "glyph":
        return _glyph(scene, rng)
    return one(scene, rng) if scene.layout == "one" else many(scene, rng)


def _background(body: str, background: str, rng: random.Random) -> str:
    name = rng.choice(words.BACKGROUNDS[background])
    return rng.choice(
        (
            f"{body} on {article(name)} background",
            f"{body} on {article(name)} background",
            f"{body} on {name}",
            f"{body}, {name} background",
            f"{body}, {name} background",
            f"{body} {name} background",
            f"{body} with {article(name)} background",
            f"{body} against {article(name)} background",
            f"{body}, the background is {name}",
            f"{body}, background {name}",
            f"{body}, background: {name}",
            f"{name} background, {body}",
            f"{body}. {name} background",
            f"{body} over {article(name)} background",
            f"on {article(name)} background, {body}",
            f"{body}, set on {article(name)} backdrop",
        )
    )


def _vary_case(text: str, rng: random.Random) -> str:
    roll = rng.random()
    if roll < 0.25:
        return text[:1].upper() + text[1:]
    if roll < 0.31:
        return text.title()
    if roll < 0.39:
        return text.upper()
    if roll < 0.45:
        return " ".join(w.upper() if rng.random() < 0.3 else w for w in text.split(" "))
    return text


def _filler(text: str, rng: random.Random) -> str:
    filler = " ".join(rng.choices(words.FILLERS, k=rng.randint(1, 4)))
    return rng.choice(
        (f"{filler}, {text}", f"{filler} {text}", f"{text}, {filler}", f"{text} {filler}")
    )


def _long(text: str, noun: bool, rng: random.Random) -> str:
    """A description in the manner of prompts for large models."""
    style = rng.choice(words.STYLES if noun else words.CLAUSE_STYLES)
    return ", ".join((f"{style} {text}", *rng.sample(words.QUALITIES, rng.choice((2, 2, 3, 4, 5)))))


def english(scene: Scene, rng: random.Random, name_background: bool) -> str:
    """A caption: what is drawn, then what people wrap around it, in any mix of cases."""
    body, roll = _body(scene, rng), rng.random()
    verb = scene.layout == "glyph" or body.startswith(("put ", "place ")) or " there is " in body
    text = body
    if roll < 0.4 and not verb:
        text = rng.choice(words.PREFIXES) + " " + text
    if name_background:
        text = _background(text, scene.background, rng)
    if 0.4 <= roll < 0.48 and not verb:
        noun = scene.layout in ("one", *COUNTS) and text.startswith(body)
        return _vary_case(_long(text, noun, rng), rng)
    if 0.48 <= roll < 0.54 and not verb:
        return _vary_case(rng.choice(words.POLITE).format(text), rng)
    if rng.random() < 0.2:
        # Nothing was stripped from these but the space before a word.
        suffix = rng.choice(words.SUFFIXES)
        text += f" {suffix}" if suffix[0].isalpha() else suffix
    elif rng.random() < 0.12:
        text += "".join(rng.sample(words.TAILS, rng.choice(words.TAIL_COUNTS)))
    if rng.random() < 0.05:
        text = _filler(text, rng)
    if rng.random() < 0.03:
        text = f"{text} {rng.choice(words.EMOJI)}"
    return _vary_case(text, rng)


def vague_english(scene: Scene, rng: random.Random) -> str:
    """Less than it takes to draw the scene: a shape, a colour or the background alone."""
    thing, roll = rng.choice(scene.things), rng.random()
    background = f"{rng.choice(words.BACKGROUNDS[scene.background])} background"
    if roll < 0.2:
        return _vary_case(background, rng)
    if roll < 0.35 or not bare_shape_fits(scene, thing):
        colour = rng.choice(words.COLOURS[thing.colour])
        return _vary_case(
            rng.choice((colour, colour, f"something {colour}", f"{colour} colour")), rng
        )
    word = noun_word(thing, rng, False)
    if scene.layout == "one":
        text = rng.choice((word, article(word)))
    else:
        text = f"{rng.choice(words.COUNTS[scene.layout])} {words.PLURALS.get(word, word + 's')}"
    named = scene.background != "white" and rng.random() < 0.6
    return _vary_case(f"{text}, {background}" if named else text, rng)
