"""Which layers a LoRA file changes, by the names of its tensors."""

import json

import pytest

from engine.lora import LoraProblem
from engine.loras.changes import Change, Unfit, changes_in
from engine.tensor_header import Header, Tensor

QKV = {f"layers.0.attention.to_{letter}": (8, 8) for letter in "qkv"}
LAYERS = {
    **QKV,
    "layers.0.attention.to_out.0": (8, 8),
    "layers.0.feed_forward.w1": (16, 8),
    "layers.0.adaLN_modulation.0": (32, 8),
    "noise_refiner.1.feed_forward.w2": (8, 16),
    "all_x_embedder.2-1": (8, 4),
    "all_final_layer.2-1.linear": (4, 8),
    "cap_embedder.1": (8, 8),
}


def pair(base: str, down: str, up: str, layer: str = "", rank: int = 2) -> dict[str, Tensor]:
    outputs, inputs = LAYERS[layer or "layers.0.attention.to_q"]
    return {
        f"{base}.{down}": Tensor("BF16", (rank, inputs)),
        f"{base}.{up}": Tensor("BF16", (outputs, rank)),
    }


def header(*parts: dict[str, Tensor], **metadata: str) -> Header:
    return Header({name: one for part in parts for name, one in part.items()}, metadata)


def problem(found: Header) -> tuple[str, dict[str, str]]:
    with pytest.raises(Unfit) as raised:
        changes_in(found, LAYERS)
    return raised.value.problem, raised.value.data


@pytest.mark.parametrize(
    ("prefix", "down", "up"),
    [
        ("transformer.", "lora_A.weight", "lora_B.weight"),
        ("", "lora_A.weight", "lora_B.weight"),
        ("base_model.model.", "lora_A.default.weight", "lora_B.default.weight"),
        ("diffusion_model.", "lora_A.weight", "lora_B.weight"),
        ("diffusion_model.", "lora_down.weight", "lora_up.weight"),
        ("model.diffusion_model.", "lora.down.weight", "lora.up.weight"),
    ],
)
@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_is_found_under_dotted_names(prefix, down, up, layer):
    (found,) = changes_in(header(pair(prefix + layer, down, up, layer)), LAYERS)
    assert (found.layer, found.rank, found.rows, found.factor) == (layer, 2, None, 1.0)
    assert (found.down, found.up) == (f"{prefix}{layer}.{down}", f"{prefix}{layer}.{up}")


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_is_found_under_kohyas_names(layer):
    base = "lora_unet_" + layer.replace(".", "_")
    alpha = {f"{base}.alpha": Tensor("F32", ())}
    (found,) = changes_in(
        header(pair(base, "lora_down.weight", "lora_up.weight", layer), alpha), LAYERS
    )
    assert (found.layer, found.alpha, found.factor) == (layer, f"{base}.alpha", 0.5)


@pytest.mark.parametrize(
    ("theirs", "layer"),
    [
        ("layers.0.attention.out", "layers.0.attention.to_out.0"),
        ("x_embedder", "all_x_embedder.2-1"),
        ("final_layer.linear", "all_final_layer.2-1.linear"),
    ],
)
def test_the_makers_own_names_are_known(theirs, layer):
    dotted = pair(f"diffusion_model.{theirs}", "lora_A.weight", "lora_B.weight", layer)
    flat = pair(
        f"lora_unet_{theirs.replace('.', '_')}", "lora_down.weight", "lora_up.weight", layer
    )
    for found in (dotted, flat):
        assert [one.layer for one in changes_in(header(found), LAYERS)] == [layer]


@pytest.mark.parametrize(
    "base", ["diffusion_model.layers.0.attention.qkv", "lora_unet_layers_0_attention_qkv"]
)
def test_three_layers_in_one_are_taken_apart_in_their_order(base):
    fused = {
        f"{base}.lora_down.weight": Tensor("F32", (4, 8)),
        f"{base}.lora_up.weight": Tensor("F32", (24, 4)),
    }
    found = {one.layer: one for one in changes_in(header(fused), LAYERS)}
    assert [found[path].rows for path in QKV] == [(0, 8), (8, 16), (16, 24)]
    assert {one.down for one in found.values()} == {f"{base}.lora_down.weight"}


@pytest.mark.parametrize("swapped", [False, True])
def test_a_layer_that_is_there_twice_counts_once_under_its_own_name(swapped):
    own = pair("lora_unet_layers_0_attention_to_q", "lora_down.weight", "lora_up.weight")
    base = "lora_unet_layers_0_attention_qkv"
    fused = {
        f"{base}.lora_down.weight": Tensor("F32", (2, 8)),
        f"{base}.lora_up.weight": Tensor("F32", (24, 2)),
    }
    parts = [fused, own] if swapped else [own, fused]
    found = {one.layer: one.down for one in changes_in(header(*parts), LAYERS)}
    assert found["layers.0.attention.to_q"].startswith("lora_unet_layers_0_attention_to_q.")
    assert found["layers.0.attention.to_k"].startswith(base)


@pytest.mark.parametrize(
    ("settings", "factor"),
    [
        ({}, 1.0),
        ({"transformer.lora_alpha": 8, "transformer.r": 2}, 4.0),
        ({"transformer.lora_alpha": 8, "transformer.use_rslora": True}, 8 / 2**0.5),
        ({"transformer.lora_alpha": 8, "transformer.alpha_pattern": {"to_q": 1}}, 0.5),
        ({"transformer.lora_alpha": 8, "transformer.alpha_pattern": {"to_k": 1}}, 4.0),
    ],
)
def test_what_diffusers_trainers_write_into_the_metadata_counts(settings, factor):
    one = pair("transformer.layers.0.attention.to_q", "lora_A.weight", "lora_B.weight")
    told = {"lora_adapter_metadata": json.dumps(settings)}
    assert changes_in(header(one, **told), LAYERS)[0].factor == pytest.approx(factor)


USUAL = pair("transformer.layers.0.attention.to_q", "lora_A.weight", "lora_B.weight")


def one(name: str, *shape: int) -> dict[str, Tensor]:
    return {name: Tensor("F16", shape)}


UNKNOWN = "transformer.layers.9.attention.to_q"
OTHERS = [
    (one("unet.0.lora_down.weight", 2, 8) | one("unet.0.lora_up.weight", 8, 2), "other_model"),
    (pair(UNKNOWN, "lora_A.weight", "lora_B.weight"), "other_model"),
    (one("lora_te_text_model.lora_down.weight", 2, 8), "text_encoder"),
    (one("text_encoder.layers.0.q.lora_A.weight", 2, 8), "text_encoder"),
    (one("diffusion_model.layers.0.attention.to_q.dora_scale", 8, 1), "other_kind"),
    (one("diffusion_model.layers.0.attention.to_q.lokr_w1", 8, 1), "other_kind"),
    (one("lora_unet_layers_0.hada_w1_a", 8, 1), "other_kind"),
    (one("diffusion_model.layers.0.attention.to_q.diff", 8, 8), "other_kind"),
    (one("model.norm.weight", 8), "not_lora"),
    (one("transformer.layers.0.feed_forward.w1.lora_A.weight", 2, 8), "damaged"),
]


@pytest.mark.parametrize(("other", "expected"), OTHERS)
def test_a_file_of_which_anything_does_not_fit_is_not_used_at_all(other, expected):
    assert problem(header(other))[0] == expected
    assert problem(header(USUAL, other))[0] == expected


def test_what_does_not_fit_is_named():
    assert problem(header(OTHERS[1][0]))[1] == {"layer": UNKNOWN}
    assert problem(header(OTHERS[4][0]))[1] == {"kind": "DoRA"}


@pytest.mark.parametrize(
    ("down", "up"), [((2, 9), (8, 2)), ((2, 8), (9, 2)), ((2, 8), (8, 3)), ((2, 8, 1, 1), (8, 2))]
)
def test_a_layer_of_another_shape_is_another_models(down, up):
    base = "transformer.layers.0.attention.to_q"
    tensors = {
        f"{base}.lora_A.weight": Tensor("F32", down),
        f"{base}.lora_B.weight": Tensor("F32", up),
    }
    assert problem(Header(tensors, {})) == (LoraProblem.OTHER_MODEL, {"layer": base})


def test_numbers_of_another_kind_are_not_guessed_at():
    tensors = {name: Tensor("I8", known.shape) for name, known in USUAL.items()}
    assert problem(Header(tensors, {})) == (LoraProblem.OTHER_KIND, {"kind": "I8"})


@pytest.mark.parametrize("told", ["[", "[]", '{"transformer.lora_alpha": []}', "[" * 100_000])
def test_metadata_that_cannot_be_read_is_damage(told):
    assert problem(header(USUAL, lora_adapter_metadata=told))[0] is LoraProblem.DAMAGED


def test_an_empty_file_is_no_lora():
    assert problem(Header({}, {})) == (LoraProblem.NOT_LORA, {})


def test_changes_come_by_layer():
    parts = [
        pair(f"transformer.{layer}", "lora_A.weight", "lora_B.weight", layer) for layer in LAYERS
    ]
    found = changes_in(header(*reversed(parts)), LAYERS)
    assert all(isinstance(one, Change) for one in found)
    assert [one.layer for one in found] == sorted(LAYERS)
