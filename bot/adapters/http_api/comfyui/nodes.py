"""The node classes that workflows may use, as ComfyUI describes them: one table checks workflows
and is `/object_info`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.core.draw_options import MAX_SEED
from engine.contract import MAX_PICTURES
from engine.lora import MAX_LORA_WEIGHT
from engine.profiles import Profile, names_of

#: ComfyUI's cfg is guidance + 1: the one place where that is said.
CFG_OFF = 1.0
#: The samplers that workflows may name: the model's own, and one that runs as it.
OWN_SAMPLER = "euler"
SAMPLERS = (OWN_SAMPLER, "res_multistep")
#: The schedule that is the model's own, and ComfyUI's others, which run as it.
OWN_SCHEDULER = "simple"
SCHEDULERS = (
    OWN_SCHEDULER,
    *("normal", "sgm_uniform", "karras", "exponential", "ddim_uniform", "beta"),
    *("linear_quadratic", "kl_optimal"),
)
#: Of Z-Image.
SHIFT = 3.0
CLIP_TYPE = "lumina2"
CLIP_NAMES = ("qwen_3_4b.safetensors", "qwen_3_4b_fp8_mixed.safetensors")
VAE_NAMES = ("ae.safetensors",)
#: Of a picture that is loaded as a mask.
CHANNELS = ("alpha", "red", "green", "blue")
#: What is listed when it is asked for.
UPLOADS, LORAS = "uploads", "loras"
DTYPES = ("default", "fp8_e4m3fn", "fp8_e4m3fn_fast", "fp8_e5m2")
_NUMBERS = ("INT", "FLOAT")
_VALUES = (*_NUMBERS, "STRING", "COMBO")
_FILE_ENDS = re.compile(r"\.(safetensors|sft|ckpt|pth?|gguf)$")
_PRECISIONS = re.compile(r"[-_.](bf16|fp16|fp32|fp8|int8|int4|nvfp4|q\d).*$")


@dataclass(frozen=True, kw_only=True)
class Input:
    """One input. `kind` is INT, FLOAT, STRING, COMBO, or a type that only links carry."""

    kind: str
    default: Any = None
    low: float | None = None
    high: float | None = None
    options: tuple[str, ...] = ()
    #: Of a COMBO: other values are judged by who reads the workflow.
    more: bool = False
    #: Its values are known when somebody asks: UPLOADS or LORAS.
    listed: str = ""

    @property
    def is_value(self) -> bool:
        return self.kind in _VALUES

    @property
    def config(self) -> list[Any]:
        """As ComfyUI describes it."""
        about = {"default": self.default, "min": self.low, "max": self.high}
        told = {name: value for name, value in about.items() if value is not None}
        if self.listed == UPLOADS:
            told["image_upload"] = True
        return [list(self.options) if self.kind == "COMBO" else self.kind, told]


@dataclass(frozen=True, kw_only=True)
class NodeClass:
    """A class of nodes. All inputs are required, but for `optional`."""

    name: str
    category: str
    inputs: dict[str, Input]
    outputs: tuple[str, ...] = ()
    optional: frozenset[str] = field(default_factory=frozenset)
    #: Its pictures are what comes of the workflow.
    is_output: bool = False

    def info(self, lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """Its entry in `/object_info`. `lists`: what is there now."""
        configs = {
            name: replace(one, options=(*one.options, *lists.get(one.listed, ()))).config
            for name, one in self.inputs.items()
        }
        parts = {"required": [n for n in self.inputs if n not in self.optional]}
        if self.optional:
            parts["optional"] = [n for n in self.inputs if n in self.optional]
        return {
            "input": {p: {n: configs[n] for n in names} for p, names in parts.items()},
            "input_order": parts,
            "output": list(self.outputs),
            "output_is_list": [False] * len(self.outputs),
            "output_name": list(self.outputs),
            "name": self.name,
            "display_name": self.name,
            "description": "",
            "python_module": "nodes",
            "category": self.category,
            "output_node": self.is_output,
        }


def stem(file_name: str) -> str:
    """Of a model's file name, what names the model: no folder, ending, precision or separators."""
    name = file_name.replace("\\", "/").rpartition("/")[2].casefold()
    name = _PRECISIONS.sub("", _FILE_ENDS.sub("", name))
    return re.sub(r"[-_. ]", "", name)


def named_model(file_name: str, profile: Profile) -> str | None:
    """The name of the model that is meant, if this one answers to it."""
    return next((name for name in names_of(profile) if stem(name) == stem(file_name)), None)


def _seen(kind: str) -> Input:
    """What only a link brings."""
    return Input(kind=kind)


def _combo(options: tuple[str, ...], *, more: bool = False) -> Input:
    return Input(kind="COMBO", options=options, more=more)


def node_classes(profile: Profile) -> dict[str, NodeClass]:
    """The table, for the model that draws."""
    groups = _loaders(profile), _LORAS, _TEXTS, _latents(profile), _SAMPLED, _PICTURES
    return {row.name: row for rows in groups for row in rows}


def _loaders(profile: Profile) -> tuple[NodeClass, ...]:
    files = tuple(f"{name.rpartition('/')[2]}.safetensors" for name in names_of(profile))
    return (
        _class("CheckpointLoaderSimple", "loaders", _names("ckpt_name", files), _MODEL_OUT),
        _class(
            "UNETLoader",
            "advanced/loaders",
            _names("unet_name", files) | {"weight_dtype": _combo(DTYPES)},
            ("MODEL",),
        ),
        _class(
            "CLIPLoader",
            "advanced/loaders",
            {
                "clip_name": _combo(CLIP_NAMES),
                "type": _combo((CLIP_TYPE,)),
                "device": _combo(("default", "cpu")),
            },
            ("CLIP",),
            optional=("device",),
        ),
        _class("VAELoader", "loaders", {"vae_name": _combo(VAE_NAMES)}, ("VAE",)),
    )


def _latents(profile: Profile) -> tuple[NodeClass, ...]:
    side = profile.default_size[0]
    size = {
        name: Input(kind="INT", default=side, low=profile.min_side, high=profile.max_side)
        for name in ("width", "height")
    }
    empty = size | {"batch_size": Input(kind="INT", default=1, low=1, high=MAX_PICTURES)}
    return (
        _class("EmptyLatentImage", "latent", empty, ("LATENT",)),
        _class("EmptySD3LatentImage", "latent/sd3", empty, ("LATENT",)),
        _class("KSampler", "sampling", _sampler_inputs(profile), ("LATENT",)),
    )


def _names(name: str, files: tuple[str, ...]) -> dict[str, Input]:
    return {name: _combo(files, more=True)}


def _class(
    name: str,
    category: str,
    inputs: dict[str, Input],
    outputs: tuple[str, ...] = (),
    *,
    optional: tuple[str, ...] = (),
    output: bool = False,
) -> NodeClass:
    return NodeClass(
        name=name,
        category=category,
        inputs=inputs,
        outputs=outputs,
        optional=frozenset(optional),
        is_output=output,
    )


def _sampler_inputs(profile: Profile) -> dict[str, Input]:
    low, high = profile.min_steps, profile.max_steps
    neutral = profile.neutral_guidance
    cfg = Input(
        kind="FLOAT",
        default=CFG_OFF + max(0.0, profile.guidance - neutral),
        low=CFG_OFF,
        high=CFG_OFF + profile.max_guidance - neutral,
    )
    return {
        "model": _seen("MODEL"),
        # Larger ones than zdraw's are folded into its range; see reading.py.
        "seed": Input(kind="INT", default=0, low=0, high=2**64 - 1),
        "steps": Input(kind="INT", default=profile.steps, low=low, high=high),
        "cfg": cfg,
        "sampler_name": _combo(SAMPLERS),
        "scheduler": _combo(SCHEDULERS),
        "positive": _seen("CONDITIONING"),
        "negative": _seen("CONDITIONING"),
        "latent_image": _seen("LATENT"),
        "denoise": Input(kind="FLOAT", default=1.0, low=0.0, high=1.0),
    }


def guidance_of(cfg: float, neutral: float = Profile.neutral_guidance) -> float:
    """ComfyUI's `cfg` as diffusers counts, where `neutral` is what changes nothing."""
    return 0.0 if cfg == CFG_OFF else round(cfg - CFG_OFF + neutral, 6)


def folded(seed: int) -> int:
    """A seed of ComfyUI's range as one of zdraw's; its own stay as they are."""
    return seed % (MAX_SEED + 1)


_MODEL_OUT = ("MODEL", "CLIP", "VAE")
_FILE = {"image": Input(kind="COMBO", more=True, listed=UPLOADS)}
_IMAGES = {"images": _seen("IMAGE")}
_STRENGTH = Input(kind="FLOAT", default=1.0, low=-MAX_LORA_WEIGHT, high=MAX_LORA_WEIGHT)
_LORA = {
    "lora_name": Input(kind="COMBO", more=True, listed=LORAS),
    "strength_model": _STRENGTH,
}
_LORAS = (
    _class(
        "LoraLoader",
        "loaders",
        {"model": _seen("MODEL"), "clip": _seen("CLIP"), **_LORA, "strength_clip": _STRENGTH},
        ("MODEL", "CLIP"),
    ),
    _class("LoraLoaderModelOnly", "loaders", {"model": _seen("MODEL"), **_LORA}, ("MODEL",)),
)
_TEXTS = (
    _class(
        "CLIPTextEncode",
        "conditioning",
        {"text": Input(kind="STRING", default=""), "clip": _seen("CLIP")},
        ("CONDITIONING",),
    ),
    _class(
        "ConditioningZeroOut",
        "advanced/conditioning",
        {"conditioning": _seen("CONDITIONING")},
        ("CONDITIONING",),
    ),
)
_SAMPLED = (
    _class(
        "ModelSamplingAuraFlow",
        "advanced/model",
        {"model": _seen("MODEL"), "shift": Input(kind="FLOAT", default=SHIFT)},
        ("MODEL",),
    ),
    _class("VAEDecode", "latent", {"samples": _seen("LATENT"), "vae": _seen("VAE")}, ("IMAGE",)),
    _class("VAEEncode", "latent", {"pixels": _seen("IMAGE"), "vae": _seen("VAE")}, ("LATENT",)),
    _class(
        "SetLatentNoiseMask",
        "latent/inpaint",
        {"samples": _seen("LATENT"), "mask": _seen("MASK")},
        ("LATENT",),
    ),
)
_PICTURES = (
    _class(
        "SaveImage",
        "image",
        _IMAGES | {"filename_prefix": Input(kind="STRING", default="zdraw")},
        output=True,
    ),
    _class("PreviewImage", "image", _IMAGES, output=True),
    _class("SaveImageWebsocket", "api/image", _IMAGES, output=True),
    _class("LoadImage", "image", _FILE, ("IMAGE", "MASK")),
    _class("LoadImageMask", "mask", _FILE | {"channel": _combo(CHANNELS)}, ("MASK",)),
)
