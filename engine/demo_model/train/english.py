"""What a person types in English to get a scene."""

from __future__ import annotations

import random

from engine.demo_model.train import words
from engine.demo_model.train.scenes import Scene, Thing


def _article(noun: str) -> str:
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def _noun(thing: Thing, rng: random.Random, plural: bool = False) -> str:
    shape = rng.choice(words.EN_SHAPES[thing.shape])
    if plural:
        shape = words.EN_PLURALS.get(shape, shape + "s")
    adjective = rng.choice(words.EN_ADJECTIVES) if rng.random() < 0.12 else ""
    return f"{adjective}{rng.choice(words.EN_COLOURS[thing.colour])} {shape}"


def _one(thing: Thing, rng: random.Random) -> str:
    if rng.random() < 0.05:
        colour = rng.choice(words.EN_COLOURS[thing.colour])
        link = rng.choice((" that is ", " in ", ", "))
        return f"{_article(rng.choice(words.EN_SHAPES[thing.shape]))}{link}{colour}"
    noun = _noun(thing, rng)
    return rng.choice((_article(noun), _article(noun), _article(noun), f"one {noun}", noun))


def _placed(scene: Scene, rng: random.Random) -> str:
    assert scene.place is not None
    noun = _one(scene.things[0], rng)
    place = rng.choice(words.EN_PLACES[scene.place])
    return rng.choice(
        (
            f"{noun} {place}",
            f"{noun} {place}",
            f"{noun}, {place}",
            f"{place} {noun}",
            f"{place}, {noun}",
            f"put {noun} {place}",
            f"place {noun} {place}",
            f"{noun} is {place}",
        )
    )


def _beside(first: str, second: str, rng: random.Random) -> str:
    return rng.choice(
        (
            f"{first} on the left and {second} on the right",
            f"{first} on the left, {second} on the right",
            f"{second} on the right and {first} on the left",
            f"on the left {first}, on the right {second}",
            f"left: {first}, right: {second}",
            f"{first} to the left of {second}",
            f"{first} left of {second}",
            f"{second} to the right of {first}",
            f"{first} and {second}",
            f"{first} next to {second}",
        )
    )


def _stacked(first: str, second: str, rng: random.Random) -> str:
    return rng.choice(
        (
            f"{first} at the top and {second} at the bottom",
            f"{first} at the top, {second} at the bottom",
            f"{second} at the bottom and {first} at the top",
            f"top: {first}, bottom: {second}",
            f"{first} above {second}",
            f"{first} over {second}",
            f"{first} on top of {second}",
            f"{second} below {first}",
            f"{second} under {first}",
        )
    )


def _body(scene: Scene, rng: random.Random) -> str:
    if scene.layout == "placed":
        return _placed(scene, rng)
    if scene.layout in ("two", "three"):
        number = rng.choice((scene.layout, scene.layout, {"two": "2", "three": "3"}[scene.layout]))
        return f"{number} {_noun(scene.things[0], rng, plural=True)}"
    nouns = [_one(thing, rng) for thing in scene.things]
    if scene.layout == "beside":
        return _beside(nouns[0], nouns[1], rng)
    if scene.layout == "stacked":
        return _stacked(nouns[0], nouns[1], rng)
    return nouns[0]


def _background(body: str, background: str, rng: random.Random) -> str:
    name = rng.choice(words.EN_BACKGROUNDS[background])
    return rng.choice(
        (
            f"{body} on a {name} background",
            f"{body} on a {name} background",
            f"{body} on {name}",
            f"{body}, {name} background",
            f"{body} with a {name} background",
            f"{body} against a {name} background",
            f"{body}, the background is {name}",
            f"{name} background, {body}",
            f"{body}. {name} background",
            f"{body} over a {name} background",
            f"on a {name} background, {body}",
        )
    )


def _vary_case(text: str, rng: random.Random) -> str:
    roll = rng.random()
    if roll < 0.25:
        return text[:1].upper() + text[1:]
    if roll < 0.32:
        return text.title()
    if roll < 0.39:
        return text.upper()
    if roll < 0.46:
        return " ".join(w.upper() if rng.random() < 0.3 else w for w in text.split(" "))
    return text


def _filler(text: str, rng: random.Random) -> str:
    filler = " ".join(rng.choices(words.EN_FILLERS, k=rng.randint(1, 4)))
    return rng.choice(
        (f"{filler}, {text}", f"{filler} {text}", f"{text}, {filler}", f"{text} {filler}")
    )


def english(scene: Scene, rng: random.Random, name_background: bool) -> str:
    """A caption: what is drawn, then what people wrap around it, in any mix of cases."""
    text = _body(scene, rng)
    if rng.random() < 0.4:
        text = rng.choice(words.EN_PREFIXES) + text
    if name_background:
        text = _background(text, scene.background, rng)
    if rng.random() < 0.2:
        text += rng.choice(words.EN_SUFFIXES)
    if rng.random() < 0.1:
        text += "".join(rng.sample(words.EN_TAILS, rng.choice(words.TAIL_COUNTS)))
    if rng.random() < 0.05:
        text = _filler(text, rng)
    return _vary_case(text, rng)
