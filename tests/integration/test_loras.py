"""Pictures with LoRAs on the demo model: equal to the same weights changed by hand in float32, and
nothing of it left behind.

The tolerance against weights changed by hand is one level of 8-bit colour: only the order in which
floats are added differs.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from torch.utils._python_dispatch import is_traceable_wrapper_subclass

from engine.demo_model import WEIGHTS
from engine.loras.folder import LoraFolder
from engine.memory.block_swap import BlockSwap
from engine.memory.costs import Storage
from engine.pipeline import BadPicture, OutOfMemory, Stopped, Worn
from engine.pipelines import care
from engine.pipelines.blocks import blocks_of
from engine.pipelines.compiled import compile_blocks
from engine.pipelines.storage import compress
from engine.pipelines.zimage import ZImage
from tests.integration.laid_out_demo import BOTTOM, REQUEST, Stage, fresh, plain
from tests.integration.test_compiled import Graphs
from tests.integration.test_storage import NARROW
from tests.lora_files import FORMS, Pairs, deltas, diffusers_form, random_pairs, save

LEVEL = 1


@pytest.fixture(scope="module")
def drawing() -> ZImage:
    return ZImage(fresh(), WEIGHTS)


def pairs_of(drawing: Any, chosen: str = "", **how: Any) -> Pairs:
    return random_pairs(drawing.layers, chosen, **how)


def worn(drawing: Any, file: Path, weight: float = 1.0) -> Worn:
    found = LoraFolder(file.parent, drawing.layers).files()[file.stem]
    assert found.info.problem is None, found.info
    return Worn(adapter=drawing.read_lora(found), weight=weight)


def draw(drawing: Any, *loras: Worn, **changes: Any) -> np.ndarray:
    request = replace(REQUEST, loras=loras, **changes)
    return np.asarray(drawing.draw(request, lambda _: None)).astype(int)


def by_hand(*pairs: tuple[Pairs, float], **changes: Any) -> np.ndarray:
    """With the weights of a model of its own changed, for good."""
    pipe = fresh()
    with torch.no_grad():
        for path, delta in deltas(pairs).items():
            pipe.transformer.get_submodule(path).weight += delta
    return np.asarray(
        ZImage(pipe, WEIGHTS).draw(replace(REQUEST, **changes), lambda _: None)
    ).astype(int)


def distance(one: np.ndarray, other: np.ndarray) -> int:
    return int(np.abs(one - other).max())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("chosen", ["attention.to_", ""])
def test_a_picture_is_that_of_weights_changed_by_hand(drawing, tmp_path, form, chosen):
    pairs = pairs_of(drawing, chosen, size=0.08)
    file = save(tmp_path, "style", FORMS[form](pairs))
    with_it = draw(drawing, worn(drawing, file, 0.8))
    assert distance(with_it, by_hand((pairs, 0.8))) <= LEVEL
    assert distance(with_it, plain().astype(int)) > 20
    # Nothing is left.
    assert distance(draw(drawing), plain().astype(int)) == 0


@pytest.mark.parametrize("form", FORMS)
def test_matrices_are_those_that_diffusers_reads_from_the_file(drawing, tmp_path, form):
    """Its own way on needs peft; up to there it is the same."""
    pairs = pairs_of(drawing)
    tensors = FORMS[form](pairs)
    theirs = diffusers.ZImagePipeline.lora_state_dict(dict(tensors))
    ours = worn(drawing, save(tmp_path, "style", tensors)).adapter.changes
    assert {key.rsplit(".lora_", 1)[0] for key in theirs} == {
        f"transformer.{path}" for path in ours
    }
    for path, (down, up) in ours.items():
        base = f"transformer.{path}"
        expected = theirs[f"{base}.lora_B.weight"] @ theirs[f"{base}.lora_A.weight"]
        assert torch.allclose(up @ down, expected, rtol=1e-5, atol=1e-7), path


@pytest.mark.parametrize("chosen", ["context_refiner", "cap_embedder"])
def test_what_refines_captions_is_changed_for_one_drawing_alone(drawing, tmp_path, chosen):
    pairs = pairs_of(drawing, chosen, size=0.15)
    lora = worn(drawing, save(tmp_path, "style", diffusers_form(pairs)))
    assert distance(draw(drawing), plain().astype(int)) == 0
    with_it = draw(drawing, lora)
    assert distance(with_it, by_hand((pairs, 1.0))) <= LEVEL
    assert distance(with_it, plain().astype(int)) > 20
    assert distance(draw(drawing), plain().astype(int)) == 0
    assert distance(draw(drawing, lora), with_it) == 0


def test_fused_attention_is_taken_apart(drawing, tmp_path):
    down = torch.randn(4, 160, generator=torch.Generator().manual_seed(3)) * 0.15
    up = torch.randn(480, 4, generator=torch.Generator().manual_seed(4)) * 0.15
    base = "diffusion_model.layers.2.attention.qkv"
    file = save(tmp_path, "fused", {f"{base}.lora_A.weight": down, f"{base}.lora_B.weight": up})
    parts = {
        f"layers.2.attention.to_{letter}": (down, part)
        for letter, part in zip("qkv", up.chunk(3), strict=True)
    }
    assert distance(draw(drawing, worn(drawing, file)), by_hand((parts, 1.0))) <= LEVEL


def test_weight_zero_is_none_of_it(drawing, tmp_path):
    file = save(tmp_path, "style", diffusers_form(pairs_of(drawing)))
    assert distance(draw(drawing, worn(drawing, file, 0.0)), plain().astype(int)) == 0


def test_a_weight_below_zero_takes_away(drawing, tmp_path):
    pairs = pairs_of(drawing, size=0.08)
    file = save(tmp_path, "style", diffusers_form(pairs))
    assert distance(draw(drawing, worn(drawing, file, -1.0)), by_hand((pairs, -1.0))) <= LEVEL


def test_several_add_up_in_any_order(drawing, tmp_path):
    one, other = (
        pairs_of(drawing, "attention", size=0.08),
        pairs_of(drawing, "w", seed=2, size=0.08),
    )
    files = [
        worn(drawing, save(tmp_path, name, diffusers_form(pairs)), weight)
        for name, pairs, weight in (("a", one, 0.7), ("b", other, -0.5))
    ]
    forwards, backwards = draw(drawing, *files), draw(drawing, *reversed(files))
    assert distance(forwards, by_hand((one, 0.7), (other, -0.5))) <= LEVEL
    assert distance(forwards, backwards) <= LEVEL


def test_guidance_and_batches_have_it_too(drawing, tmp_path):
    pairs = pairs_of(drawing, size=0.08)
    lora = worn(drawing, save(tmp_path, "style", diffusers_form(pairs)))
    guided = {"guidance": 1.8, "negative_prompt": "蓝色"}
    assert distance(draw(drawing, lora, **guided), by_hand((pairs, 1.0), **guided)) <= LEVEL
    requests = [replace(REQUEST, loras=(lora,), seed=seed) for seed in (5, 6, 7)]
    together = drawing.draw_together(requests, [lambda _: None] * 3)
    for request, drawn in zip(requests, together.drawn, strict=True):
        alone = draw(drawing, lora, seed=request.seed)
        assert distance(np.asarray(drawn.image).astype(int), alone) <= LEVEL


def test_the_text_of_a_prompt_is_encoded_once_with_and_without_it(drawing, tmp_path):
    lora = worn(drawing, save(tmp_path, "style", diffusers_form(pairs_of(drawing))))
    draw(drawing, prompt="五个紫色的爱心")
    request = replace(REQUEST, prompt="五个紫色的爱心", loras=(lora,))
    (drawn,) = drawing.draw_together([request], [lambda _: None]).drawn
    assert (drawn.encodings_kept, drawn.encodings_made) == (1, 0)


class _Broken(Exception):
    pass


@pytest.mark.parametrize("how", [Stopped(), _Broken()])
def test_whatever_ends_a_drawing_the_next_one_is_as_ever(drawing, tmp_path, how):
    lora = worn(drawing, save(tmp_path, "style", diffusers_form(pairs_of(drawing))))

    def end(done: int) -> None:
        if done == 2:
            raise how

    with pytest.raises(type(how)):
        drawing.draw(replace(REQUEST, loras=(lora,)), end)
    assert distance(draw(drawing), plain().astype(int)) == 0


def test_one_that_makes_no_numbers_ends_as_a_bad_picture(drawing, tmp_path):
    # Where no norm comes behind it.
    last = pairs_of(drawing, "all_final_layer.2-1.linear")
    huge = {path: (down * 1e25, up * 1e25) for path, (down, up) in last.items()}
    lora = worn(drawing, save(tmp_path, "huge", diffusers_form(huge)))
    with pytest.raises(BadPicture):
        draw(drawing, lora)
    assert distance(draw(drawing), plain().astype(int)) == 0


@pytest.mark.parametrize("resident", [0, 3, 8])
def test_streamed_blocks_have_it_bit_for_bit(drawing, tmp_path, resident):
    file = save(tmp_path, "style", diffusers_form(pairs_of(drawing, size=0.08)))
    expected = draw(drawing, worn(drawing, file))
    pipe = fresh()
    swapped = ZImage(pipe, WEIGHTS)
    swap = BlockSwap(pipe.transformer, blocks_of(pipe.transformer), torch.device("cpu"))
    swap.arrange(resident)
    assert distance(draw(swapped, worn(swapped, file)), expected) == 0
    assert distance(draw(swapped), plain().astype(int)) == 0
    swap.arrange(8)
    assert distance(draw(swapped), plain().astype(int)) == 0


def test_laid_out_by_plan_it_is_the_same_and_steps_down_where_memory_is_short(drawing, tmp_path):
    file = save(tmp_path, "style", diffusers_form(pairs_of(drawing, size=0.08)))
    expected = draw(drawing, worn(drawing, file))
    stage = Stage(BOTTOM)
    assert distance(draw(stage.drawing, worn(stage.drawing, file)), expected) == 0
    assert distance(stage.draw().astype(int), plain().astype(int)) == 0


def test_memory_that_runs_out_while_it_is_added_leaves_nothing_behind(
    drawing, tmp_path, monkeypatch
):
    lora = worn(drawing, save(tmp_path, "style", diffusers_form(pairs_of(drawing))))

    def short(*_: Any) -> Any:
        raise torch.OutOfMemoryError("none left")

    with monkeypatch.context() as patched:
        patched.setattr(torch, "addmm", short)
        with pytest.raises(OutOfMemory):
            draw(drawing, lora)
    assert distance(draw(drawing), plain().astype(int)) == 0


def narrow(storage: Storage) -> ZImage:
    pipe = fresh()
    compress([*blocks_of(pipe.transformer), *pipe.text_encoder.layers], storage, torch.float32)
    return ZImage(pipe, WEIGHTS)


def wide(weight: Any) -> Any:
    """What a matrix that is kept in fewer bytes stands for."""
    is_packed = is_traceable_wrapper_subclass(weight)
    return weight.dequantize() if is_packed else weight.to(torch.float32)


def widened(drawing: ZImage, pairs: Pairs) -> ZImage:
    """A plain model of the numbers that `drawing` keeps in fewer bytes, with `pairs` added."""
    pipe, added = fresh(), deltas([(pairs, 1.0)])
    with torch.no_grad():
        for name in ("transformer", "text_encoder"):
            kept = dict(getattr(drawing._pipe, name).named_modules())
            for path, part in getattr(pipe, name).named_modules():
                if isinstance(part, torch.nn.Linear) and path in kept:
                    both = zip(part.parameters(), kept[path].parameters(), strict=True)
                    for own, kept_as in both:
                        own.copy_(wide(kept_as))
                    if name == "transformer" and path in added:
                        part.weight += added[path]
    return ZImage(pipe, WEIGHTS)


@pytest.mark.parametrize("storage", NARROW)
@pytest.mark.parametrize("chosen", ["attention", ""])
def test_weights_in_fewer_bytes_are_changed_as_what_they_stand_for_and_stay(
    tmp_path, storage, chosen
):
    kept = narrow(storage)
    before = draw(kept)
    pairs = pairs_of(kept, chosen, size=0.08)
    with_it = draw(kept, worn(kept, save(tmp_path, "style", diffusers_form(pairs))))
    assert distance(with_it, draw(widened(kept, pairs))) <= LEVEL
    assert distance(with_it, before) > 20
    # Not the picture of the weights as they were before they were kept in fewer bytes.
    assert 0 < np.abs(with_it - by_hand((pairs, 1.0))).mean() < 3
    assert distance(draw(kept), before) == 0


@pytest.mark.parametrize("storage", NARROW)
def test_weights_in_fewer_bytes_that_are_streamed_are_changed_alike(tmp_path, storage):
    kept = narrow(storage)
    lora = worn(kept, save(tmp_path, "style", diffusers_form(pairs_of(kept, size=0.08))))
    before, expected = draw(kept), draw(kept, lora)
    swap = BlockSwap(kept._pipe.transformer, blocks_of(kept._pipe.transformer), torch.device("cpu"))
    for resident in (0, 2):
        swap.arrange(resident)
        assert distance(draw(kept, lora), expected) == 0
        assert distance(draw(kept), before) == 0


def test_a_layer_that_is_cast_wider_is_changed_as_well(drawing, tmp_path):
    file = save(tmp_path, "style", diffusers_form(pairs_of(drawing, size=0.08)))
    lora = worn(drawing, file)
    expected = draw(drawing, lora)
    with care.upcast_blocks(drawing._pipe.transformer):
        assert distance(draw(drawing, lora), expected) <= LEVEL
    assert distance(draw(drawing), plain().astype(int)) == 0


@pytest.mark.timeout(240)
def test_compiled_blocks_take_any_of_them_without_a_new_graph(tmp_path):
    graphs, opened = Graphs(), ZImage(fresh(), WEIGHTS)
    usual = torch.get_num_threads()
    torch.set_num_threads(max(1, usual - 1))
    assert compile_blocks(opened._pipe.transformer, "native", graphs)
    torch.set_num_threads(usual)
    before, known = draw(opened), graphs.count
    for rank, chosen in ((4, "attention"), (7, "w1"), (16, "")):
        pairs = pairs_of(opened, chosen, rank=rank, size=0.05)
        lora = worn(opened, save(tmp_path, f"rank{rank}", diffusers_form(pairs)))
        assert distance(draw(opened, lora), by_hand((pairs, 1.0))) <= LEVEL
    assert graphs.count == known
    assert distance(draw(opened), before) == 0
    torch.compiler.reset()
