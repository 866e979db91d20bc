"""What the engine asks of a model. Torch-free: a pipeline imports torch when it is opened."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, Protocol

from PIL.Image import Image

from engine.contract import passes
from engine.garbage import libraries_stay
from engine.loras.changes import Layers
from engine.loras.folder import LoraFile
from engine.manifest import read as manifest_of
from engine.memory.options import MemoryOptions
from engine.profiles import Profile
from engine.weight_check import check
from engine.weight_files import DamagedWeights, NoWeights, pipeline_class

#: For torch's allocators. Segments that grow fragment less.
_GROWING = "expandable_segments:True"
#: Pinned memory comes in powers of two unless it is too large to be kept for reuse; a block of
#: Z-Image, of 345 MiB, would take 512. Older versions of torch refuse to work where they read it.
_EXACT_PINNED, _SINCE = "pinned_max_cached_size_mb:64", (2, 13)


class PipelineError(Exception):
    """Base of what a pipeline raises on purpose."""


class WeightsError(PipelineError):
    """The model cannot be loaded; the message is one line and says what to do."""

    #: The same in Chinese, without the details.
    zh = "模型的权重缺失、损坏，或不合这里的设置"


class TooLittleMemory(WeightsError):
    """The model is whole, and does not fit."""

    zh = "内存或显存放不下这个模型：关掉占显存的程序，或看 zdraw plan 选小一点的尺寸和存法"


class OnlyBlack(WeightsError):
    """The model loads, and draws nothing."""

    zh = "用这些权重只画得出黑图：权重多半损坏了，重新下载"


class WeightsReplaced(PipelineError):
    """The model's files were exchanged for others while it was loaded: what was loaded may be of
    both, and the next try is of the others."""


class NoCard(PipelineError):
    """There is a card, and it cannot be used; the message is one line and says what to do."""


class Stopped(PipelineError):
    """Raised by `on_step` to end a drawing between two steps."""


class BadPicture(PipelineError):
    """The picture came out non-finite or flat, and once more when it was redone."""


class OutOfMemory(PipelineError):
    """The device's memory did not suffice, whatever was moved off it; what could be freed is."""

    def __init__(self, shortages: int = 1) -> None:
        """`shortages`: how often it did not."""
        super().__init__()
        self.shortages = shortages


class DeviceLost(PipelineError):
    """The device failed and this process can use it no more."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Input:
    """A picture to begin from."""

    #: RGB, of the size in pixels at which the model draws.
    image: Image
    #: Of the same size, mode L: 255 is drawn anew, 0 stays as it is. None = all is drawn anew.
    mask: Image | None
    #: See engine.contract.Source.
    strength: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Adapter:
    """A LoRA file in main memory."""

    name: str
    #: Of the whole file, and of what is behind its header: by the latter people's tools know it.
    sha256: str
    tensors_sha256: str
    #: Path of a layer -> two matrices (rank, inputs) and (outputs, rank) of the pipeline's own
    #: kind, whose product, second times first, is added to the layer's.
    changes: Mapping[str, tuple[Any, Any]]
    nbytes: int


@dataclass(frozen=True, kw_only=True)
class Worn:
    """An adapter, and how much of it is added."""

    adapter: Adapter
    weight: float


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
    source: Input | None = None
    #: The same, in the same order, in all requests that are drawn together.
    loras: tuple[Worn, ...] = ()

    @property
    def strength(self) -> float | None:
        """Of the source, if there is one."""
        return self.source.strength if self.source else None

    @property
    def passes(self) -> int:
        """Forward passes that are made."""
        return passes(self.steps, self.strength)


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What became of one of the pictures that were drawn together."""

    #: Or why there is none: BadPicture, or what its `on_step` raised.
    image: Image | PipelineError
    #: Text encodings that were at hand, and that had to be made.
    encodings_kept: int
    encodings_made: int
    #: Forward passes that came out non-finite, and decodings that came out flat.
    bad_steps: int
    bad_decodes: int


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Pictures that were drawn together, in the order of the requests. Seconds are wall time."""

    drawn: tuple[Drawn, ...]
    encode_seconds: float
    denoise_seconds: float
    decode_seconds: float
    #: How often memory did not suffice until less lay there.
    shortages: int = 0


#: Is offered, after a step, what makes a rough and small RGB picture of where it leads. To be
#: called at once or not at all.
OnSketch = Callable[[Callable[[], Image]], None]


class Pipeline(Protocol):
    """A loaded model. Used by one thread, which is also the one that opened it."""

    #: What it runs on, for people: "cpu", or the card's name.
    device: str
    #: tokenizer.json of the text encoder.
    tokenizer_json: bytes
    #: Text that the chat template puts before and after a prompt.
    template: tuple[str, str]
    #: What a LoRA may change.
    layers: Layers

    def read_lora(self, file: LoraFile) -> Adapter:
        """All of it. From any thread. Raises Unfit, where it is not what it was, and OSError."""
        ...

    def draw(self, request: DrawRequest, on_step: Callable[[int], None]) -> Image:
        """An RGB picture of the requested size; the same request gives the same picture.

        Calls `on_step(done)` after each step and lets through what it raises. Raises BadPicture,
        OutOfMemory, DeviceLost.
        """
        ...

    def draw_together(
        self,
        requests: Sequence[DrawRequest],
        on_steps: Sequence[Callable[[int], None]],
        on_sketches: Sequence[OnSketch] = (),
    ) -> Drawing:
        """The pictures of requests of equal size, steps, guidance, strength and LoRAs, denoised
        as one batch.

        Each is what `draw` makes of it, but for the rounding of floats. After each step every
        picture's own `on_sketch`, where there are any, and `on_step` are called; a PipelineError
        that the latter raises ends that picture alone.
        Raises OutOfMemory and DeviceLost, and what else an `on_step` raises.
        """
        ...

    def free_bytes(self) -> int | None:
        """Memory of the device that is free; None where it has none of its own. From any thread."""
        ...

    def room(self, request: DrawRequest) -> int:
        """How many such pictures the device's free memory lets it draw together; at least 1."""
        ...


def open_pipeline(
    profile: Profile,
    weights: Path,
    options: MemoryOptions | None = None,
    *,
    compiled: bool = True,
) -> Pipeline:
    """Loads the model of `profile` from the folder `weights`. Raises WeightsError, WeightsReplaced,
    NoCard, OutOfMemory.

    `compiled`: where there is a card, the blocks of its transformer.
    """
    fetched = manifest_of(weights)
    _check_files(profile, weights)
    # Read when the libraries are imported: nothing is fetched at run time.
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("PYTORCH_ALLOC_CONF", allocator(metadata.version("torch")))
    with libraries_stay():
        import_module("engine.pipelines.eye").check(profile)
        module = import_module(f"engine.pipelines.{profile.pipeline}")
    opened: Pipeline = module.open_pipeline(profile, weights, options or MemoryOptions(), compiled)
    if manifest_of(weights) != fetched:
        raise WeightsReplaced
    return opened


def allocator(torch_version: str) -> str:
    """PYTORCH_ALLOC_CONF for such a torch, as in "2.13.0+cu130"."""
    major, minor = torch_version.split(".")[:2]
    knows = (int(major), int(minor)) >= _SINCE
    return f"{_GROWING},{_EXACT_PINNED}" if knows else _GROWING


def _check_files(profile: Profile, weights: Path) -> None:
    """Before anything is loaded: what is known to be damaged, or half of an update, is not."""
    try:
        check(weights)
        found = pipeline_class(weights)
    except NoWeights:
        raise WeightsError(
            f"no weights of {profile.name} in {weights}; {remedy(profile, weights)}"
        ) from None
    except DamagedWeights as error:
        raise WeightsError(
            f"damaged weights of {profile.name} in {weights} ({error}); {remedy(profile, weights)}"
        ) from None
    if found != profile.pipeline_class:
        raise WeightsError(
            f"{weights} is of {found}, and {profile.name} is of {profile.pipeline_class}; to draw "
            f"with what is there set ZDRAW_MODEL={weights}"
        )


def remedy(profile: Profile, weights: Path) -> str:
    """What a person can do about weights that are missing or damaged."""
    return profile.remedy.format(name=profile.name, source=profile.source, folder=weights)
