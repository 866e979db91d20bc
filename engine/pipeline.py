"""What the engine asks of a model. Torch-free: a pipeline imports torch when it is opened."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from PIL.Image import Image

from engine.profiles import Profile


class PipelineError(Exception):
    """Base of what a pipeline raises on purpose."""


class WeightsError(PipelineError):
    """The model cannot be loaded; the message is one line and says what to do."""


class Stopped(PipelineError):
    """Raised by `on_step` to end a drawing between two steps."""


class BadPicture(PipelineError):
    """The picture came out non-finite or flat, and once more when it was redone."""


class OutOfMemory(PipelineError):
    """The device's memory did not suffice; what could be freed has been freed."""


class DeviceLost(PipelineError):
    """The device failed and this process can use it no more."""


@dataclass(frozen=True, kw_only=True)
class DrawRequest:
    """One picture, at the size in pixels at which the model draws it."""

    prompt: str
    negative_prompt: str
    width: int
    height: int
    #: Forward passes of the transformer.
    steps: int
    #: 0 = off.
    guidance: float
    seed: int


class Pipeline(Protocol):
    """A loaded model. Used by one thread, which is also the one that opened it."""

    #: What it runs on, for people: "cpu", or the card's name.
    device: str
    #: tokenizer.json of the text encoder.
    tokenizer_json: bytes
    #: Text that the chat template puts before and after a prompt.
    template: tuple[str, str]

    def draw(self, request: DrawRequest, on_step: Callable[[int], None]) -> Image:
        """An RGB picture of the requested size; the same request gives the same picture.

        Calls `on_step(done)` after each forward pass and lets through what it raises. A picture
        that is redone counts its steps anew. Raises BadPicture, OutOfMemory,
        DeviceLost.
        """
        ...


def open_pipeline(profile: Profile, weights: Path) -> Pipeline:
    """Loads the model of `profile` from the folder `weights`. Raises WeightsError."""
    if not (weights / "model_index.json").is_file():
        raise WeightsError(f"no weights of {profile.name} in {weights}; {remedy(profile, weights)}")
    # Read when the libraries are imported: nothing is fetched at run time.
    os.environ["HF_HUB_OFFLINE"] = "1"
    module = import_module(f"engine.pipelines.{profile.pipeline}")
    opened: Pipeline = module.open_pipeline(profile, weights)
    return opened


def remedy(profile: Profile, weights: Path) -> str:
    """What a person can do about weights that are missing or damaged."""
    return profile.remedy.format(source=profile.source, folder=weights)
