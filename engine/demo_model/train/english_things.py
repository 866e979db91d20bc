"""How a person says in English what is in a picture; `english` adds what they wrap around it."""

from __future__ import annotations

import random

from engine.demo_model.train import words_en as words
from engine.demo_model.train.naming import names_colour
from engine.demo_model.train.scenes import Scene, Thing


def article(noun: str) -> str:
    return ("an " if noun[0].lower() in "aeiou8" else "a ") + noun


def noun_word(thing: Thing, rng: random.Random, coloured: bool) -> str:
    rows = words.SHAPES[thing.shape]
    if coloured:
        rows += words.COLOURED_SHAPES.get(thing.shape, ())
    return rng.choice(rows)


def _adjective(scene: Scene, rng: random.Random) -> str:
    """An adjective that says nothing: a size only where no scene has one to say."""
    roll = rng.random()
    if roll < 0.03 and scene.layout != "one" and scene.place != ("middle", "centre"):
        return rng.choice(words.NOISE_SIZES) + " "
    return rng.choice(words.ADJECTIVES) + " " if roll < 0.1 else ""


def _noun(
    scene: Scene, thing: Thing, rng: random.Random, adjective: str, plural: bool = False
) -> str:
    coloured = names_colour(thing, scene, rng)
    word = noun_word(thing, rng, coloured)
    if plural:
        word = words.PLURALS.get(word, word + "s")
    colour = rng.choice(words.COLOURS[thing.colour]) + " " if coloured else ""
    return f"{adjective}{colour}{word}"


def _turned(thing: Thing, rng: random.Random) -> str:
    """The colour behind the noun."""
    word, colour = noun_word(thing, rng, True), rng.choice(words.COLOURS[thing.colour])
    link = rng.choice((" that is ", " in ", ", ", " coloured ", ", coloured ", " which is "))
    return rng.choice((article(word) + link + colour, f"{word}, {colour}", f"{word} {colour}"))


def _thing(scene: Scene, thing: Thing, rng: random.Random) -> str:
    noun = _noun(scene, thing, rng, _adjective(scene, rng))
    if noun == "sun" and rng.random() < 0.5:
        return "the sun"
    return rng.choice((article(noun), article(noun), article(noun), f"one {noun}", noun))


def one(scene: Scene, rng: random.Random) -> str:
    thing = scene.things[0]
    turned = rng.random() < 0.06
    if not scene.size:
        return _turned(thing, rng) if turned else _thing(scene, thing, rng)
    large = scene.size == "large"
    if rng.random() < 0.75:
        noun = _noun(scene, thing, rng, rng.choice(words.LARGE if large else words.SMALL) + " ")
        text = rng.choice((article(noun), article(noun), f"one {noun}", noun))
        if rng.random() < 0.06:
            text += " " + rng.choice(words.PLACES["middle", "centre"])
        return text
    text = _turned(thing, rng) if turned else article(_noun(scene, thing, rng, ""))
    return f"{text}, {rng.choice(words.LARGE_TAILS if large else words.SMALL_TAILS)}"


def placed(scene: Scene, rng: random.Random) -> str:
    assert scene.place is not None
    noun = _turned(scene.things[0], rng) if rng.random() < 0.05 else ""
    noun = noun or _thing(scene, scene.things[0], rng)
    place = rng.choice(words.PLACES[scene.place])
    return rng.choice(
        (
            f"{noun} {place}",
            f"{noun} {place}",
            f"{noun}, {place}",
            f"{place} {noun}",
            f"{place}, {noun}",
            f"{place}: {noun}",
            f"put {noun} {place}",
            f"place {noun} {place}",
            f"{noun} is {place}",
            f"{noun} placed {place}",
            f"{noun} sitting {place}",
            f"{place} there is {noun}",
        )
    )


def _beside(first: str, second: str, rng: random.Random) -> str:
    return rng.choice(
        (
            f"{first} on the left and {second} on the right",
            f"{first} on the left, {second} on the right",
            f"{second} on the right and {first} on the left",
            f"on the left {first}, on the right {second}",
            f"on the left side {first} and on the right side {second}",
            f"left: {first}, right: {second}",
            f"left {first}, right {second}",
            f"{first} left, {second} right",
            f"{first} at the left, {second} at the right",
            f"{first} to the left of {second}",
            f"{first} on the left of {second}",
            f"{first} on the left side of {second}",
            f"{first} left of {second}",
            f"{second} to the right of {first}",
            f"{second} on the right of {first}",
            f"{second} right of {first}",
            f"{second} with {first} to its left",
            f"{first} with {second} on its right",
            f"{first} and {second}",
            f"{first} and {second}",
            f"{first} and {second} side by side",
            f"{first} next to {second}",
            f"{first} beside {second}",
        )
    )


def _stacked(first: str, second: str, rng: random.Random) -> str:
    return rng.choice(
        (
            f"{first} at the top and {second} at the bottom",
            f"{first} at the top, {second} at the bottom",
            f"{second} at the bottom and {first} at the top",
            f"top: {first}, bottom: {second}",
            f"top {first}, bottom {second}",
            f"{first} on top, {second} below",
            f"{first} up top and {second} down below",
            f"{first} above {second}",
            f"{first} above {second}",
            f"{first} directly above {second}",
            f"{first} over {second}",
            f"{first} on top of {second}",
            f"{second} below {first}",
            f"{second} under {first}",
            f"{second} beneath {first}",
            f"{second} underneath {first}",
            f"{second} with {first} above it",
            f"{first} with {second} below it",
        )
    )


def pair(scene: Scene, rng: random.Random) -> str:
    write = _beside if scene.layout == "beside" else _stacked
    if rng.random() < 0.12:
        # As few words as can be: neither has an article.
        first, second = (_noun(scene, thing, rng, "") for thing in scene.things)
    else:
        first, second = (_thing(scene, thing, rng) for thing in scene.things)
    return write(first, second, rng)


def many(scene: Scene, rng: random.Random) -> str:
    thing, number = scene.things[0], rng.choice(words.COUNTS[scene.layout])
    if rng.random() < 0.85:
        return f"{number} {_noun(scene, thing, rng, _adjective(scene, rng), plural=True)}"
    word, colour = noun_word(thing, rng, True), rng.choice(words.COLOURS[thing.colour])
    word = words.PLURALS.get(word, word + "s")
    forms = [
        f"{number} {word}, all {colour}",
        f"{number} {word}, {colour}",
        f"{number} {word} in {colour}",
    ]
    if " " not in number:
        forms += [f"{colour} {word}, {number} of them"]
    if number.isdigit():
        forms += [f"{colour} {word} x{number}", f"{number}x {colour} {word}"]
    return rng.choice(forms)
