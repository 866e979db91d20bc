"""Our forward pass of Z-Image's transformer against diffusers' own, bit for bit."""

from contextlib import nullcontext
from typing import Any

import diffusers
import pytest
import torch

from engine.demo_model import WEIGHTS
from engine.pipelines import care, weights
from engine.pipelines.zimage_pass import ZImagePass
from engine.profiles import profile_named


def tiny() -> Any:
    """Two of each kind of refiner, as in the full size."""
    torch.manual_seed(0)
    transformer = diffusers.ZImageTransformer2DModel(
        in_channels=4,
        dim=48,
        n_layers=2,
        n_refiner_layers=2,
        n_heads=2,
        n_kv_heads=2,
        cap_feat_dim=24,
        axes_dims=[8, 8, 8],
        axes_lens=[256, 64, 64],
    )
    for weight in transformer.parameters():
        torch.nn.init.normal_(weight, std=0.1)
    return transformer.eval().requires_grad_(False)


def demo() -> Any:
    return weights.load(profile_named("demo"), WEIGHTS, torch.float32).transformer


@pytest.fixture(scope="module", params=[tiny, demo], ids=["tiny", "demo"])
def transformer(request: pytest.FixtureRequest) -> Any:
    return request.param()


def told(transformer: Any, rows: int, side: tuple[int, int], tokens: tuple[int, ...]) -> Any:
    """Latents and captions, the captions' lengths in turn those of `tokens`."""
    chance = torch.Generator().manual_seed(1)
    settings = transformer.config
    latents = torch.randn(rows, settings.in_channels, *side, generator=chance)
    captions = [
        torch.randn(tokens[row % len(tokens)], settings.cap_feat_dim, generator=chance)
        for row in range(rows)
    ]
    dtype = transformer.dtype
    return latents.to(dtype), [caption.to(dtype) for caption in captions]


def theirs(transformer: Any, latents: torch.Tensor, captions: list[torch.Tensor]) -> torch.Tensor:
    times = torch.full((len(latents),), 0.3)
    with torch.inference_mode():
        pictures = list(latents.unsqueeze(2))
        found = transformer(pictures, times, captions, return_dict=False)[0]
    return torch.stack(found).squeeze(2)


def ours(stages: ZImagePass, latents: torch.Tensor, captions: list[torch.Tensor]) -> torch.Tensor:
    with torch.inference_mode():
        return stages.predict(latents, torch.tensor(0.3), stages.refine(captions))


#: Sides of the latents: of as many tokens as the network takes, of some too few, of one.
SIDES = ((16, 16), (8, 24), (6, 10), (22, 14), (2, 2))
#: Lengths of captions that are filled up to one.
TOKENS = ((32,), (3,), (33, 64, 40))


@pytest.mark.parametrize("tokens", TOKENS)
@pytest.mark.parametrize("rows", [1, 2, 5])
def test_it_is_theirs_bit_for_bit(transformer: Any, rows: int, tokens: tuple[int, ...]) -> None:
    """By one object in turn, so that places which are kept are those of another size."""
    stages = ZImagePass(transformer)
    for side in (*SIDES, *SIDES[:1]):
        given = told(transformer, rows, side, tokens)
        found = ours(stages, *given)
        assert found.shape == given[0].shape
        assert torch.equal(found, theirs(transformer, *given)), side


@pytest.mark.parametrize("how", [nullcontext, care.plain, "upcast"])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_it_is_theirs_in_narrow_numbers_however_carefully(dtype: torch.dtype, how: Any) -> None:
    network = tiny().to(dtype)
    given = told(network, 2, (6, 10), (33, 64))
    with care.upcast_blocks(network) if how == "upcast" else how():
        found, expected = ours(ZImagePass(network), *given), theirs(network, *given)
    assert found.dtype == expected.dtype
    assert torch.equal(found, expected)


def test_captions_refined_once_do_for_every_step(transformer: Any) -> None:
    stages = ZImagePass(transformer)
    latents, captions = told(transformer, 2, (8, 8), (20,))
    with torch.inference_mode():
        refined = stages.refine(captions)
        for time in (0.0, 0.4, 0.9):
            found = stages.predict(latents, torch.tensor(time), refined)
            expected = transformer(
                list(latents.unsqueeze(2)), torch.full((2,), time), captions, return_dict=False
            )[0]
            assert torch.equal(found, torch.stack(expected).squeeze(2))


def test_captions_of_several_lengths_are_not_refined_together(transformer: Any) -> None:
    """Who asks for it has a mask to make."""
    _, captions = told(transformer, 2, (8, 8), (20, 40))
    with pytest.raises(RuntimeError, match="equal size"):
        ZImagePass(transformer).refine(captions)


def test_no_block_is_given_a_mask(transformer: Any) -> None:
    masks: list[Any] = []
    parts = (transformer.noise_refiner, transformer.context_refiner, transformer.layers)
    hooks = [
        block.register_forward_pre_hook(lambda _, given: masks.append(given[1]))
        for part in parts
        for block in part
    ]
    ours(ZImagePass(transformer), *told(transformer, 3, (6, 10), (3, 9, 32)))
    for hook in hooks:
        hook.remove()
    assert masks == [None] * len(hooks)
