"""Rotation of queries and keys by their places, in real numbers.

What diffusers' ZSingleStreamAttnProcessor computes. It multiplies complex numbers, for which
torch's compiler makes no kernels: the block would be cut into pieces there, and queries and keys
go to memory and back between them. docs/decisions/0017-real-numbers-where-blocks-are-compiled.md
"""

from collections.abc import Callable
from typing import Any

import torch
from diffusers.models.attention_dispatch import dispatch_attention_fn
from diffusers.models.transformers.transformer_z_image import ZSingleStreamAttnProcessor


class RealAttention(ZSingleStreamAttnProcessor):  # type: ignore[misc]  # diffusers has no types
    """Attention of a block, without complex numbers. For compiled blocks: uncompiled it takes more
    kernels than diffusers' own."""

    def __call__(
        self,
        attn: Any,
        hidden_states: torch.Tensor,
        encoder_hidden_states: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        freqs_cis: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """`hidden_states` (rows, tokens, channels), and so is what it gives; `freqs_cis` complex
        (rows, tokens, channels of a head / 2), or real with a 2 behind that."""
        projected = (project(hidden_states) for project in (attn.to_q, attn.to_k, attn.to_v))
        query, key, value = (each.unflatten(-1, (attn.heads, -1)) for each in projected)
        query = query if attn.norm_q is None else attn.norm_q(query)
        key = key if attn.norm_k is None else attn.norm_k(key)
        if freqs_cis is not None:
            is_complex = freqs_cis.is_complex()
            places = (torch.view_as_real(freqs_cis) if is_complex else freqs_cis).unsqueeze(2)
            query, key = turned(query, places), turned(key, places)
        if attention_mask is not None and attention_mask.ndim == 2:
            attention_mask = attention_mask[:, None, None, :]
        found: torch.Tensor = dispatch_attention_fn(
            query,
            key,
            value,
            attn_mask=attention_mask,
            backend=self._attention_backend,
            parallel_config=self._parallel_config,
        )
        found = found.flatten(2, 3).to(query.dtype)
        for part in attn.to_out:
            found = part(found)
        return found


def turned(heads: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """`heads` (rows, tokens, heads, channels), two neighbouring channels being one complex number,
    times `places` (rows, tokens, 1, channels / 2, 2), which are its real and imaginary parts."""
    pairs = heads.float().unflatten(-1, (-1, 2))  # type: ignore[no-untyped-call]  # torch's
    real, imaginary = pairs.unbind(-1)
    cosine, sine = places.unbind(-1)
    product = (real * cosine - imaginary * sine, real * sine + imaginary * cosine)
    return torch.stack(product, dim=-1).flatten(3).type_as(heads)


def in_real_numbers(block: Any) -> bool:
    """Makes `block` compute so; False where its attention is of another kind."""
    return _exchange(block, ZSingleStreamAttnProcessor, RealAttention)


def in_complex_numbers(block: Any) -> bool:
    """Makes it compute as diffusers does again."""
    return _exchange(block, RealAttention, ZSingleStreamAttnProcessor)


def with_real_places(forward: Callable[..., Any]) -> Callable[..., Any]:
    """The `forward` of a block, which is compiled, given its places in real numbers: no complex
    one comes into it."""

    def call(x: torch.Tensor, attn_mask: Any, freqs_cis: torch.Tensor, *others: Any) -> Any:
        return forward(x, attn_mask, torch.view_as_real(freqs_cis), *others)

    return call


def _exchange(block: Any, old: type[Any], new: type[Any]) -> bool:
    attention = getattr(block, "attention", None)
    usual: Any = getattr(attention, "processor", None)
    if attention is None or type(usual) is not old:
        return False
    processor = new()
    processor._attention_backend = usual._attention_backend
    processor._parallel_config = usual._parallel_config
    attention.set_processor(processor)
    return True
