"""The figures of engine/anatomy.py, counted again on what they describe.

Z-Image-Turbo is built in its full size on torch's meta device: nothing is downloaded or computed.
Its shape is diffusers' default one for the transformer; Qwen3-4B and the VAE are those of its
published configuration.
"""

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from bench.card.models import z_image_turbo
from engine.anatomy import DEMO, Z_IMAGE, Anatomy
from engine.demo_model import WEIGHTS
from engine.memory.block_swap import BlockSwap
from engine.memory.costs import (
    PICTURE_BYTES_PER_PIXEL,
    Costs,
    Rung,
    Storage,
    Work,
)
from engine.memory.operations import TILE_OVERLAP
from engine.pipelines import weights
from engine.pipelines.blocks import blocks_of
from engine.pipelines.embedding_memory import EmbeddingMemory
from engine.pipelines.prompt_encoder import PromptEncoder
from engine.pipelines.zimage_pass import ZImagePass
from engine.profiles import profile_named
from tests.integration.live_tensors import fused_attention, peak

BF16 = torch.bfloat16


def turbo() -> Any:
    with torch.device("meta"):
        return SimpleNamespace(**z_image_turbo())


def demo() -> Any:
    return weights.load(profile_named("demo"), WEIGHTS, BF16)


@pytest.fixture(scope="module", params=[(turbo, Z_IMAGE), (demo, DEMO)], ids=["turbo", "demo"])
def model(request) -> tuple[Any, Anatomy]:
    build, anatomy = request.param
    pipe = build()
    # As the engine uses it: without its last layer.
    PromptEncoder(None, pipe.text_encoder, EmbeddingMemory(), "")
    for network in (pipe.transformer, pipe.text_encoder, pipe.vae):
        network.eval().requires_grad_(False).to(BF16).to("meta")
    return pipe, anatomy


def count(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def matrices(module: torch.nn.Module) -> list[int]:
    return [part.weight.numel() for part in module.modules() if isinstance(part, torch.nn.Linear)]


def empty(*shape: int, dtype: torch.dtype = BF16) -> torch.Tensor:
    return torch.empty(shape, dtype=dtype, device="meta")


def refine(model: tuple[Any, Anatomy], caption: int, rows: int = 1) -> Any:
    pipe, anatomy = model
    captions = [empty(caption, anatomy.text_encoder.width) for _ in range(rows)]
    return lambda: ZImagePass(pipe.transformer).refine(captions)


def step(model: tuple[Any, Anatomy], width: int, height: int, caption: int, rows: int = 1) -> Any:
    pipe, anatomy = model
    side = anatomy.transformer.token_side // 2
    latents = empty(rows, 16, height // side, width // side)
    refined = empty(rows, caption, anatomy.transformer.width)
    time = empty(dtype=torch.float32)
    return lambda: ZImagePass(pipe.transformer).predict(latents, time, refined)


def decode(model: tuple[Any, Anatomy], width: int, height: int, tile: int | None = None) -> Any:
    pipe, anatomy = model
    side = anatomy.decoder.latent_side
    pipe.vae.disable_tiling()
    if tile is not None:
        pipe.vae.tile_sample_min_size = tile
        pipe.vae.tile_latent_min_size = tile // side
        pipe.vae.enable_tiling()
    return lambda: pipe.vae.decode(empty(1, 16, height // side, width // side), return_dict=False)


def read(model: tuple[Any, Anatomy], tokens: int) -> Any:
    pipe, _ = model
    ids = empty(1, tokens, dtype=torch.long)
    # The mask is left out: it is made from values, of which the meta device has none.
    return lambda: pipe.text_encoder(
        input_ids=ids, use_cache=False, attention_mask={"full_attention": None}
    )


def flops(call: Any) -> int:
    counter = FlopCounterMode(display=False)
    with torch.inference_mode(), fused_attention(), counter:
        call()
    return int(counter.get_total_flops())


def test_the_transformer_has_the_blocks_and_parameters_of_the_row(model):
    pipe, anatomy = model
    transformer = anatomy.transformer
    blocks = blocks_of(pipe.transformer)
    told = [kind.parameters for kind in transformer.blocks for _ in range(kind.count)]
    assert [count(block) for block in blocks] == told
    assert len(blocks) == transformer.block_count
    once = transformer.once_count
    assert blocks[:once] == list(pipe.transformer.context_refiner)
    assert not any(block.modulation for block in blocks[:once])
    assert all(block.modulation for block in blocks[once:])
    assert count(pipe.transformer) == sum(told) + transformer.others
    assert pipe.transformer.config.dim == transformer.width
    assert max(max(matrices(block)) for block in blocks) == transformer.largest_matrix
    assert not list(pipe.transformer.buffers())


def test_the_text_encoder_has_the_layers_and_parameters_of_the_row(model):
    pipe, anatomy = model
    encoder = anatomy.text_encoder
    assert [count(layer) for layer in pipe.text_encoder.layers] == (
        [encoder.layer_parameters] * encoder.layers
    )
    assert count(pipe.text_encoder) == sum(map(count, pipe.text_encoder.layers)) + encoder.embedding
    assert pipe.text_encoder.embed_tokens.weight.shape[1] == encoder.width
    assert max(matrices(pipe.text_encoder)) == encoder.largest_matrix


def test_the_vae_has_the_parameters_of_the_row(model):
    pipe, anatomy = model
    assert count(pipe.vae) == anatomy.decoder.parameters
    assert 2 ** (len(pipe.vae.config.block_out_channels) - 1) == anatomy.decoder.latent_side
    assert pipe.vae.tile_overlap_factor == TILE_OVERLAP


def test_the_bytes_of_the_row_are_those_of_the_tensors(model):
    pipe, anatomy = model
    costs = Costs(anatomy, Storage.BF16, max_tokens=512)
    everything = Rung(
        resident_blocks=anatomy.transformer.block_count, encoder_resident=True, tile=None
    )
    networks = (pipe.transformer, pipe.text_encoder, pipe.vae)
    held = sum(p.numel() * p.element_size() for n in networks for p in n.parameters())
    assert costs.resident(everything) == held


def test_a_streamed_block_takes_the_bytes_of_the_row(model):
    pipe, anatomy = model
    costs = Costs(anatomy, Storage.BF16, max_tokens=512)
    swap = BlockSwap(pipe.transformer, blocks_of(pipe.transformer), torch.device("cpu"))
    for block, told in zip(swap._blocks, costs.blocks, strict=True):
        # Each tensor is aligned in a buffer.
        assert told <= block.size <= told + 20 * 256


@pytest.mark.parametrize(("width", "height"), [(256, 256), (1024, 1024), (512, 2048)])
@pytest.mark.parametrize("rows", [1, 2])
def test_a_step_needs_what_the_row_says_and_not_much_less(model, width, height, rows):
    _, anatomy = model
    side = anatomy.transformer.token_side
    tokens = (width // side) * (height // side) + 512
    told = anatomy.transformer.live_bytes_per_token * tokens * rows
    traced = peak(step(model, width, height, caption=512, rows=rows))
    assert 0.85 * told < traced <= told
    assert peak(refine(model, caption=512, rows=rows)) <= traced


def test_the_encoder_needs_what_the_row_says(model):
    _, anatomy = model
    traced = peak(read(model, 512))
    told = anatomy.text_encoder.live_bytes_per_token * 512
    assert 0.95 * told < traced <= told


@pytest.mark.parametrize("tile", [None, 512, 256])
@pytest.mark.parametrize(("width", "height"), [(256, 256), (640, 768), (1280, 512)])
def test_the_decoder_needs_what_the_row_says(model, width, height, tile):
    _, anatomy = model
    piece = min(width, tile or width) * min(height, tile or height)
    told = anatomy.decoder.live_bytes_per_pixel * piece
    traced = peak(decode(model, width, height, tile))
    assert 0.95 * told < traced <= told + PICTURE_BYTES_PER_PIXEL * width * height


@pytest.mark.parametrize("tile", [None, 512, 256])
@pytest.mark.parametrize(("width", "height"), [(256, 256), (768, 1024)])
def test_reading_a_picture_needs_no_more_than_decoding_one(model, width, height, tile):
    pipe, anatomy = model
    piece = min(width, tile or width) * min(height, tile or height)
    told = anatomy.decoder.live_bytes_per_pixel * piece
    decode(model, width, height, tile)
    traced = peak(lambda: pipe.vae.encode(empty(1, 3, height, width)))
    assert traced <= told + PICTURE_BYTES_PER_PIXEL * width * height


@pytest.mark.parametrize(("width", "height"), [(512, 512), (768, 1024)])
def test_a_step_takes_the_operations_that_the_plan_reckons(model, width, height):
    _, anatomy = model
    costs = Costs(anatomy, Storage.BF16, max_tokens=512)
    transformer = anatomy.transformer
    picture = (width // transformer.token_side) * (height // transformer.token_side)

    def attention(is_once: bool) -> int:
        return sum(
            kind.count * 4 * transformer.width
            * (picture * kind.sees_picture + 96 * kind.sees_caption) ** 2
            for kind in transformer.blocks if kind.is_once is is_once
        )  # fmt: skip

    work = Work(width=width, height=height)
    counted = flops(step(model, width, height, caption=96)) + attention(False)
    assert counted == pytest.approx(costs.step_flops(work), rel=0.03)
    counted = flops(refine(model, caption=96)) + attention(True)
    assert counted == pytest.approx(costs.caption_flops(work), rel=0.07)


@pytest.mark.parametrize("tile", [None, 512, 256])
def test_decoding_takes_the_operations_that_the_plan_reckons(model, tile):
    _, anatomy = model
    costs = Costs(anatomy, Storage.BF16, max_tokens=512)
    rung = Rung(resident_blocks=0, encoder_resident=False, tile=tile)
    for width, height in ((512, 512), (640, 480)):
        reckoned = costs.decode_flops(rung, Work(width=width, height=height))
        assert flops(decode(model, width, height, tile)) == pytest.approx(reckoned, rel=0.01)
