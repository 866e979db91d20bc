"""LoRA files for the demo model, made of random numbers, in the forms that trainers write."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file

#: Path of a layer -> (rank, inputs) and (outputs, rank).
Pairs = Mapping[str, tuple[torch.Tensor, torch.Tensor]]
Tensors = dict[str, torch.Tensor]


def random_pairs(
    layers: Mapping[str, tuple[int, int]],
    chosen: str = "",
    *,
    rank: int = 4,
    seed: int = 1,
    size: float = 0.15,
) -> Pairs:
    """For those of `layers` with `chosen` in their path; large enough to change pictures."""
    generator = torch.Generator().manual_seed(seed)

    def some(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator) * size

    return {
        path: (some(rank, inputs), some(outputs, rank))
        for path, (outputs, inputs) in layers.items()
        if chosen in path
    }


def diffusers_form(pairs: Pairs) -> Tensors:
    """`transformer.layers.0.attention.to_q.lora_A.weight`"""
    return _named(pairs, lambda path: f"transformer.{path}", "lora_A.weight", "lora_B.weight")


def comfyui_form(pairs: Pairs) -> Tensors:
    """`diffusion_model.layers.0.attention.to_q.lora_A.weight`"""
    return _named(pairs, lambda path: f"diffusion_model.{path}", "lora_A.weight", "lora_B.weight")


def kohya_form(pairs: Pairs, alpha: float = 1.0) -> Tensors:
    """`lora_unet_layers_0_attention_to_q.lora_down.weight`, with alphas: what is added is as large
    as in the other forms if the second matrices are."""
    tensors: Tensors = {}
    for path, (down, up) in pairs.items():
        base = "lora_unet_" + path.replace(".", "_")
        tensors[f"{base}.lora_down.weight"] = down.clone()
        tensors[f"{base}.lora_up.weight"] = up * (len(down) / alpha)
        tensors[f"{base}.alpha"] = torch.tensor(alpha)
    return tensors


FORMS: dict[str, Callable[[Pairs], Tensors]] = {
    "diffusers": diffusers_form,
    "comfyui": comfyui_form,
    "kohya": kohya_form,
}


def save(folder: Path, name: str, tensors: Tensors, metadata: dict[str, str] | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.safetensors"
    save_file({key: one.contiguous() for key, one in tensors.items()}, file, metadata)
    return file


def deltas(pairs: Iterable[tuple[Pairs, float]]) -> dict[str, torch.Tensor]:
    """What several of them, each with its weight, add to each layer, in float32."""
    sums: dict[str, torch.Tensor] = {}
    for one, weight in pairs:
        for path, (down, up) in one.items():
            sums[path] = sums.get(path, 0) + weight * (up.float() @ down.float())
    return sums


def _named(pairs: Pairs, base: Callable[[str], str], down: str, up: str) -> Tensors:
    tensors: Tensors = {}
    for path, matrices in pairs.items():
        for name, matrix in zip((down, up), matrices, strict=True):
            tensors[f"{base(path)}.{name}"] = matrix.clone()
    return tensors
