"""Captions for scenes: what a person would type to get the picture, in Chinese or English.

A caption that names no background means a white one, so on every other background it is named.
"""

from __future__ import annotations

import random
import zlib
from typing import Final

from engine.demo_model.train.chinese import chinese, vague_chinese
from engine.demo_model.train.english import english, vague_english
from engine.demo_model.train.scenes import Scene

CHINESE_SHARE: Final = 0.65
WHITE_NAMED_SHARE: Final = 0.25
VAGUE_SHARE: Final = 0.03
"""How often training names less than the scene, so that a lone word means something by itself."""
RESERVED_SHARE: Final = 10
"""One caption in so many, picked by its checksum, is kept out of training for the measurements."""


def is_reserved(caption: str) -> bool:
    """Whether training must not see this caption, whatever scene it belongs to."""
    return zlib.crc32(caption.lower().encode()) % RESERVED_SHARE == 0


def pick_language(rng: random.Random) -> str:
    return "zh" if rng.random() < CHINESE_SHARE else "en"


def caption(scene: Scene, rng: random.Random, language: str) -> str:
    """One of the many captions of a scene. language: "zh" or "en"."""
    # Sometimes white is named too, so that its name is known.
    name_background = scene.background != "white" or rng.random() < WHITE_NAMED_SHARE
    write = chinese if language == "zh" else english
    return write(scene, rng, name_background)


def vague_caption(scene: Scene, rng: random.Random, language: str) -> str:
    """One that names a shape, a colour or the background alone."""
    return (vague_chinese if language == "zh" else vague_english)(scene, rng)


def training_caption(scene: Scene, rng: random.Random) -> str:
    """A caption that is not reserved; now and then a vague one."""
    write = vague_caption if rng.random() < VAGUE_SHARE else caption
    while is_reserved(text := write(scene, rng, pick_language(rng))):
        pass
    return text


def reserved_caption(scene: Scene, rng: random.Random, language: str) -> str:
    """A caption that training never saw."""
    while not is_reserved(text := caption(scene, rng, language)):
        pass
    return text
