"""The figures of engine/anatomy.py for Stable Diffusion 1.5, counted again on the meta device in
its published shape: nothing is downloaded or computed."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import diffusers
import pytest
import torch
import transformers
from torch.utils.flop_counter import FlopCounterMode

from engine.anatomy import STABLE_DIFFUSION
from engine.memory.costs import Costs, Rung, Storage, Work
from engine.pipelines.blocks import blocks_of, layers_of
from tests.integration.live_tensors import fused_attention, peak

BF16 = torch.bfloat16


@pytest.fixture(scope="module")
def model() -> Any:
    with torch.device("meta"):
        unet = diffusers.UNet2DConditionModel(
            sample_size=64,
            in_channels=4,
            out_channels=4,
            layers_per_block=2,
            block_out_channels=(320, 640, 1280, 1280),
            down_block_types=(*("CrossAttnDownBlock2D",) * 3, "DownBlock2D"),
            up_block_types=("UpBlock2D", *("CrossAttnUpBlock2D",) * 3),
            cross_attention_dim=768,
            attention_head_dim=8,
        )
        text_encoder = transformers.CLIPTextModel(
            transformers.CLIPTextConfig(
                vocab_size=49_408,
                hidden_size=768,
                intermediate_size=3072,
                num_hidden_layers=12,
                num_attention_heads=12,
                max_position_embeddings=77,
            )
        )
        vae = diffusers.AutoencoderKL(
            down_block_types=["DownEncoderBlock2D"] * 4,
            up_block_types=["UpDecoderBlock2D"] * 4,
            block_out_channels=[128, 256, 512, 512],
            layers_per_block=2,
            latent_channels=4,
            sample_size=512,
        )
    for network in (unet, text_encoder, vae):
        network.eval().requires_grad_(False).to(BF16).to("meta")
    return SimpleNamespace(unet=unet, text_encoder=text_encoder, vae=vae)


def count(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def call(model: Any, width: int, height: int, rows: int = 1) -> Callable[[], Any]:
    where: dict[str, Any] = {"dtype": BF16, "device": "meta"}
    latents = torch.empty(rows, 4, height // 8, width // 8, **where)
    captions = torch.empty(rows, 77, 768, **where)
    time = torch.tensor(500.0, device="meta")
    return lambda: model.unet(latents, time, captions, return_dict=False)


def test_blocks_and_parameters_are_those_of_the_row(model):
    row = STABLE_DIFFUSION.transformer
    told = [kind.parameters for kind in row.blocks for _ in range(kind.count)]
    assert [count(block) for block in blocks_of(model.unet)] == told
    assert count(model.unet) == sum(told) + row.others
    assert [count(layer) for layer in layers_of(model.text_encoder)] == (
        [STABLE_DIFFUSION.text_encoder.layer_parameters] * STABLE_DIFFUSION.text_encoder.layers
    )
    assert count(model.vae) == STABLE_DIFFUSION.decoder.parameters


def test_the_bytes_of_the_row_are_those_of_the_tensors(model):
    blocks = STABLE_DIFFUSION.transformer.block_count
    everything = Rung(resident_blocks=blocks, encoder_resident=True, tile=None)
    networks = (model.unet, model.text_encoder, model.vae)
    held = sum(2 * count(network) for network in networks)
    assert Costs(STABLE_DIFFUSION, Storage.BF16, 77).resident(everything) == held


@pytest.mark.parametrize(("width", "height"), [(512, 512), (768, 512), (1024, 1024)])
@pytest.mark.parametrize("rows", [1, 2])
def test_a_step_needs_what_the_row_says_and_not_much_less(model, width, height, rows):
    told = STABLE_DIFFUSION.transformer.live_bytes_per_token * (width // 8) * (height // 8) * rows
    traced = peak(call(model, width, height, rows))
    assert 0.95 * told < traced <= told


@pytest.mark.parametrize(("width", "height"), [(512, 512), (768, 1024)])
def test_a_step_takes_the_operations_that_the_plan_reckons(model, width, height):
    counter = FlopCounterMode(display=False)
    with torch.inference_mode(), fused_attention(), counter:
        call(model, width, height)()
    tokens = (width // 8) * (height // 8)
    # Two transformers on the way down and three on the way up at each width, one at the bottom.
    attention = sum(
        times * 4 * channels * (tokens * share) ** 2
        for times, channels, share in (
            (5, 320, 1.0),
            (5, 640, 1 / 4),
            (5, 1280, 1 / 16),
            (1, 1280, 1 / 64),
        )
    )
    work = Work(width=width, height=height)
    reckoned = Costs(STABLE_DIFFUSION, Storage.BF16, 77).step_flops(work)
    assert counter.get_total_flops() + attention == pytest.approx(reckoned, rel=0.03)


def test_the_encoder_and_the_decoder_need_what_the_row_says(model):
    tokens = torch.empty(1, 77, dtype=torch.long, device="meta")
    mask = torch.empty(1, 1, 77, 77, dtype=BF16, device="meta")
    traced = peak(lambda: model.text_encoder(tokens, attention_mask=mask))
    assert traced <= STABLE_DIFFUSION.text_encoder.live_bytes_per_token * 77 < 1.1 * traced
    latents = torch.empty(1, 4, 64, 64, dtype=BF16, device="meta")
    decoded = peak(lambda: model.vae.decode(latents, return_dict=False))
    told = STABLE_DIFFUSION.decoder.live_bytes_per_pixel * 512 * 512
    assert told == pytest.approx(decoded, rel=0.01)
