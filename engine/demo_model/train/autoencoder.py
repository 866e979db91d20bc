"""The autoencoder: 128 x 128 pictures to 8 x 16 x 16 latents and back.

Pictures are float tensors in [-1, 1], shaped (batch, 3, height, width).
"""

from __future__ import annotations

import math
import random
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL

from engine.demo_model.train.clock import Clock
from engine.demo_model.train.scenes import SIZE, Scene, random_scene, render

LATENT_CHANNELS: Final = 8
LATENT_SIDE: Final = SIZE // 8
CROP: Final = 64
CROP_UNTIL: Final = 0.55
"""The share of the joint stage that trains on crops, which cost a quarter of a whole picture."""


def build_autoencoder() -> AutoencoderKL:
    return AutoencoderKL(
        in_channels=3,
        out_channels=3,
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=(16, 32, 64, 64),
        layers_per_block=1,
        latent_channels=LATENT_CHANNELS,
        norm_num_groups=8,
        sample_size=SIZE,
        use_quant_conv=False,
        use_post_quant_conv=False,
        mid_block_add_attention=False,
        force_upcast=False,
    )


def picture_tensor(scenes: list[Scene]) -> torch.Tensor:
    """Rendered scenes as (batch, 3, 128, 128) in [-1, 1]."""
    pixels = np.stack([np.asarray(render(scene)) for scene in scenes])
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float().div(127.5).sub(1.0)


def latent_means(vae: AutoencoderKL, pictures: torch.Tensor) -> torch.Tensor:
    """(batch, 3, h, w) to (batch, 8, h / 8, w / 8): the mean, unscaled."""
    mean: torch.Tensor = vae.encoder(pictures)[:, :LATENT_CHANNELS]
    return mean


def _crops(pictures: torch.Tensor, scenes: list[Scene], rng: random.Random) -> torch.Tensor:
    """Two 64-pixel windows of each picture, around an edge of a thing where there is one."""
    windows = []
    for picture, scene in zip(pictures, scenes, strict=True):
        for _ in range(2):
            thing = rng.choice(scene.things)
            x, y = (int(c + rng.uniform(-1, 1) * thing.radius) for c in (thing.x, thing.y))
            # Multiples of 8 keep the crop on the latent grid that whole pictures have.
            left, top = (min(max((c - CROP // 2) // 8 * 8, 0), SIZE - CROP) for c in (x, y))
            windows.append(picture[:, top : top + CROP, left : left + CROP])
    return torch.stack(windows)


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


def _learning_rate(done: float, peak: float) -> float:
    return peak * min(1.0, done / 0.02 + 0.02) * math.pow(1.0 - done, 0.8) + 1e-5


def train_autoencoder(vae: AutoencoderKL, clock: Clock, batch: int = 8) -> float:
    """Train encoder and decoder together in the clock's budget; returns the last mean loss."""
    rng = random.Random(21)
    optimizer = torch.optim.AdamW(vae.parameters(), lr=2.5e-3, weight_decay=1e-4, betas=(0.9, 0.98))
    mean = 0.0
    for _ in clock.steps():
        scenes = [
            random_scene(rng, None) for _ in range(batch * 2 if clock.done < CROP_UNTIL else batch)
        ]
        target = picture_tensor(scenes)
        if clock.done < CROP_UNTIL:
            target = _crops(target, scenes, rng)
        with torch.autocast("cpu", torch.bfloat16):
            z = latent_means(vae, target)
            output = _decode_noisy(vae, z, 0.2)
        # Latents near unit size keep the noise above meaningful; this stands in for the KL term.
        loss = reconstruction_loss(output, target) + 1e-3 * z.float().square().mean()
        mean = _step(vae, optimizer, loss, _learning_rate(clock.done, 2.5e-3), mean)
        clock.note(f"loss {mean:.4f}")
    return mean


def polish_decoder(vae: AutoencoderKL, clock: Clock, batch: int = 8) -> float:
    """Train the decoder alone on whole pictures, the latents staying as they are."""
    rng = random.Random(22)
    vae.encoder.requires_grad_(False)
    optimizer = torch.optim.AdamW(vae.decoder.parameters(), lr=1.2e-3, weight_decay=1e-4)
    mean = 0.0
    for _ in clock.steps():
        target = picture_tensor([random_scene(rng, None) for _ in range(batch)])
        with torch.autocast("cpu", torch.bfloat16):
            with torch.no_grad():
                z = latent_means(vae, target).float()
            output = _decode_noisy(vae, z, 0.3)
        loss = reconstruction_loss(output, target)
        mean = _step(vae, optimizer, loss, _learning_rate(clock.done, 1.2e-3), mean)
        clock.note(f"loss {mean:.4f}")
    vae.encoder.requires_grad_(True)
    return mean


def _step(
    vae: AutoencoderKL,
    optimizer: torch.optim.Optimizer,
    loss: torch.Tensor,
    learning_rate: float,
    mean: float,
) -> float:
    for group in optimizer.param_groups:
        group["lr"] = learning_rate
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
    optimizer.step()
    value = float(loss.detach())
    return value if mean == 0.0 else 0.98 * mean + 0.02 * value


@torch.no_grad()
def fit_latent_scale(vae: AutoencoderKL, samples: int = 256) -> None:
    """Make scaled latents have mean 0 and variance 1; fix the variance rows."""
    rng = random.Random(23)
    z = latent_means(vae, picture_tensor([random_scene(rng, None) for _ in range(samples)]))
    vae.register_to_config(scaling_factor=float(1.0 / z.std()), shift_factor=float(z.mean()))
    out = vae.encoder.conv_out
    out.weight[LATENT_CHANNELS:].zero_()
    out.bias[LATENT_CHANNELS:].fill_(2.0 * float(np.log(0.05)))


@torch.no_grad()
def peak_signal_to_noise(vae: AutoencoderKL, samples: int = 64) -> float:
    """Decibels of decode(encode(picture)) over scenes that no stage drew."""
    rng = random.Random(24)
    target = picture_tensor([random_scene(rng, None) for _ in range(samples)])
    output = vae.decoder(latent_means(vae, target)).clamp(-1, 1)
    return float(10 * torch.log10(4.0 / F.mse_loss(output, target)))
