"""The models that bench.gpu draws with: Z-Image-Turbo with random weights, or the demo model."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import diffusers
import torch
import transformers

from engine.demo_model import WEIGHTS
from engine.pipelines import weights
from engine.profiles import Profile, profile_named

#: Of normal random numbers in matrices: with norms of 1 all values stay finite in bfloat16, and no
#: picture is flat.
SPREAD = 0.02
_SEED = 20
#: Qwen3-4B and the VAE by their published configurations; the transformer's is diffusers' default.
_QWEN = {
    "vocab_size": 151_936,
    "hidden_size": 2560,
    "intermediate_size": 9728,
    "num_hidden_layers": 36,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "max_position_embeddings": 40_960,
    "rope_theta": 1_000_000,
}
_VAE: dict[str, Any] = {
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
    "block_out_channels": [128, 256, 512, 512],
    "layers_per_block": 2,
    "latent_channels": 16,
    "sample_size": 1024,
    "scaling_factor": 0.3611,
    "shift_factor": 0.1159,
    "use_quant_conv": False,
    "use_post_quant_conv": False,
}


class Model(Protocol):
    """Gives pipelines of one model, as `engine.pipelines.weights.load` does."""

    profile: Profile
    #: Its tokenizer lies here.
    folder: Path

    def fresh(self) -> Any:
        """A pipeline in main memory that nobody has laid out yet."""
        ...


class DemoModel:
    """The demo model, from its weights."""

    profile = profile_named("demo")
    folder = WEIGHTS

    def __init__(self, dtype: torch.dtype) -> None:
        self._dtype = dtype

    def fresh(self) -> Any:
        """See Model."""
        return weights.load(self.profile, self.folder, self._dtype)


class RandomModel:
    """Networks of given shapes with random weights, which are made once and shared by all
    pipelines. The tokenizer is the demo model's: every token of it is one of Qwen's."""

    folder = WEIGHTS

    def __init__(
        self,
        profile: Profile,
        shapes: Callable[[], dict[str, Any]],
        dtype: torch.dtype,
        device: torch.device,
    ) -> None:
        """`shapes` makes the networks by the names they have in a pipeline; it is called on torch's
        meta device. Random numbers are drawn on `device`."""
        self.profile = profile
        self._shapes = shapes
        self._dtype = dtype
        self._frame = weights.load(DemoModel.profile, WEIGHTS, torch.float32)
        chance = torch.Generator(device).manual_seed(_SEED)
        self._weights = {
            name: dict(_random(network, dtype, chance)) for name, network in self._bare().items()
        }

    def fresh(self) -> Any:
        """See Model."""
        frame = self._frame
        return diffusers.ZImagePipeline(
            scheduler=copy.deepcopy(frame.scheduler), tokenizer=frame.tokenizer, **self.networks()
        )

    def networks(self) -> dict[str, Any]:
        """The networks alone, in main memory."""
        networks = self._bare()
        for name, network in networks.items():
            network.load_state_dict(self._weights[name], strict=True, assign=True)
            network.requires_grad_(False).eval()
        encoder = networks.get("text_encoder")
        if encoder is not None:
            # Its table of frequencies is no weight: it has to be made anew off the meta device.
            encoder.rotary_emb = type(encoder.rotary_emb)(encoder.config)
        return networks

    def _bare(self) -> dict[str, Any]:
        with torch.device("meta"):
            networks = self._shapes()
        return {name: network.to(self._dtype) for name, network in networks.items()}


def z_image_turbo() -> dict[str, Any]:
    """The networks of Z-Image-Turbo in their full size."""
    return {
        "transformer": diffusers.ZImageTransformer2DModel(),
        "text_encoder": transformers.Qwen3Model(transformers.Qwen3Config(**_QWEN)),
        "vae": diffusers.AutoencoderKL(**_VAE),
    }


def _random(
    network: torch.nn.Module, dtype: torch.dtype, chance: torch.Generator
) -> Iterator[tuple[str, torch.Tensor]]:
    """A value for each weight, in main memory: norms are 1, biases 0."""
    for name, weight in network.state_dict().items():
        if weight.dim() > 1:
            value = torch.empty(weight.shape, dtype=dtype, device=chance.device)
            value.normal_(0, SPREAD, generator=chance)
        else:
            value = torch.full(weight.shape, float(name.endswith("weight")), dtype=dtype)
        yield name, value.to("cpu")
