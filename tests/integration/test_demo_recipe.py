"""The recipe of the demo model, for a few steps a stage: no test of how well it learns."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from diffusers import ZImagePipeline
from torch import nn

from engine.demo_model.train.transformer import (
    TEXT_WIDTH,
    Rotations,
    build_transformer,
    velocity,
)

TINY = (
    *("--autoencoder-min", "0.03", "--transformer-min", "0.03", "--decoder-min", "0.03"),
    *("--scenes", "40"),
)


def train(state: Path) -> str:
    command = [sys.executable, "-m", "engine.demo_model.train", *TINY]
    command += ["--state", str(state), "--out", str(state / "model")]
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.timeout(300)
def test_the_recipe_makes_a_pipeline_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    train(tmp_path)
    # As if it had been stopped after the transformer's last snapshot.
    for name in ("transformer", "product"):
        (tmp_path / f"{name}.json").unlink()
    autoencoder = (tmp_path / "autoencoder.json").read_bytes()
    told = train(tmp_path)
    assert (tmp_path / "autoencoder.json").read_bytes() == autoencoder
    assert "product" in told

    pipe = ZImagePipeline.from_pretrained(tmp_path / "model", dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    picture = pipe(
        "一个红色的圆", height=128, width=192, num_inference_steps=1, guidance_scale=0.0
    ).images[0]
    assert picture.size == (192, 128)
    size = sum(path.stat().st_size for path in (tmp_path / "model").rglob("*") if path.is_file())
    assert size <= 12_000_000


@pytest.mark.parametrize("grid", [(8, 8), (6, 9), (4, 4), (9, 5)])
def test_the_recipes_forward_pass_is_the_librarys(grid: tuple[int, int]) -> None:
    torch.manual_seed(0)
    transformer = build_transformer()
    # Both are nought in an untrained one, and a mistake in their place would not be seen.
    nn.init.normal_(transformer.x_pad_token)
    nn.init.normal_(transformer.cap_pad_token)
    latents = torch.randn(3, transformer.config.in_channels, 2 * grid[0], 2 * grid[1])
    features = torch.randn(3, 32, TEXT_WIDTH)
    lengths, time = torch.tensor([10, 25, 32]), torch.rand(3)
    with torch.no_grad():
        ours = velocity(transformer, Rotations(transformer), latents, time, features, lengths)
        theirs = transformer(
            [one[:, None] for one in latents],
            time,
            [words[:length] for words, length in zip(features, lengths, strict=True)],
            return_dict=False,
        )[0]
    assert ours.abs().mean() > 0.1
    torch.testing.assert_close(ours, torch.stack([one[:, 0] for one in theirs]))
