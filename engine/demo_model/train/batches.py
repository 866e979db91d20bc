"""What the transformer is trained on: scenes, their latents, and batches of them with captions."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

import torch
from diffusers import AutoencoderKL
from torch import Tensor
from transformers import Qwen2Tokenizer

from engine.demo_model.train.autoencoder import latent_means, picture_tensor
from engine.demo_model.train.captions import training_caption
from engine.demo_model.train.glyphs import GLYPHS
from engine.demo_model.train.scenes import (
    BACKGROUNDS,
    CANVAS_WEIGHTS,
    COLOURS,
    KINDS,
    LAYOUTS,
    NATIVE,
    PLACES,
    SIZES,
    Canvas,
    Scene,
    random_scene,
)
from engine.demo_model.train.tokenizer import encode

BATCH: Final = 32
CAPTION_WIDTHS: Final = (32, 64, 96)
"""The pipeline pads captions to a multiple of 32, and the place of the picture depends on it."""
EMPTY_SHARE: Final = 0.03
Bank = dict[Canvas, Tensor]
"""Scaled latents of the training scenes (scenes, channels, height / 16, width / 16), by canvas."""
Scenes = dict[Canvas, list[Scene]]
_FIRST: Final = (*KINDS, *GLYPHS)
_LAYOUTS: Final = (*LAYOUTS, *PLACES, *(size for size in SIZES if size))
READING_SIZES: Final = (
    len(_FIRST),
    len(COLOURS),
    len(KINDS) + 1,
    len(COLOURS) + 1,
    len(_LAYOUTS),
    len(BACKGROUNDS),
)


@dataclass
class Batch:
    """latents (batch, channels, h, w); labels (batch, heads); tokens (batch, width); lengths
    (batch,)."""

    latents: Tensor
    labels: Tensor
    tokens: Tensor
    lengths: Tensor

    def shares(self, count: int) -> list[Batch]:
        parts = (t.chunk(count) for t in (self.latents, self.labels, self.tokens, self.lengths))
        return [Batch(*share) for share in zip(*parts, strict=True)]


class Batches:
    """Endless batches of one canvas each: random scenes, and a fresh caption each time."""

    def __init__(
        self, scenes: Scenes, bank: Bank, tokenizer: Qwen2Tokenizer, rng: random.Random
    ) -> None:
        self.rng = rng
        self.native_only = False
        self._scenes = scenes
        self._bank = bank
        self._labels = {
            canvas: torch.tensor([reading_labels(scene) for scene in group])
            for canvas, group in scenes.items()
        }
        self._tokenizer = tokenizer
        self._waiting: dict[tuple[Canvas, int], list[tuple[int, list[int]]]] = {}

    def __next__(self) -> Batch:
        canvases = (NATIVE,) if self.native_only else tuple(self._scenes)
        weights = [len(self._scenes[canvas]) for canvas in canvases]
        while True:
            canvas = self.rng.choices(canvases, weights)[0]
            row = self.rng.randrange(len(self._scenes[canvas]))
            empty = self.rng.random() < EMPTY_SHARE
            text = "" if empty else training_caption(self._scenes[canvas][row], self.rng)
            ids = encode(self._tokenizer, text)
            width = next((w for w in CAPTION_WIDTHS if len(ids) <= w), None)
            if width is None:
                continue
            queue = self._waiting.setdefault((canvas, width), [])
            queue.append((row, ids))
            if len(queue) == BATCH:
                del self._waiting[canvas, width]
                return self._collate(canvas, queue, width)

    def _collate(self, canvas: Canvas, queue: list[tuple[int, list[int]]], width: int) -> Batch:
        pad = self._tokenizer.pad_token_id
        rows = torch.tensor([row for row, _ in queue])
        return Batch(
            self._bank[canvas][rows],
            self._labels[canvas][rows],
            torch.tensor([ids + [pad] * (width - len(ids)) for _, ids in queue]),
            torch.tensor([len(ids) for _, ids in queue]),
        )


def reading_labels(scene: Scene) -> list[int]:
    """What a caption of the scene says, one class a reading head."""
    first, second = scene.things[0], scene.things[1] if len(scene.things) > 1 else None
    return [
        _FIRST.index(first.shape),
        list(COLOURS).index(first.colour),
        KINDS.index(second.shape) if second else len(KINDS),
        list(COLOURS).index(second.colour) if second else len(COLOURS),
        _LAYOUTS.index(scene.place or scene.size or scene.layout),
        list(BACKGROUNDS).index(scene.background),
    ]


@torch.no_grad()
def latent_bank(vae: AutoencoderKL, scenes: Scenes) -> Bank:
    """Scaled latents of the scenes."""
    return {canvas: _latents(vae, group) for canvas, group in scenes.items()}


def _latents(vae: AutoencoderKL, scenes: list[Scene]) -> Tensor:
    chunks = []
    for start in range(0, len(scenes), 32):
        with torch.autocast("cpu", torch.bfloat16):
            mean = latent_means(vae, picture_tensor(scenes[start : start + 32])).float()
        chunks.append((mean - vae.config.shift_factor) * vae.config.scaling_factor)
    return torch.cat(chunks)


def training_scenes(count: int) -> Scenes:
    """About `count` scenes, shared out among the canvases by weight."""
    rng = random.Random(31)
    whole = sum(CANVAS_WEIGHTS.values())
    return {
        canvas: [
            random_scene(rng, held_out=False, canvas=canvas)
            for _ in range(max(1, count * weight // whole))
        ]
        for canvas, weight in CANVAS_WEIGHTS.items()
    }
