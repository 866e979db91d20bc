"""What is computed in a wider dtype, for how long, and what is left behind: nothing."""

import pytest
import torch
from diffusers import ZImageTransformer2DModel

from engine.pipelines import care


def network(dtype: torch.dtype) -> ZImageTransformer2DModel:
    torch.manual_seed(0)
    small = ZImageTransformer2DModel(
        dim=32,
        n_layers=2,
        n_refiner_layers=1,
        n_heads=2,
        n_kv_heads=2,
        cap_feat_dim=16,
        axes_dims=[4, 6, 6],
        axes_lens=[64, 16, 16],
    )
    for parameter in small.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    return small.to(dtype).eval().requires_grad_(False)


def output(small: ZImageTransformer2DModel, dtype: torch.dtype) -> torch.Tensor:
    chance = torch.Generator().manual_seed(1)
    latents = torch.randn(16, 1, 8, 8, generator=chance).to(dtype)
    caption = torch.randn(5, 16, generator=chance).to(dtype)
    with torch.inference_mode():
        found = small([latents], torch.tensor([0.5]), [caption], return_dict=False)[0][0]
    assert isinstance(found, torch.Tensor)
    return found


def test_a_network_that_overflows_its_dtype_is_right_when_it_is_upcast():
    """Activations past 65504, the way a V100 makes black pictures."""
    small = network(torch.float16)
    with torch.no_grad():
        small.layers[0].feed_forward.w1.weight.mul_(4000)
    assert not torch.isfinite(output(small, torch.float16)).all()
    with care.upcast_blocks(small):
        found = output(small, torch.float16)
    wide = network(torch.float16).to(torch.float32)
    with torch.no_grad():
        wide.layers[0].feed_forward.w1.weight.mul_(4000)
    assert torch.isfinite(found).all()
    assert torch.allclose(found.float(), output(wide, torch.float32), atol=0.02)


def test_only_the_block_at_work_is_wide():
    small = network(torch.bfloat16)
    seen: list[list[torch.dtype]] = []
    second = small.layers[1]

    def look(module, args):
        seen.append([next(layer.parameters()).dtype for layer in small.layers])

    second.feed_forward.register_forward_pre_hook(look)
    with care.upcast_blocks(small):
        output(small, torch.bfloat16)
    assert seen == [[torch.bfloat16, torch.float32]]


def test_the_very_same_weights_are_back_also_after_an_error():
    small = network(torch.float32)
    before = list(small.parameters())
    expected = output(small, torch.float32)

    def fail(module, args):
        raise KeyError

    hook = small.layers[1].register_forward_pre_hook(fail)
    with pytest.raises(KeyError), care.upcast_blocks(small):
        output(small, torch.float32)
    hook.remove()
    assert all(now is then for now, then in zip(small.parameters(), before, strict=True))
    assert torch.equal(output(small, torch.float32), expected)


def test_a_whole_network_is_wide_for_as_long_as_it_is_asked_for():
    small = network(torch.bfloat16)
    before = list(small.parameters())
    with care.upcast(small) as wide:
        assert wide is torch.float32
        assert {weight.dtype for weight in small.parameters()} == {torch.float32}
    assert all(now is then for now, then in zip(small.parameters(), before, strict=True))


def test_a_forward_method_that_somebody_else_replaced_is_used_and_left_in_place():
    small = network(torch.float32)
    calls = []
    block = small.layers[0]
    usual = block.forward

    def counted(*args, **kwargs):
        calls.append(args[0].dtype)
        return usual(*args, **kwargs)

    block.forward = counted
    with care.upcast_blocks(small):
        output(small, torch.float32)
    assert calls == [torch.float64]
    assert block.forward is counted
