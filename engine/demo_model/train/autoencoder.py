"""The autoencoder: pictures to latents of 16 channels at a sixteenth of the size, and back.

Pictures are float tensors in [-1, 1], shaped (batch, 3, height, width).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL

from engine.demo_model.train.clock import Clock
from engine.demo_model.train.optimizers import Optimizers
from engine.demo_model.train.pictures import render
from engine.demo_model.train.scenes import CANVAS_WEIGHTS, NATIVE, Canvas, Scene, random_scene
from engine.demo_model.train.workers import Workers

LATENT_CHANNELS: Final = 16
SHRINKAGE: Final = 16
"""Pixels of a picture's side to one of its latents'. A quarter of the tokens that the usual 8
makes: what a CPU spends on the transformer, in training and in drawing, hangs on their number."""
CROP: Final = 96
CROP_UNTIL: Final = 0.2
"""The share of the joint stage that trains on crops, which cost a seventh of a whole picture."""
BATCH: Final = 4
CROPS: Final = 12
LATENT_NOISE: Final = 0.15
POLISH_NOISE: Final = 0.25
MUON_RATE: Final = 4e-3
ADAM_RATE: Final = 2e-3
CROPS_A_PICTURE: Final = 3


def build_autoencoder() -> AutoencoderKL:
    """One normalisation group: many small ones take a picture's mean colours away, and it is
    quicker."""
    return AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * 5,
        up_block_types=("UpDecoderBlock2D",) * 5,
        block_out_channels=(16, 16, 32, 64, 64),
        layers_per_block=1,
        latent_channels=LATENT_CHANNELS,
        norm_num_groups=1,
        sample_size=NATIVE[0],
        use_quant_conv=False,
        use_post_quant_conv=False,
        mid_block_add_attention=False,
        force_upcast=False,
    )


def picture_tensor(scenes: list[Scene]) -> torch.Tensor:
    """Rendered scenes of one canvas as (batch, 3, height, width) in [-1, 1]."""
    pixels = np.stack([np.asarray(render(scene)) for scene in scenes])
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div(127.5).sub(1.0)


def latent_means(vae: AutoencoderKL, pictures: torch.Tensor) -> torch.Tensor:
    """(batch, 3, h, w) to (batch, 16, h / 16, w / 16): the mean, unscaled."""
    mean: torch.Tensor = vae.encoder(pictures)[:, :LATENT_CHANNELS]
    return mean


def _random_batch(rng: random.Random, count: int, canvas: Canvas | None) -> list[Scene]:
    if canvas is None:
        canvas = rng.choices(tuple(CANVAS_WEIGHTS), tuple(CANVAS_WEIGHTS.values()))[0]
    return [random_scene(rng, None, canvas) for _ in range(count)]


def _crops(rng: random.Random, count: int) -> torch.Tensor:
    """(count, 3, CROP, CROP): windows around edges of things."""
    scenes = _random_batch(rng, -(-count // CROPS_A_PICTURE), NATIVE)
    side = NATIVE[0]
    windows = []
    for picture, scene in zip(picture_tensor(scenes), scenes, strict=True):
        for _ in range(CROPS_A_PICTURE):
            thing = rng.choice(scene.things)
            x, y = (int(c + rng.uniform(-1, 1) * thing.radius) for c in (thing.x, thing.y))
            # Multiples of 16 keep the crop on the latent grid that whole pictures have.
            left, top = (
                min(max((c - CROP // 2) // SHRINKAGE * SHRINKAGE, 0), side - CROP) for c in (x, y)
            )
            windows.append(picture[:, top : top + CROP, left : left + CROP])
    return torch.stack(windows[:count])


def _slope_error(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Mean absolute difference of the two pictures' gradients: sharpens edges."""
    error = a - b
    return error.diff(dim=-1).abs().mean() + error.diff(dim=-2).abs().mean()


def reconstruction_loss(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    loss: torch.Tensor = (
        F.l1_loss(output, target)
        + 2.0 * F.mse_loss(output, target)
        + 0.5 * _slope_error(output, target)
    )
    return loss


def _decode_noisy(vae: AutoencoderKL, z: torch.Tensor, limit: float) -> torch.Tensor:
    """Decode latents with noise of a random strength, so that the decoder forgives small errors."""
    strength = torch.rand(len(z), 1, 1, 1) * limit
    picture: torch.Tensor = vae.decoder(z + torch.randn_like(z) * strength).float()
    return picture


def _rate(done: float) -> float:
    """The learning rate at this share of a stage, as a share of its peak."""
    return min(1.0, done / 0.02 + 0.02) * math.pow(1.0 - done, 0.8) + 0.005


def _next_target(rng: random.Random, crops: bool) -> torch.Tensor:
    return _crops(rng, CROPS) if crops else picture_tensor(_random_batch(rng, BATCH, None))


def _optimizers(network: torch.nn.Module, workers: Workers) -> Optimizers:
    parameters = dict(network.named_parameters())
    kernels = [
        name
        for name, p in parameters.items()
        if p.ndim == 4 and not name.endswith(("encoder.conv_in.weight", "conv_out.weight"))
    ]
    return Optimizers(
        [parameters[name] for name in kernels],
        [p for name, p in parameters.items() if name not in kernels],
        workers,
        muon_rate=MUON_RATE,
        adam_rate=ADAM_RATE,
    )


def train_autoencoder(vae: AutoencoderKL, clock: Clock, workers: Workers) -> float:
    """Train encoder and decoder together in the clock's budget; returns the last mean loss."""

    def loss_of(target: torch.Tensor) -> tuple[torch.Tensor, float]:
        with torch.autocast("cpu", torch.bfloat16):
            z = latent_means(vae, target)
            output = _decode_noisy(vae, z, LATENT_NOISE)
        loss = reconstruction_loss(output, target)
        # Latents near unit size keep the noise above meaningful; this stands in for the KL term.
        return loss + 1e-3 * z.float().square().mean(), float(loss.detach())

    return _train(vae, vae, loss_of, random.Random(21), clock, workers, CROP_UNTIL)


def polish_decoder(vae: AutoencoderKL, clock: Clock, workers: Workers) -> float:
    """Train the decoder alone on whole pictures, the latents staying as they are."""

    def loss_of(target: torch.Tensor) -> tuple[torch.Tensor, float]:
        with torch.autocast("cpu", torch.bfloat16):
            with torch.no_grad():
                z = latent_means(vae, target).float()
            output = _decode_noisy(vae, z, POLISH_NOISE)
        loss = reconstruction_loss(output, target)
        return loss, float(loss.detach())

    return _train(vae, vae.decoder, loss_of, random.Random(22), clock, workers, crop_until=0.0)


def _train(
    vae: AutoencoderKL,
    trained: torch.nn.Module,
    loss_of: Callable[[torch.Tensor], tuple[torch.Tensor, float]],
    rng: random.Random,
    clock: Clock,
    workers: Workers,
    crop_until: float,
) -> float:
    """Train `trained`, a part of the autoencoder or all of it; returns the last mean loss."""
    vae.to(memory_format=torch.channels_last)
    parameters, optimizers = list(trained.parameters()), _optimizers(trained, workers)
    mean = 0.0
    for _ in clock.steps():
        target = _next_target(rng, clock.done < crop_until)
        value = workers.accumulate(parameters, loss_of, target.chunk(workers.count))
        optimizers.step(_rate(clock.done))
        mean = _smooth(mean, value)
        clock.note(f"loss {mean:.4f}")
    return mean


def _smooth(mean: float, value: float) -> float:
    return value if mean == 0.0 else 0.98 * mean + 0.02 * value


@torch.no_grad()
def fit_latent_scale(vae: AutoencoderKL, samples: int) -> None:
    """Make scaled latents have mean 0 and variance 1; fix the variance rows."""
    z = latent_means(vae, picture_tensor(_random_batch(random.Random(23), samples, NATIVE)))
    vae.register_to_config(scaling_factor=float(1.0 / z.std()), shift_factor=float(z.mean()))
    out = vae.encoder.conv_out
    out.weight[LATENT_CHANNELS:].zero_()
    out.bias[LATENT_CHANNELS:].fill_(2.0 * float(np.log(0.05)))


@torch.no_grad()
def peak_signal_to_noise(vae: AutoencoderKL, samples: int = 48) -> float:
    """Decibels of decode(encode(picture)) over native scenes that no stage drew."""
    target = picture_tensor(_random_batch(random.Random(24), samples, NATIVE))
    output = vae.decoder(latent_means(vae, target)).clamp(-1, 1)
    return float(10 * torch.log10(4.0 / F.mse_loss(output, target)))
