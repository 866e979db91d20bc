"""How a person says in Chinese what is in a picture; `chinese` adds what they wrap around it."""

from __future__ import annotations

import random
from dataclasses import dataclass

from engine.demo_model.train import words_zh as words
from engine.demo_model.train.naming import names_colour
from engine.demo_model.train.scenes import FIGURES, Scene, Thing


@dataclass(frozen=True)
class Phrase:
    """A piece of a caption. kind: "thing" (a noun), "clause" or "act" (a verb and its object)."""

    text: str
    kind: str


def named_colour(thing: Thing, rng: random.Random, lone: bool = False) -> str:
    rows = words.COLOURS[thing.colour]
    return rng.choice([c for c in rows if not (lone and c in words.SIZE_LIKE_COLOURS)])


def full_colour(thing: Thing, rng: random.Random, lone: bool = False) -> str:
    """One that can stand without a noun."""
    while not (name := named_colour(thing, rng, lone)).endswith("色"):
        pass
    return name


def noun_word(thing: Thing, rng: random.Random, coloured: bool, sizes: str = "大小") -> str:
    """The noun. sizes: the sizes that it may begin with."""
    rows = words.SHAPES[thing.shape]
    if coloured:
        rows += words.COLOURED_SHAPES.get(thing.shape, ())
    return rng.choice([word for word in rows if word[0] in sizes or word[0] not in "大小"])


def measure_word(thing: Thing, word: str, rng: random.Random) -> str:
    return rng.choice(words.WORD_MEASURES.get(word, words.MEASURES[thing.shape]))


def _adjective(scene: Scene, rng: random.Random) -> str:
    """An adjective that says nothing: a size only where no scene has one to say."""
    roll = rng.random()
    if roll < 0.03 and scene.layout != "one" and scene.place != ("middle", "centre"):
        return rng.choice(words.NOISE_SIZES)
    return rng.choice(words.ADJECTIVES) if roll < 0.1 else ""


def _size_adjective(scene: Scene, thing: Thing, rng: random.Random) -> str:
    rows = words.LARGE if scene.size == "large" else words.SMALL
    # 小鱼 is any fish.
    return rng.choice([word for word in rows if not (word == "小" and thing.shape in FIGURES)])


def _noun(scene: Scene, thing: Thing, rng: random.Random, number: str, adjective: str) -> str:
    """number: "" leaves out the measure word too."""
    coloured = names_colour(thing, scene, rng)
    lone = scene.layout == "one"
    alone = lone or scene.place == ("middle", "centre")
    sizes = "" if adjective[:1] in ("大", "小", "很", "特", "超") or scene.size else "大小"
    word = noun_word(thing, rng, coloured, "小" if alone and sizes else sizes)
    count = number + measure_word(thing, word, rng) if number else ""
    if not coloured:
        return f"{count}{adjective}{word}"
    colour = named_colour(thing, rng, lone)
    glue = "的" if rng.random() < 0.55 else ""
    if len(adjective) == 1:
        front = rng.random() < 0.4 and (adjective, colour[0]) != ("大", "红")
        return (
            f"{count}{adjective}{colour}{glue}{word}"
            if front
            else f"{count}{colour}{glue}{adjective}{word}"
        )
    if adjective and rng.random() < 0.4:
        return f"{count}{colour}{'的' if rng.random() < 0.7 else ''}{adjective}{word}"
    return f"{count}{adjective}{colour}{glue}{word}"


def _terse(scene: Scene, thing: Thing, rng: random.Random) -> str:
    """As few characters as can be: 红圆."""
    colour = (
        rng.choice(words.SHORT_COLOURS[thing.colour]) if names_colour(thing, scene, rng) else ""
    )
    return colour + rng.choice(words.SHORT_SHAPES[thing.shape])


def _turned(thing: Thing, rng: random.Random, lone: bool, sizes: str) -> str:
    """Colour or number behind the noun."""
    word = noun_word(thing, rng, True, sizes)
    one = rng.choice(words.ONE) + measure_word(thing, word, rng)
    colour, full = named_colour(thing, rng, lone), full_colour(thing, rng, lone)
    return rng.choice(
        (
            f"{one}{word}，{full}",
            f"{one}{word}，{colour}的",
            f"{one}{word}，颜色是{full}",
            f"{one}{word}，颜色为{full}",
            f"{one}{word}，颜色要{full}",
            f"{one}{word}，要{full}的",
            f"{one}{word}，涂成{full}",
            f"{word}，{full}的，{one}",
            f"{word}，{full}",
            f"{word}，颜色用{full}",
            f"{word}要{full}的",
            f"{word}（{full}）",
            f"{full}，{word}",
        )
    )


def _simple(scene: Scene, thing: Thing, rng: random.Random) -> str:
    """One thing, without commas."""
    roll = rng.random()
    if roll < 0.06:
        return _terse(scene, thing, rng)
    adjective = _adjective(scene, rng)
    number = rng.choice((*words.ONE, "", ""))
    if roll < 0.12 and not adjective:
        word = noun_word(thing, rng, True, "小")
        one = rng.choice(words.ONE) + measure_word(thing, word, rng)
        colour = full_colour(thing, rng, scene.layout == "one")
        return rng.choice((f"{colour}的{one}{word}", f"{colour}{word}{one}"))
    return _noun(scene, thing, rng, number, adjective)


def one_phrase(scene: Scene, rng: random.Random) -> Phrase:
    thing = scene.things[0]
    number = rng.choice((*words.ONE, ""))
    if not scene.size:
        if rng.random() < 0.12:
            return Phrase(_turned(thing, rng, True, "小"), "thing")
        return Phrase(_simple(scene, thing, rng), "thing")
    if rng.random() < 0.72:
        text = _noun(scene, thing, rng, number, _size_adjective(scene, thing, rng))
        if rng.random() < 0.06:
            place = rng.choice(words.PLACES["middle", "centre"])
            return Phrase(f"{place}{rng.choice(('有', '是', '画', ''))}{text}", "clause")
        return Phrase(text, "thing")
    turned = rng.random() < 0.15
    text = _turned(thing, rng, True, "") if turned else _noun(scene, thing, rng, number, "")
    tails = words.LARGE_TAILS if scene.size == "large" else words.SMALL_TAILS
    return Phrase(text + rng.choice(tails), "thing")


def placed_phrase(scene: Scene, rng: random.Random) -> Phrase:
    assert scene.place is not None
    thing = scene.things[0]
    turned = rng.random() < 0.06
    noun = _turned(thing, rng, False, "小") if turned else _simple(scene, thing, rng)
    place = rng.choice(words.PLACES[scene.place])
    if rng.random() < 0.15:
        place = rng.choice(words.PLACE_PREFIXES) + place
    clauses = [
        f"{place}{noun}",
        f"{place}有{noun}",
        f"{place}是{noun}",
        f"{place}画{noun}",
        f"{place}放{noun}",
        f"{place}来{noun}",
        f"在{place}有{noun}",
        f"只在{place}有{noun}",
        f"{place}：{noun}",
        f"{noun}，在{place}",
        f"{noun}，位于{place}",
        f"{noun}，放在{place}",
        f"{noun}，位置在{place}",
        f"{noun}，要在{place}",
        f"{noun}，{place}",
        f"{place}，{noun}",
    ]
    if not turned:
        clauses += [f"{noun}在{place}", f"{noun}位于{place}", f"{noun}放在{place}"]
        clauses += [f"{noun}出现在{place}", f"{noun}画在{place}", f"{noun}待在{place}"]
    acts = [f"在{place}画{noun}", f"在{place}画{noun}", f"在{place}放{noun}", f"在{place}加{noun}"]
    if not turned:
        acts += [f"把{noun}{rng.choice(('放在', '放到', '画在', '摆在'))}{place}"]
    if rng.random() < 0.08 and not turned:
        return Phrase(f"{place}的{noun}", "thing")
    kind, forms = rng.choice((("clause", clauses), ("clause", clauses), ("act", acts)))
    return Phrase(rng.choice(forms), kind)


def _related(scene: Scene, first: str, second: str, rng: random.Random) -> str:
    """Where one of two things is, seen from the other."""
    here, there = (rng.choice(row) for row in words.SIDES[scene.layout])
    forms = [
        f"{first}在{second}的{here}",
        f"{second}在{first}的{there}",
        f"{second}在{first}{there}",
        f"{first}的{there}是{second}",
        f"{first}的{there}有{second}",
        f"{second}的{here}有{first}",
        f"{second}的{here}是{first}",
        f"{first}位于{second}的{here}",
        f"{first}，{there}是{second}",
        f"{first}，它的{there}有{second}",
    ]
    if scene.layout == "beside":
        forms += [f"{first}旁边放{second}", f"{first}旁边是{second}", f"{first}的旁边有{second}"]
    return rng.choice(forms)


def _listed(scene: Scene, first: str, second: str, rng: random.Random) -> str:
    """Two things, each with its place."""
    cells = {
        "beside": (("middle", "left"), ("middle", "right")),
        "stacked": (("top", "centre"), ("bottom", "centre")),
    }[scene.layout]
    here, there = (rng.choice(words.PLACES[cell]) for cell in cells)
    begin, end = words.ENDS[scene.layout]
    comma = rng.choice(("，", "，", "，", ",", "、", " ", "；", ""))
    return rng.choice(
        (
            f"{here}{first}{comma}{there}{second}",
            f"{here}{first}{comma}{there}{second}",
            f"{here}是{first}{comma}{there}是{second}",
            f"{here}是{first}，{there}是{second}",
            f"{here}有{first}{comma}{there}有{second}",
            f"{here}画{first}{comma}{there}画{second}",
            f"{here}放{first}，{there}放{second}",
            f"在{here}画{first}，在{there}画{second}",
            f"{here}：{first}；{there}：{second}",
            f"{first}在{here}，{second}在{there}",
            f"{first}在{here}，{there}则是{second}",
            f"{first}放在{here}，{second}放在{there}",
            f"{there}{second}{comma}{here}{first}",
            f"{there}是{second}，{here}是{first}",
            f"{second}在{there}，{first}在{here}",
            f"{begin}{first}{end}{second}",
            f"{begin}{first}，{end}{second}",
            f"{first}和{second}，一{begin}一{end}",
            f"{first}在{begin}，{second}在{end}",
            f"{begin}{end}各一个，{begin}边{first}，{end}边{second}",
            f"{begin}{end}排列，{begin}{first}{end}{second}",
        )
    )


def pair_phrase(scene: Scene, rng: random.Random) -> Phrase:
    """Two things; the first is the left or the upper one."""
    roll = rng.random()
    if roll < 0.08:
        first, second = (_terse(scene, thing, rng) for thing in scene.things)
    elif roll < 0.14:
        first, second = (_turned(thing, rng, False, "小") for thing in scene.things)
        begin, end = words.ENDS[scene.layout]
        side = rng.choice(("边", "面"))
        return Phrase(f"{begin}{side}{first}；{end}{side}{second}", "clause")
    else:
        first, second = (_simple(scene, thing, rng) for thing in scene.things)
    if scene.layout == "beside" and rng.random() < 0.16:
        link = rng.choice(("和", "和", "和", "与", "跟", "、", "加", "还有", "以及", "和旁边的"))
        return Phrase(f"{first}{link}{second}", "thing")
    form = _related if rng.random() < 0.32 else _listed
    text = form(scene, first, second, rng)
    return Phrase(text, "act" if text.startswith("在") else "clause")


def many_phrase(scene: Scene, rng: random.Random) -> Phrase:
    thing = scene.things[0]
    number = rng.choice(words.COUNTS[scene.layout])
    roll = rng.random()
    if roll < 0.62:
        return Phrase(_noun(scene, thing, rng, number, _adjective(scene, rng)), "thing")
    coloured = names_colour(thing, scene, rng)
    word = noun_word(thing, rng, coloured)
    colour = full_colour(thing, rng) if coloured else ""
    whole = f"{colour}{'的' if colour and rng.random() < 0.6 else ''}{word}"
    if roll < 0.72:
        return Phrase(rng.choice(words.JOINED_COUNTS[scene.layout]) + whole, "thing")
    count = number.replace("二", "两") + measure_word(thing, word, rng)
    forms = [
        f"{whole}{count}",
        f"{whole}，{count}",
        f"{whole}，一共{count}",
        f"{count}一样的{whole}",
    ]
    forms += [f"{count}相同的{whole}", f"{whole}，要{count}", f"{whole}，数量是{count}"]
    if coloured:
        forms += [
            f"{colour}的{count}{word}",
            f"{count}{word}，{colour}",
            f"{word}，{count}，{colour}",
        ]
        forms += [f"{count}{word}，都是{colour}的", f"{count}{word}，颜色都是{colour}"]
        forms += [f"{count}{word}，全部{colour}", f"{count}{word}，都要{colour}的"]
    return Phrase(rng.choice(forms), "thing")
