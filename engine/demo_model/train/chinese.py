"""What a person types in Chinese to get a scene."""

from __future__ import annotations

import random

from engine.demo_model.train import words
from engine.demo_model.train.scenes import Scene, Thing


def _noun(thing: Thing, rng: random.Random, number: str) -> str:
    """number: "" leaves out the measure word too."""
    colour = rng.choice(words.ZH_COLOURS[thing.colour])
    shape = rng.choice(words.ZH_SHAPES[thing.shape])
    glue = "的" if rng.random() < 0.6 else ""
    measure = rng.choice(words.ZH_MEASURES[thing.shape]) if number else ""
    adjective = rng.choice(words.ZH_ADJECTIVES) if rng.random() < 0.12 else ""
    if adjective and rng.random() < 0.5:
        return f"{number}{measure}{adjective}{colour}{glue}{shape}"
    if adjective:
        return f"{number}{measure}{colour}的{adjective}{shape}"
    return f"{number}{measure}{colour}{glue}{shape}"


def _one(thing: Thing, rng: random.Random) -> str:
    if rng.random() < 0.06:
        shape, colour = words.ZH_SHAPES[thing.shape], words.ZH_COLOURS[thing.colour]
        return (
            f"一个{rng.choice(shape)}，{rng.choice(('颜色是', '颜色为', ''))}{rng.choice(colour)}"
        )
    return _noun(thing, rng, rng.choice(("一", "一", "一", "1", "")))


def _placed(scene: Scene, rng: random.Random) -> str:
    assert scene.place is not None
    noun = _one(scene.things[0], rng)
    place = rng.choice(words.ZH_PLACES[scene.place])
    return rng.choice(
        (
            f"{place}{noun}",
            f"{place}有{noun}",
            f"在{place}画{noun}",
            f"在{place}有{noun}",
            f"{place}是{noun}",
            f"{noun}在{place}",
            f"{noun}，在{place}",
            f"{noun}，位于{place}",
            f"{noun}放在{place}",
            f"画面{place}{noun}",
            f"{place}的{noun}",
            f"把{noun}放在{place}",
            f"把{noun}放到{place}",
            f"{noun}，{place}",
        )
    )


def _pair(scene: Scene, rng: random.Random) -> str:
    """Two things; the first is the left or the upper one."""
    first, second = (_one(thing, rng) for thing in scene.things)
    cells = (
        (("middle", "left"), ("middle", "right"))
        if scene.layout == "beside"
        else (("top", "centre"), ("bottom", "centre"))
    )
    here, there = (rng.choice(words.ZH_PLACES[cell]) for cell in cells)
    comma = rng.choice(("，", "，", ",", "、", " "))
    forms = [
        f"{here}{first}{comma}{there}{second}",
        f"{here}{first}{comma}{there}{second}",
        f"{here}是{first}{comma}{there}是{second}",
        f"{here}有{first}{comma}{there}有{second}",
        f"{here}画{first}{comma}{there}画{second}",
        f"{first}在{here}{comma}{second}在{there}",
        f"{there}{second}{comma}{here}{first}",
        f"{there}是{second}{comma}{here}是{first}",
        f"{second}在{there}{comma}{first}在{here}",
        f"{first}在{second}的{here}",
        f"{second}在{first}的{there}",
        f"{first}的{there}是{second}",
        f"{second}的{here}有{first}",
    ]
    if scene.layout == "beside":
        forms += [f"{first}和{second}", f"{first}{rng.choice(('与', '跟', '和'))}{second}"]
    return rng.choice(forms)


def _many(scene: Scene, rng: random.Random) -> str:
    numbers = {"two": ("两", "两", "2", "二"), "three": ("三", "三", "3")}[scene.layout]
    return _noun(scene.things[0], rng, rng.choice(numbers))


def _body(scene: Scene, rng: random.Random) -> str:
    if scene.layout == "placed":
        return _placed(scene, rng)
    if scene.layout in ("beside", "stacked"):
        return _pair(scene, rng)
    if scene.layout in ("two", "three"):
        return _many(scene, rng)
    return _one(scene.things[0], rng)


def _background(body: str, background: str, rng: random.Random) -> str:
    name = rng.choice(words.ZH_BACKGROUNDS[background])
    return rng.choice(
        (
            f"{body}，{name}背景",
            f"{body}，{name}背景",
            f"{body}，{name}的背景",
            f"{body}，背景是{name}的" if name.endswith("色") else f"{body}，{name}底",
            f"{body}，背景{name}",
            f"{name}背景，{body}",
            f"{name}背景上{body}",
            f"在{name}的背景上，{body}",
            f"{name}的背景上有{body}",
            f"{body}，{name}底",
            f"{body}，背景用{name}",
            f"{body}，背景要{name}",
            f"{body}，底色是{name}",
            f"{name}底，{body}",
            f"{name}底上{body}",
        )
    )


def _filler(text: str, rng: random.Random) -> str:
    """Words about nothing before or behind, which the model must learn to pass over."""
    filler = "".join(rng.choices(words.ZH_FILLERS, k=rng.randint(1, 6)))
    return rng.choice(
        (f"{filler}，{text}", f"{filler}{text}", f"{text}，{filler}", f"{text}{filler}")
    )


def chinese(scene: Scene, rng: random.Random, name_background: bool) -> str:
    """A caption: what is drawn, then what people wrap around it."""
    text = _body(scene, rng)
    if rng.random() < 0.4:
        text = rng.choice(words.ZH_PREFIXES) + text
    if name_background:
        text = _background(text, scene.background, rng)
    if rng.random() < 0.2:
        text += rng.choice(words.ZH_SUFFIXES)
    if rng.random() < 0.1:
        text += "".join(rng.sample(words.ZH_TAILS, rng.choice(words.TAIL_COUNTS)))
    if rng.random() < 0.05:
        text = _filler(text, rng)
    if rng.random() < 0.06:
        text = text.replace("，", rng.choice((",", " ", "")))
    return text
