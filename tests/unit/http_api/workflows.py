"""Workflows as clients send them, with what a test cares about changed."""

import copy
from typing import Any

#: ComfyUI's own example, and the nodes that scripts change by id.
SD_STYLE: dict[str, Any] = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "cfg": 7.0,
            "denoise": 1,
            "latent_image": ["5", 0],
            "model": ["4", 0],
            "negative": ["7", 0],
            "positive": ["6", 0],
            "sampler_name": "euler",
            "scheduler": "normal",
            "seed": 42,
            "steps": 8,
        },
    },
    "4": {
        "class_type": "CheckpointLoaderSimple",
        "inputs": {"ckpt_name": "z-image-turbo.safetensors"},
    },
    "5": {
        "class_type": "EmptyLatentImage",
        "inputs": {"batch_size": 1, "height": 1024, "width": 1024},
    },
    "6": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["4", 1], "text": "一个红色的圆"}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["4", 1], "text": "蓝色"}},
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
    "9": {
        "class_type": "SaveImage",
        "inputs": {"filename_prefix": "ComfyUI", "images": ["8", 0]},
        "_meta": {"title": "Save Image"},
    },
}
#: The official one of Z-Image-Turbo, in its API form.
TURBO: dict[str, Any] = {
    "57:30": {
        "class_type": "CLIPLoader",
        "inputs": {
            "clip_name": "qwen_3_4b.safetensors",
            "type": "lumina2",
            "device": "default",
        },
    },
    "57:29": {"class_type": "VAELoader", "inputs": {"vae_name": "ae.safetensors"}},
    "57:28": {
        "class_type": "UNETLoader",
        "inputs": {"unet_name": "z_image_turbo_bf16.safetensors", "weight_dtype": "default"},
    },
    "57:11": {
        "class_type": "ModelSamplingAuraFlow",
        "inputs": {"model": ["57:28", 0], "shift": 3},
    },
    "57:13": {
        "class_type": "EmptySD3LatentImage",
        "inputs": {"width": 1024, "height": 1024, "batch_size": 1},
    },
    "57:27": {
        "class_type": "CLIPTextEncode",
        "inputs": {"clip": ["57:30", 0], "text": "一位穿着汉服的女孩"},
    },
    "57:33": {"class_type": "ConditioningZeroOut", "inputs": {"conditioning": ["57:27", 0]}},
    "57:3": {
        "class_type": "KSampler",
        "inputs": {
            "model": ["57:11", 0],
            "seed": 7,
            "steps": 8,
            "cfg": 1,
            "sampler_name": "res_multistep",
            "scheduler": "simple",
            "positive": ["57:27", 0],
            "negative": ["57:33", 0],
            "latent_image": ["57:13", 0],
            "denoise": 1,
        },
    },
    "57:8": {"class_type": "VAEDecode", "inputs": {"samples": ["57:3", 0], "vae": ["57:29", 0]}},
    "9": {
        "class_type": "SaveImage",
        "inputs": {"filename_prefix": "z-image-turbo", "images": ["57:8", 0]},
    },
}


def workflow(base: dict[str, Any] = SD_STYLE, /, **changes: dict[str, Any]) -> dict[str, Any]:
    """`changes`: inputs by node id with `n` before it: n3={"steps": 4}; a node is added or
    replaced where `class_type` is given."""
    made = copy.deepcopy(base)
    for node, inputs in changes.items():
        name = node.removeprefix("n")
        if "class_type" in inputs:
            made[name] = copy.deepcopy(inputs)
        else:
            made[name]["inputs"] |= inputs
    return made


#: From a picture, and a part of one, under ids that nobody else has.
FROM_PICTURE: dict[str, Any] = workflow(
    SD_STYLE,
    n3={"latent_image": ["encode", 0], "denoise": 0.6},
    ncode={"class_type": "VAELoader", "inputs": {"vae_name": "ae.safetensors"}},
    nload={"class_type": "LoadImage", "inputs": {"image": "a.png"}},
    nencode={"class_type": "VAEEncode", "inputs": {"pixels": ["load", 0], "vae": ["code", 0]}},
)
FROM_PART: dict[str, Any] = workflow(
    FROM_PICTURE,
    n3={"latent_image": ["keep", 0], "denoise": 1.0},
    nkeep={
        "class_type": "SetLatentNoiseMask",
        "inputs": {"samples": ["encode", 0], "mask": ["load", 1]},
    },
)
