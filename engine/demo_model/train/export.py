"""Writing the pipeline folder that `ZImagePipeline.from_pretrained` loads unchanged."""

from __future__ import annotations

import copy
import json
import os
import shutil
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    FlowMatchEulerDiscreteScheduler,
    ZImagePipeline,
    ZImageTransformer2DModel,
)
from torch import Tensor
from transformers import Qwen2Tokenizer, Qwen3Model

from engine.demo_model.train.transformer import build_text_encoder, build_transformer


def _part(state: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    """The tensors under a name, without it."""
    return {k.removeprefix(f"{name}."): v for k, v in state.items() if k.startswith(f"{name}.")}


def networks_from(
    average: dict[str, Tensor], tokens: int
) -> tuple[Qwen3Model, ZImageTransformer2DModel]:
    """The encoder (with an unused last layer) and the transformer from trained tensors."""
    torch.manual_seed(0)
    encoder, transformer = build_text_encoder(tokens), build_transformer()
    missing = encoder.load_state_dict(_part(average, "trunk"), strict=False)
    if missing.unexpected_keys:
        raise ValueError(f"not part of the encoder: {missing.unexpected_keys}")
    transformer.load_state_dict(_part(average, "transformer"))
    return encoder, transformer


def build_scheduler() -> FlowMatchEulerDiscreteScheduler:
    return FlowMatchEulerDiscreteScheduler(
        num_train_timesteps=1000, shift=3.0, use_dynamic_shifting=False
    )


def _clean_config(path: Path) -> None:
    """Take out what says where the file was made."""
    config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    config.pop("_name_or_path", None)
    path.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def export(
    folder: Path,
    tokenizer: Qwen2Tokenizer,
    encoder: Qwen3Model,
    transformer: ZImageTransformer2DModel,
    vae: AutoencoderKL,
) -> int:
    """Write the pipeline in bfloat16, file by file over an older one; returns its size in bytes."""
    fresh = folder.with_name(folder.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    # Copies: the caller goes on training what it handed over.
    parts = [copy.deepcopy(network).to(torch.bfloat16) for network in (encoder, transformer, vae)]
    ZImagePipeline(
        scheduler=build_scheduler(),
        vae=parts[2],
        text_encoder=parts[0],
        tokenizer=tokenizer,
        transformer=parts[1],
    ).save_pretrained(fresh)
    for path in fresh.rglob("*.json"):
        if path.name in ("config.json", "model_index.json", "scheduler_config.json"):
            _clean_config(path)
    return _move_over(fresh, folder)


def _move_over(fresh: Path, folder: Path) -> int:
    """Replace the folder's files one by one, readable by all; returns their bytes."""
    size = 0
    for path in sorted(p for p in fresh.rglob("*") if p.is_file()):
        target = folder / path.relative_to(fresh)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.chmod(0o644)
        size += path.stat().st_size
        os.replace(path, target)
    shutil.rmtree(fresh)
    return size
