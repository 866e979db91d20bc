"""What a person types in Chinese to get a scene."""

from __future__ import annotations

import random
import re
from typing import Final

from engine.demo_model.train import words_zh as words
from engine.demo_model.train.chinese_glyphs import glyph_phrase
from engine.demo_model.train.chinese_things import (
    Phrase,
    full_colour,
    many_phrase,
    measure_word,
    named_colour,
    noun_word,
    one_phrase,
    pair_phrase,
    placed_phrase,
)
from engine.demo_model.train.naming import bare_shape_fits
from engine.demo_model.train.scenes import Scene
from engine.demo_model.train.traditional import traditional

TRADITIONAL_SHARE: Final = 0.15

_FULL_WIDTH: Final = str.maketrans("0123456789", "０１２３４５６７８９")


def _body(scene: Scene, rng: random.Random) -> Phrase:
    if scene.layout == "placed":
        return placed_phrase(scene, rng)
    if scene.layout in ("beside", "stacked"):
        return pair_phrase(scene, rng)
    if scene.layout == "glyph":
        return glyph_phrase(scene, rng)
    return one_phrase(scene, rng) if scene.layout == "one" else many_phrase(scene, rng)


def _background(phrase: Phrase, background: str, rng: random.Random) -> Phrase:
    name, body = rng.choice(words.BACKGROUNDS[background]), phrase.text
    behind = rng.choice(
        (
            *(f"，{name}背景", f"，{name}背景", f"，{name}的背景", f"，背景是{name}的"),
            *(f"，背景{name}", f"，{name}底", f"，背景用{name}", f"，背景要{name}"),
            *(f"，底色是{name}", f"，背景为{name}", f"，背景颜色是{name}", f"，放在{name}背景上"),
            *(f"，配{name}背景", f"，背景：{name}", f"，用{name}做背景", f"，以{name}为背景"),
        )
    )
    if rng.random() < 0.6:
        return Phrase(body + behind, phrase.kind)
    front = [
        f"{name}背景，",
        f"{name}的背景，",
        f"背景{name}，",
        f"背景是{name}的，",
        f"{name}底，",
    ]
    if phrase.kind == "thing":
        upon = rng.choice((f"{name}背景上", f"{name}的背景上", f"{name}底上"))
        return rng.choice(
            (
                Phrase(f"{upon}的{body}", "thing"),
                Phrase(f"在{upon}画{body}", "act"),
                Phrase(f"{upon}有{body}", "clause"),
                Phrase(f"{upon}{body}", "clause"),
                Phrase(f"{name}底{body}", "clause"),
                Phrase(rng.choice(front) + body, "clause"),
            )
        )
    if phrase.kind == "act" and rng.random() < 0.5:
        return Phrase(f"用{name}背景，{body}", "act")
    return Phrase(rng.choice(front) + body, "whole" if phrase.kind == "whole" else "clause")


def _long(phrase: Phrase, scene: Scene, rng: random.Random) -> str:
    """A description in the manner of prompts for large models."""
    qualities = list(words.QUALITIES)
    if scene.layout in ("one", "glyph"):
        qualities += words.CENTRED * 4
    if scene.background == "white":
        qualities += words.EMPTY_WHITE * 2
    count = rng.choice((2, 3, 3, 4, 4, 5, 6, 7))
    chosen = list(dict.fromkeys(rng.sample(qualities, count)))
    style = rng.choice(words.STYLES)
    subject = {"thing": rng.choice(words.SUBJECTS), "clause": "画面中"}.get(phrase.kind, "")
    early = rng.randint(0, 2) if rng.random() < 0.3 else 0
    parts = [style, *chosen[:early], subject + phrase.text, *chosen[early:]]
    if rng.random() < 0.2:
        parts = [phrase.text, style, *chosen]
    return rng.choice(("，", "，", "，", "、")).join(parts) + rng.choice(("", "。", "。"))


def _polite(phrase: Phrase, rng: random.Random) -> str:
    frames = {"thing": words.POLITE, "act": words.POLITE_ASKS, "clause": words.POLITE_INTROS}
    if phrase.kind == "whole":
        return rng.choice(("您好，{}，谢谢！", "{}，可以吗？", "你好，{}，麻烦了")).format(
            phrase.text
        )
    kind = "thing" if phrase.kind == "clause" and rng.random() < 0.35 else phrase.kind
    frame = rng.choice(frames[kind])
    # After a long object the question stands for itself.
    if "，" in phrase.text:
        frame = re.sub("{}(可以吗|好不好|行吗|吗|呀|吧)", r"{}，\1", frame).replace(
            "，吗", "，可以吗"
        )
        frame = frame.replace("，呀", "，好呀").replace("，吧", "")
    return frame.format(phrase.text)


def _prefixed(phrase: Phrase, rng: random.Random) -> str:
    if phrase.kind == "thing":
        return rng.choice(words.VERBS) + phrase.text
    if phrase.kind == "act":
        return rng.choice(words.ASKS) + phrase.text
    if phrase.kind == "clause" and rng.random() < 0.35:
        return rng.choice(("画", "画", "请画", "帮我画", "给我画", "来", "生成")) + phrase.text
    return rng.choice(words.INTROS) + phrase.text


def _filler(text: str, rng: random.Random, tight: bool) -> str:
    """Words about nothing before or behind, which the model must learn to pass over."""
    filler = "".join(rng.choices(words.FILLERS, k=rng.randint(1, 6)))
    comma = "" if tight and rng.random() < 0.5 else "，"
    return rng.choice((f"{filler}{comma}{text}", f"{text}{comma}{filler}"))


def _surface(text: str, rng: random.Random, tight: bool) -> str:
    """How it is typed: commas, spaces, wide digits, emoji, Traditional characters."""
    if tight and rng.random() < 0.06:
        text = text.replace("，", rng.choice((",", " ", "", "")))
    if rng.random() < 0.03:
        text = re.sub(r"(的|，|[一两三四五][个只颗块条棵座间])(?=\w)", r"\1 ", text)
    if rng.random() < 0.04:
        text = text.translate(_FULL_WIDTH)
    if rng.random() < 0.03:
        text += rng.choice(words.EMOJI)
    return traditional(text) if rng.random() < TRADITIONAL_SHARE else text


def chinese(scene: Scene, rng: random.Random, name_background: bool) -> str:
    """A caption: what is drawn, then what people wrap around it."""
    phrase = _body(scene, rng)
    if name_background:
        phrase = _background(phrase, scene.background, rng)
    tight = scene.layout != "glyph"
    roll = rng.random()
    if roll < 0.09 and phrase.kind != "act":
        return _surface(_long(phrase, scene, rng), rng, tight)
    if roll < 0.19:
        return _surface(_polite(phrase, rng), rng, tight)
    # "whole" has its own verb.
    text = _prefixed(phrase, rng) if roll < 0.6 and phrase.kind != "whole" else phrase.text
    if not tight and rng.random() < 0.08:
        text += rng.choice(words.GLYPH_TAILS)
    if rng.random() < 0.2:
        text += rng.choice(words.SUFFIXES)
    elif rng.random() < 0.12:
        text += "".join(rng.sample(words.TAILS, rng.choice(words.TAIL_COUNTS)))
    if rng.random() < 0.04:
        text = _filler(text, rng, tight)
    return _surface(text, rng, tight)


def vague_chinese(scene: Scene, rng: random.Random) -> str:
    """Less than it takes to draw the scene: a shape, a colour or the background alone."""
    thing, roll = rng.choice(scene.things), rng.random()
    background = f"{rng.choice(words.BACKGROUNDS[scene.background])}背景"
    if roll < 0.2:
        text = background
    elif roll < 0.35 or not bare_shape_fits(scene, thing):
        full = full_colour(thing, rng)
        text = rng.choice((full, full, named_colour(thing, rng), f"{full}的", f"{full}的东西"))
    else:
        word = noun_word(thing, rng, False, "")
        number = rng.choice(words.COUNTS.get(scene.layout, ("一", "一", "")))
        text = (number and number + measure_word(thing, word, rng)) + word
        if scene.background != "white" and rng.random() < 0.6:
            text += f"，{background}"
    return traditional(text) if rng.random() < TRADITIONAL_SHARE else text
