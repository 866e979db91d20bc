"""`python -m engine.demo_model.train`: make the demo model on a CPU.

Each stage leaves its result in the state folder and is skipped when that is there, so that an
interrupted run goes on where it was; the longest stage also resumes in its middle.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL
from diffusers.utils import logging as diffusers_logging
from transformers import Qwen2Tokenizer

from engine.demo_model import WEIGHTS
from engine.demo_model.train.autoencoder import (
    build_autoencoder,
    fit_latent_scale,
    peak_signal_to_noise,
    polish_decoder,
    train_autoencoder,
)
from engine.demo_model.train.batches import Batches, latent_bank, training_scenes
from engine.demo_model.train.clock import Clock
from engine.demo_model.train.diffusion import Networks, Trainer
from engine.demo_model.train.export import export, networks_from
from engine.demo_model.train.tokenizer import train_tokenizer
from engine.demo_model.train.transformer import build_text_trunk, build_transformer
from engine.demo_model.train.workers import Workers

Figures = dict[str, float]


@dataclass(frozen=True)
class Run:
    """Where a run keeps its stages' results and its product, and each stage's minutes."""

    state: Path
    out: Path
    autoencoder_min: float
    transformer_min: float
    decoder_min: float
    scenes: int
    threads: int
    compiled: bool

    def stage(self, name: str, work: Callable[[], Figures]) -> None:
        """Do a stage unless it is done; tell its figures either way."""
        report = self.state / f"{name}.json"
        if not report.exists():
            torch.manual_seed(1234)
            start = time.monotonic()
            figures = work() | {"seconds": round(time.monotonic() - start, 1)}
            report.write_text(json.dumps(figures))
        print(f"{name}: {report.read_text()}", flush=True)

    def tokenizer(self) -> Figures:
        return {"tokens": len(train_tokenizer(self.state / "tokenizer"))}

    def autoencoder(self) -> Figures:
        vae = build_autoencoder()
        clock = Clock("autoencoder", self.autoencoder_min * 60)
        loss = train_autoencoder(vae, clock, Workers(self.threads))
        # Of no more pictures than there are to be latents of.
        fit_latent_scale(vae, min(256, self.scenes))
        vae.save_pretrained(self.state / "vae")
        return {"loss": loss, "decibels": peak_signal_to_noise(vae), "steps": clock.step}

    def transformer(self) -> Figures:
        """Train on cached latents; each snapshot is exported too, so early weights can be tried."""
        tokenizer = Qwen2Tokenizer.from_pretrained(self.state / "tokenizer")
        vae = AutoencoderKL.from_pretrained(self.state / "vae")
        scenes = training_scenes(self.scenes)
        networks = Networks(build_text_trunk(len(tokenizer)), build_transformer())
        batches = Batches(scenes, latent_bank(vae, scenes), tokenizer, random.Random(32))
        trainer = Trainer(networks, batches, Workers(self.threads), compiled=self.compiled)
        snapshot, used, step = self.state / "snapshot.pt", 0.0, 0
        if snapshot.exists():
            used, step = trainer.resume(snapshot)
            batches.rng.seed(32 + step)
            torch.manual_seed(1234 + step)
        clock = Clock("transformer", self.transformer_min * 60, used, step)

        def keep(state: dict[str, Any]) -> None:
            torch.save(state, snapshot.with_suffix(".new"))
            os.replace(snapshot.with_suffix(".new"), snapshot)
            self._export(vae)

        torch.set_num_threads(1)
        trainer.run(clock, keep)
        torch.set_num_threads(self.threads)
        return {"loss": trainer.loss, "steps": clock.step, "training_seconds": round(clock.used_s)}

    def decoder(self) -> Figures:
        vae = AutoencoderKL.from_pretrained(self.state / "vae")
        clock = Clock("decoder", self.decoder_min * 60)
        loss = polish_decoder(vae, clock, Workers(self.threads))
        vae.save_pretrained(self.state / "vae-polished")
        return {"loss": loss, "decibels": peak_signal_to_noise(vae), "steps": clock.step}

    def product(self) -> Figures:
        return {"bytes": self._export(AutoencoderKL.from_pretrained(self.state / "vae-polished"))}

    def _export(self, vae: AutoencoderKL) -> int:
        tokenizer = Qwen2Tokenizer.from_pretrained(self.state / "tokenizer")
        average = torch.load(self.state / "snapshot.pt", weights_only=True)["average"]
        return export(self.out, tokenizer, *networks_from(average, len(tokenizer)), vae)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m engine.demo_model.train", description=__doc__)
    parser.add_argument(
        "--state", type=Path, default=Path("train-state"), help="where stages leave results"
    )
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="the pipeline folder to write")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--autoencoder-min", type=float, default=38.0)
    parser.add_argument("--transformer-min", type=float, default=150.0)
    parser.add_argument("--decoder-min", type=float, default=5.0)
    parser.add_argument(
        "--compiled", action="store_true", help="half the time a step; needs a C++ compiler"
    )
    parser.add_argument(
        "--scenes", type=int, default=18_000, help="pictures whose latents are cached"
    )
    return parser.parse_args()


def main() -> None:
    args = _arguments()
    torch.set_num_threads(args.threads)
    diffusers_logging.set_verbosity_error()
    args.state.mkdir(parents=True, exist_ok=True)
    run = Run(
        args.state,
        args.out,
        args.autoencoder_min,
        args.transformer_min,
        args.decoder_min,
        args.scenes,
        args.threads,
        args.compiled,
    )
    start = time.monotonic()
    for work in (run.tokenizer, run.autoencoder, run.transformer, run.decoder, run.product):
        run.stage(work.__name__, work)
    print(f"all stages: {(time.monotonic() - start) / 60:.1f} min in this run")


if __name__ == "__main__":
    main()
