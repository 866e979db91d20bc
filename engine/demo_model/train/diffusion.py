"""Training of the text encoder and the transformer together: rectified flow on latents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.demo_model.train.autoencoder import LATENT_CHANNELS, SHRINKAGE
from engine.demo_model.train.batches import BATCH, READING_SIZES, Batch, Batches
from engine.demo_model.train.clock import Clock
from engine.demo_model.train.optimizers import Optimizers
from engine.demo_model.train.scenes import NATIVE
from engine.demo_model.train.transformer import PATCH, TEXT_WIDTH, Rotations, velocity
from engine.demo_model.train.workers import Workers

SNAPSHOT_EVERY_S: Final = 150.0
MUON_RATE: Final = 4e-3
ADAM_RATE: Final = 2e-3
WARM_UP_STEPS: Final = 60
READING_WEIGHT: Final = 0.03
EMA_DECAY: Final = 0.998
NATIVE_UNTIL: Final = 0.75
"""The share of the stage that sees the native canvas alone; the others are learned quickly then."""
COMPILED_WIDTHS: Final = (32, 64)
"""Captions on the native canvas so wide are worth a compiler's minute each."""


class Networks(nn.Module):
    """What is trained together. The reading heads only help the encoder, and are thrown away."""

    def __init__(self, trunk: nn.Module, transformer: nn.Module) -> None:
        super().__init__()
        self.trunk = trunk
        self.transformer = transformer
        self.reading = nn.ModuleList(nn.Linear(TEXT_WIDTH, size) for size in READING_SIZES)


def _sigmas(count: int) -> Tensor:
    """Noise levels, mostly as dense as the shifted scheduler's own."""
    u = torch.rand(count)
    return torch.where(torch.rand(count) < 0.85, 3 * u / (1 + 2 * u), u)


def _optimizers(networks: Networks, workers: Workers) -> Optimizers:
    """Muon for the matrices of the blocks, AdamW for all else."""
    matrices: list[nn.Parameter] = []
    rest: list[nn.Parameter] = []
    for name, parameter in networks.named_parameters():
        in_block = any(part in name for part in ("layers.", "refiner."))
        (matrices if in_block and parameter.ndim == 2 else rest).append(parameter)
    return Optimizers(
        matrices, rest, workers, muon_rate=MUON_RATE, adam_rate=ADAM_RATE, weight_decay=0.01
    )


def _rate(step: int, done: float) -> float:
    """The learning rate, as a share of its peak."""
    return min(1.0, (step + 1) / WARM_UP_STEPS, (1.0 - done) / 0.7) + 1e-3


class Trainer:
    """The stage's state: networks, their running average, optimizers; saved and resumed as one."""

    def __init__(
        self, networks: Networks, batches: Batches, workers: Workers, *, compiled: bool
    ) -> None:
        """compiled: takes a C++ compiler and a few minutes, and then half the time."""
        self.networks = networks
        self.average = {k: v.detach().clone() for k, v in networks.state_dict().items()}
        self.optimizers = _optimizers(networks, workers)
        self.parameters = list(networks.parameters())
        self.workers = workers
        self.rotations = Rotations(networks.transformer)
        self.batches = batches
        self.loss = 0.0
        self._compiled_flow = torch.compile(self._flow) if compiled else None

    def run(self, clock: Clock, keep: Callable[[dict[str, Any]], None]) -> None:
        """Train for the clock's budget; `keep` gets a snapshot every few minutes and at the end."""
        self._warm_up()
        kept = clock.used_s
        for step in clock.steps():
            self.batches.native_only = clock.done < NATIVE_UNTIL
            shares = next(self.batches).shares(self.workers.count)
            value = self.workers.accumulate(self.parameters, self._loss, shares)
            self.optimizers.step(_rate(step, clock.done))
            self.loss = value if self.loss == 0.0 else 0.99 * self.loss + 0.01 * value
            self._follow(step)
            clock.note(f"loss {self.loss:.4f}")
            if clock.used_s - kept > SNAPSHOT_EVERY_S:
                kept = clock.used_s
                keep(self.snapshot(clock))
        keep(self.snapshot(clock))

    def _warm_up(self) -> None:
        """Compile before the workers start: only one thread may."""
        if self._compiled_flow is None:
            return
        torch.set_num_threads(1)
        torch._inductor.config.cpp.threads = 1
        height, width = (side // SHRINKAGE for side in reversed(NATIVE))
        count = BATCH // self.workers.count
        for caption_width in COMPILED_WIDTHS:
            latents = torch.randn(count, LATENT_CHANNELS, height, width)
            labels = torch.zeros(count, len(READING_SIZES), dtype=torch.long)
            tokens = torch.zeros(count, caption_width, dtype=torch.long)
            lengths = torch.full((count,), caption_width)
            self.rotations((height // PATCH, width // PATCH), caption_width)
            loss, _ = self._loss(Batch(latents, labels, tokens, lengths))
            torch.autograd.grad(loss, self.parameters)

    def _loss(self, batch: Batch) -> tuple[Tensor, float]:
        """The whole loss of a batch, and its flow loss alone."""
        noise = torch.randn_like(batch.latents)
        sigma = _sigmas(len(noise))
        native = batch.latents.shape[2:] == tuple(side // SHRINKAGE for side in reversed(NATIVE))
        quick = native and batch.tokens.shape[1] in COMPILED_WIDTHS
        flow_of = self._compiled_flow if quick and self._compiled_flow else self._flow
        flow, features = flow_of(batch.latents, noise, sigma, batch.tokens, batch.lengths)
        reading = self._reading_loss(features.float(), batch)
        return flow + READING_WEIGHT * reading, float(flow.detach())

    def _flow(
        self, clean: Tensor, noise: Tensor, sigma: Tensor, tokens: Tensor, lengths: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The flow loss, and the text encoder's features."""
        mixed = torch.lerp(clean, noise, sigma[:, None, None, None])
        with torch.autocast("cpu", torch.bfloat16):
            features = self.networks.trunk(input_ids=tokens).last_hidden_state
            predicted = velocity(
                self.networks.transformer, self.rotations, mixed, 1 - sigma, features, lengths
            )
        return F.mse_loss(predicted.float(), clean - noise), features

    def _reading_loss(self, features: Tensor, batch: Batch) -> Tensor:
        """Can the last word's features tell what was asked for? Makes words mean things early."""
        last = features[torch.arange(len(features)), batch.lengths - 1]
        heads = enumerate(self.networks.reading)
        losses = [F.cross_entropy(head(last), batch.labels[:, i]) for i, head in heads]
        return torch.stack(losses).sum()

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
            "optimizers": self.optimizers.state_dict(),
            "step": clock.step,
            "used_s": clock.used_s,
            "loss": self.loss,
        }

    def resume(self, path: Path) -> tuple[float, int]:
        """Load a snapshot; returns the seconds used and the step it was taken at."""
        saved = torch.load(path, weights_only=True)
        self.networks.load_state_dict(saved["networks"])
        self.average = saved["average"]
        self.optimizers.load_state_dict(saved["optimizers"])
        self.loss = saved["loss"]
        return saved["used_s"], saved["step"]
