"""Where a workflow's picture begins: at an empty latent, or at a picture, of which a part may be
drawn anew. Pure."""

import math
from dataclasses import dataclass

from bot.adapters.http_api.comfyui.bad_graph import refused
from bot.adapters.http_api.comfyui.graph import Graph, Node
from bot.adapters.http_api.comfyui.tracing import Wrong, source_of
from bot.core.draw_options import MIN_STRENGTH
from engine.contract import passes
from engine.profiles import Profile

_EMPTY = ("EmptyLatentImage", "EmptySD3LatentImage")
_ENCODED, _MASKED = "VAEEncode", "SetLatentNoiseMask"
#: From here on ComfyUI begins at noise alone.
_ALL_NOISE = 0.9999


@dataclass(frozen=True, kw_only=True)
class Named:
    """A file that a node loads."""

    node: str
    #: As the workflow names it.
    file: str
    #: alpha (where it is transparent), red, green or blue, where it is a mask.
    channel: str = "alpha"


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """The latent that the sampler is given."""

    #: The node that makes it.
    node: str
    #: Width and height; None = the picture's.
    size: tuple[int, int] | None = None
    count: int = 1
    picture: Named | None = None
    mask: Named | None = None
    #: The node that sets it.
    masked_by: str = ""


@dataclass(frozen=True)
class Way:
    """How much of the way from noise is gone, as zdraw says it."""

    #: Of the whole way.
    steps: int
    #: See engine.contract.Source; None without a picture.
    strength: float | None = None


def beginning(graph: Graph, sampler: Node) -> Beginning:
    """Raises Wrong."""
    kinds = (*_EMPTY, _ENCODED, _MASKED)
    latent = source_of(graph, sampler, "latent_image", kinds)
    if latent.kind.name in _EMPTY:
        size = (latent.inputs["width"], latent.inputs["height"])
        return Beginning(node=latent.id, size=size, count=latent.inputs["batch_size"])
    if latent.kind.name == _ENCODED:
        return Beginning(node=latent.id, picture=_loaded(graph, latent, "pixels"))
    encoded = source_of(graph, latent, "samples", (_ENCODED,))
    return Beginning(
        node=encoded.id,
        picture=_loaded(graph, encoded, "pixels"),
        mask=_loaded(graph, latent, "mask", ("LoadImage", "LoadImageMask")),
        masked_by=latent.id,
    )


def way(sampler: Node, begins: Beginning, profile: Profile) -> Way:
    """ComfyUI makes all `steps` of a sampler, over the last `denoise` of a way that has more of
    them; zdraw the last `strength` of `steps`. Where the longer way would have more steps than
    there may be, fewer are made, from the same place. Raises Wrong."""
    steps, denoise = sampler.inputs["steps"], sampler.inputs["denoise"]
    if begins.picture is None:
        if denoise <= _ALL_NOISE:
            raise Wrong(sampler, refused("denoise", "denoise_needs_picture"))
        return Way(steps)
    if denoise > _ALL_NOISE:
        return Way(steps, 1.0)
    if denoise < MIN_STRENGTH:
        raise Wrong(sampler, refused("denoise", "denoise_too_low", minimum=MIN_STRENGTH))
    whole = int(steps / denoise)
    if whole > profile.max_steps:
        whole = profile.max_steps
        steps = max(1, round(whole * denoise))
    strength = steps / whole
    while passes(whole, strength) > steps:
        # It counts by what floating point makes of the product.
        strength = math.nextafter(strength, 0)
    return Way(whole, max(strength, MIN_STRENGTH))


def drawn_size(width: int, height: int, profile: Profile) -> tuple[int, int]:
    """How large a picture of that size is drawn: the same, cut to the model's grid as ComfyUI cuts
    it to its own, and within what the model can draw."""
    scale = min(1.0, profile.max_side / max(width, height))
    scale = min(scale, (profile.max_pixels / (width * height)) ** 0.5)
    if min(width, height) * scale < profile.min_side:
        scale = profile.min_side / min(width, height)
    sides = [
        min(int(side * scale) // profile.multiple * profile.multiple, profile.max_side)
        for side in (width, height)
    ]
    wide, tall = (max(side, profile.min_side) for side in sides)
    while wide * tall > profile.max_pixels:
        # A strip that was made wide enough to be drawn.
        wide, tall = (
            (wide - profile.multiple, tall) if wide > tall else (wide, tall - profile.multiple)
        )
    return wide, tall


def _loaded(graph: Graph, node: Node, name: str, kinds: tuple[str, ...] = ("LoadImage",)) -> Named:
    loader = source_of(graph, node, name, kinds)
    channel = loader.inputs.get("channel", "alpha")
    return Named(node=loader.id, file=loader.inputs["image"], channel=channel)
