"""Loads a diffusers pipeline from a folder, whole or not at all."""

import logging
from pathlib import Path
from typing import Any

import diffusers
import torch
import transformers

from engine.pipeline import WeightsError, remedy
from engine.profiles import Profile
from engine.weight_files import LAYOUTS

#: Blackens pictures that it takes for indecent, often wrongly; here no picture is black.
_LEFT_OUT = ("safety_checker", "feature_extractor", "image_encoder")


def load(profile: Profile, folder: Path, dtype: torch.dtype) -> Any:
    """The pipeline of `profile` in main memory, every weight from `folder`. Raises WeightsError."""
    _silence()
    try:
        return _load(profile, folder, dtype)
    except Exception as error:
        # Damage shows as whatever the reader of that file raises.
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        raise WeightsError(
            f"damaged weights of {profile.name} in {folder} ({reason}); {remedy(profile, folder)}"
        ) from error


def _load(profile: Profile, folder: Path, dtype: torch.dtype) -> Any:
    kind = getattr(diffusers, profile.pipeline_class)
    index = kind.load_config(folder, local_files_only=True)
    networks = {
        name: _network(folder / name, index[name], dtype)
        for name in LAYOUTS[profile.pipeline_class].networks
    }
    left_out = {name: None for name in _LEFT_OUT if name in index}
    pipe = kind.from_pretrained(folder, local_files_only=True, **networks, **left_out)
    _CHECKS[profile.pipeline](pipe)
    return pipe


def _check_flow(pipe: Any) -> None:
    scheduler = pipe.scheduler
    is_euler = isinstance(scheduler, diffusers.FlowMatchEulerDiscreteScheduler)
    if not is_euler or scheduler.config.stochastic_sampling:
        # engine/pipelines/denoise.py makes Euler's steps.
        raise ValueError(f"{type(scheduler).__name__} is not a scheduler that zdraw knows")


def _check_unet(pipe: Any) -> None:
    settings = pipe.unet.config
    if settings.in_channels != pipe.vae.config.latent_channels or settings.time_cond_proj_dim:
        # Those of inpainting and of consistency distillation take more than latents and a prompt.
        raise ValueError("its U-Net is of a kind that zdraw does not know")


_CHECKS = {"zimage": _check_flow, "stable_diffusion": _check_unet}


def _network(folder: Path, named: tuple[str, str], dtype: torch.dtype) -> Any:
    library, class_name = named
    module = {"diffusers": diffusers, "transformers": transformers}[library]
    spelled = {"diffusers": "torch_dtype", "transformers": "dtype"}[library]
    network, found = getattr(module, class_name).from_pretrained(
        folder, local_files_only=True, output_loading_info=True, **{spelled: dtype}
    )
    # Both libraries fill what is missing with random numbers and go on.
    missing = [*found["missing_keys"], *found["mismatched_keys"]]
    if missing:
        raise ValueError(f"{folder.name} lacks {len(missing)} tensors, such as {missing[0]}")
    return network


def _silence() -> None:
    """Keeps the libraries' bars and warnings off the log: what matters is checked here."""
    for library in (diffusers.utils.logging, transformers.utils.logging):
        library.disable_progress_bar()
        library.set_verbosity(logging.CRITICAL)
