"""Training of the text encoder and the transformer together: rectified flow on latents."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL
from torch import Tensor, nn
from transformers import Qwen2Tokenizer

from engine.demo_model.train.autoencoder import latent_means, picture_tensor
from engine.demo_model.train.captions import training_caption
from engine.demo_model.train.clock import Clock
from engine.demo_model.train.scenes import (
    BACKGROUNDS,
    COLOURS,
    LAYOUTS,
    PLACES,
    SHAPES,
    Scene,
    random_scene,
)
from engine.demo_model.train.tokenizer import encode
from engine.demo_model.train.transformer import WIDTH, Rotations, velocity

BATCH: Final = 32
CAPTION_WIDTHS: Final = (32, 64, 96)
"""The pipeline pads captions to a multiple of 32, and the place of the picture depends on it."""
EMPTY_SHARE: Final = 0.03
SNAPSHOT_EVERY_S: Final = 150.0
MUON_RATE: Final = 4e-3
ADAM_RATE: Final = 2e-3
WARM_UP_STEPS: Final = 60
READING_WEIGHT: Final = 0.03
EMA_DECAY: Final = 0.996


@dataclass
class Batch:
    """rows (batch,) of the latent bank; tokens (batch, width); lengths (batch,)."""

    rows: Tensor
    tokens: Tensor
    lengths: Tensor


class Networks(nn.Module):
    """What is trained together. The reading heads only help the encoder, and are thrown away."""

    def __init__(self, trunk: nn.Module, transformer: nn.Module) -> None:
        super().__init__()
        self.trunk = trunk
        self.transformer = transformer
        self.reading = nn.ModuleList(nn.Linear(WIDTH, size) for size in READING_SIZES)


@dataclass
class Batches:
    """Endless batches: a random scene of the bank, a fresh caption each time."""

    scenes: list[Scene]
    tokenizer: Qwen2Tokenizer
    rng: random.Random
    _waiting: dict[int, list[tuple[int, list[int]]]] = field(
        default_factory=lambda: {width: [] for width in CAPTION_WIDTHS}
    )

    def __next__(self) -> Batch:
        while True:
            row = self.rng.randrange(len(self.scenes))
            empty = self.rng.random() < EMPTY_SHARE
            text = "" if empty else training_caption(self.scenes[row], self.rng)
            ids = encode(self.tokenizer, text)
            width = next((w for w in CAPTION_WIDTHS if len(ids) <= w), None)
            if width is None:
                continue
            queue = self._waiting[width]
            queue.append((row, ids))
            if len(queue) == BATCH:
                self._waiting[width] = []
                return self._collate(queue, width)

    def _collate(self, queue: list[tuple[int, list[int]]], width: int) -> Batch:
        pad = self.tokenizer.pad_token_id
        tokens = [ids + [pad] * (width - len(ids)) for _, ids in queue]
        return Batch(
            torch.tensor([row for row, _ in queue]),
            torch.tensor(tokens),
            torch.tensor([len(ids) for _, ids in queue]),
        )


READING_SIZES: Final = (
    len(SHAPES),
    len(COLOURS),
    len(SHAPES) + 1,
    len(COLOURS) + 1,
    len(LAYOUTS) + len(PLACES),
    len(BACKGROUNDS),
)


def reading_labels(scene: Scene) -> list[int]:
    """What a caption of the scene says, one class a reading head."""
    first, second = scene.things[0], scene.things[1] if len(scene.things) > 1 else None
    place = len(LAYOUTS) + PLACES.index(scene.place) if scene.place else LAYOUTS.index(scene.layout)
    return [
        SHAPES.index(first.shape),
        list(COLOURS).index(first.colour),
        SHAPES.index(second.shape) if second else len(SHAPES),
        list(COLOURS).index(second.colour) if second else len(COLOURS),
        place,
        list(BACKGROUNDS).index(scene.background),
    ]


@torch.no_grad()
def latent_bank(vae: AutoencoderKL, scenes: list[Scene]) -> Tensor:
    """Scaled latents of the scenes: (scenes, 8, 16, 16)."""
    chunks = []
    for start in range(0, len(scenes), 64):
        with torch.autocast("cpu", torch.bfloat16):
            mean = latent_means(vae, picture_tensor(scenes[start : start + 64])).float()
        chunks.append((mean - vae.config.shift_factor) * vae.config.scaling_factor)
    return torch.cat(chunks)


def training_scenes(count: int) -> list[Scene]:
    rng = random.Random(31)
    return [random_scene(rng, held_out=False) for _ in range(count)]


def _sigmas(count: int) -> Tensor:
    """Noise levels, mostly as dense as the shifted scheduler's own."""
    u = torch.rand(count)
    return torch.where(torch.rand(count) < 0.85, 3 * u / (1 + 2 * u), u)


def _used_parameters(networks: Networks) -> list[nn.Parameter]:
    """All but the padding token of pictures: 64 patches are a multiple of 32, so none is padded."""
    return [p for name, p in networks.named_parameters() if not name.endswith("x_pad_token")]


def _optimizers(networks: Networks) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the blocks, AdamW for all else."""
    matrices: list[nn.Parameter] = []
    rest: list[nn.Parameter] = []
    for name, parameter in networks.named_parameters():
        in_block = any(part in name for part in ("layers.", "refiner."))
        (matrices if in_block and parameter.ndim == 2 else rest).append(parameter)
    muon = torch.optim.Muon(
        matrices, lr=MUON_RATE, weight_decay=0.01, adjust_lr_fn="match_rms_adamw"
    )
    return [muon, torch.optim.AdamW(rest, lr=ADAM_RATE, weight_decay=0.0, betas=(0.9, 0.98))]


def _set_rates(optimizers: list[torch.optim.Optimizer], step: int, done: float) -> None:
    factor = min(1.0, (step + 1) / WARM_UP_STEPS, (1.0 - done) / 0.7) + 1e-3
    for optimizer, peak in zip(optimizers, (MUON_RATE, ADAM_RATE), strict=True):
        for group in optimizer.param_groups:
            group["lr"] = peak * factor


class Trainer:
    """The stage's state: networks, their running average, optimizers; saved and resumed as one."""

    def __init__(
        self,
        networks: Networks,
        scenes: list[Scene],
        bank: Tensor,
        batches: Batches,
        workers: int = 2,
    ) -> None:
        self.networks = networks
        self.average = {k: v.detach().clone() for k, v in networks.state_dict().items()}
        self.optimizers = _optimizers(networks)
        self.parameters = _used_parameters(networks)
        self.workers = workers
        self.pool = ThreadPoolExecutor(workers)
        self.rotations = Rotations(networks.transformer)
        self.batches = batches
        self.bank = bank
        self.labels = torch.tensor([reading_labels(scene) for scene in scenes])
        self.loss = 0.0

    def run(self, clock: Clock, keep: Callable[[dict[str, Any]], None]) -> None:
        """Train for the clock's budget; `keep` gets a snapshot every few minutes and at the end."""
        kept = clock.used_s
        for step in clock.steps():
            _set_rates(self.optimizers, step, clock.done)
            value = self._step(next(self.batches))
            self.loss = value if self.loss == 0.0 else 0.99 * self.loss + 0.01 * value
            self._follow(step)
            clock.note(f"loss {self.loss:.4f}")
            if clock.used_s - kept > SNAPSHOT_EVERY_S:
                kept = clock.used_s
                keep(self.snapshot(clock))
        keep(self.snapshot(clock))

    def _step(self, batch: Batch) -> float:
        """One update; the batch is shared out among the workers. Returns the flow loss."""
        noise = torch.randn(len(batch.rows), *self.bank.shape[1:])
        sigma = _sigmas(len(noise))
        shares = [
            (batch.rows[i], batch.tokens[i], batch.lengths[i], noise[i], sigma[i])
            for i in torch.arange(len(noise)).chunk(self.workers)
        ]
        results = list(self.pool.map(lambda share: self._gradients(*share), shares))
        for parameter, *parts in zip(
            self.parameters, *(gradients for _, gradients in results), strict=True
        ):
            parameter.grad = torch.stack(parts).mean(dim=0)
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
        return sum(loss for loss, _ in results) / len(results)

    def _gradients(
        self, rows: Tensor, tokens: Tensor, lengths: Tensor, noise: Tensor, sigma: Tensor
    ) -> tuple[float, tuple[Tensor, ...]]:
        """The flow loss of a share of the batch, and the gradients of its whole loss."""
        # The setting is per thread, and operators this small are slower on two threads than on one.
        torch.set_num_threads(1)
        clean = self.bank[rows]
        mixed = torch.lerp(clean, noise, sigma[:, None, None, None])
        with torch.autocast("cpu", torch.bfloat16):
            features = self.networks.trunk(input_ids=tokens).last_hidden_state
            predicted = velocity(
                self.networks.transformer, self.rotations, mixed, 1 - sigma, features, lengths
            )
        flow = F.mse_loss(predicted.float(), clean - noise)
        reading = self._reading_loss(features.float(), rows, lengths)
        loss = flow + READING_WEIGHT * reading
        return float(flow.detach()), torch.autograd.grad(loss, self.parameters)

    def _reading_loss(self, features: Tensor, rows: Tensor, lengths: Tensor) -> Tensor:
        """Can the last word's features tell what was asked for? Makes words mean things early."""
        last = features[torch.arange(len(features)), lengths - 1]
        labels = self.labels[rows]
        heads = enumerate(self.networks.reading)
        return torch.stack([F.cross_entropy(h(last), labels[:, i]) for i, h in heads]).sum()

    @torch.no_grad()
    def _follow(self, step: int) -> None:
        decay = min(EMA_DECAY, (step + 1) / (step + 10))
        state = self.networks.state_dict()
        torch._foreach_lerp_(
            list(self.average.values()), [state[k] for k in self.average], 1 - decay
        )

    def snapshot(self, clock: Clock) -> dict[str, Any]:
        return {
            "networks": self.networks.state_dict(),
            "average": self.average,
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": clock.step,
            "used_s": clock.used_s,
            "loss": self.loss,
        }

    def resume(self, path: Path) -> tuple[float, int]:
        """Load a snapshot; returns the seconds used and the step it was taken at."""
        saved = torch.load(path, weights_only=True)
        self.networks.load_state_dict(saved["networks"])
        self.average = saved["average"]
        for optimizer, state in zip(self.optimizers, saved["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        self.loss = saved["loss"]
        return saved["used_s"], saved["step"]
