"""What workflows ask for: cfg is guidance + 1, and what is adapted is said."""

from typing import Any

import pytest

from bot.adapters.http_api.comfyui.bad_graph import BadGraph
from bot.adapters.http_api.comfyui.graph import check
from bot.adapters.http_api.comfyui.nodes import (
    SCHEDULERS,
    folded,
    guidance_of,
    named_model,
    node_classes,
    stem,
)
from bot.adapters.http_api.comfyui.reading import Wish, blamed, read
from bot.core.draw_options import MAX_SEED
from bot.core.draw_syntax import DrawRequest
from bot.core.errors import Refusal
from bot.core.replies import PROGRAMS
from engine.profiles import profile_named
from tests.unit.http_api.workflows import SD_STYLE, TURBO, workflow

DEMO, REAL = profile_named("demo"), profile_named("z-image-turbo")


def wish_of(prompt: dict[str, Any], profile: Any = DEMO) -> Wish:
    return read(check(prompt, node_classes(profile)), profile)


def adapted(wish: Wish) -> list[str]:
    for one in wish.adapted:
        for sentence in PROGRAMS[one.code]:
            assert sentence.format(**one.data)
    return [one.code for one in wish.adapted]


def refusal(prompt: dict[str, Any]) -> tuple[str, str, str]:
    """Node, type and code of the one error."""
    with pytest.raises(BadGraph) as caught:
        wish_of(prompt)
    ((node, errors),) = caught.value.nodes.items()
    assert errors.dependent_outputs == ["9"]
    return node, errors.errors[0].type, errors.errors[0].code


def test_a_script_that_changes_only_words_and_address_is_understood() -> None:
    wish = wish_of(workflow(n6={"text": "masterpiece"}), REAL)
    assert wish.request == DrawRequest(
        prompt="masterpiece",
        size=(1024, 1024),
        seed=42,
        steps=8,
        guidance=6.0,
        count=1,
        negative="蓝色",
        enhance=False,
    )
    assert adapted(wish) == ["own_scheduler"]


def test_the_official_workflow_is_understood() -> None:
    wish = wish_of(TURBO, REAL)
    assert (wish.request.guidance, wish.request.negative) == (0, None)
    assert (wish.sampler, wish.text, wish.latent) == ("57:3", "57:27", "57:13")
    assert adapted(wish) == ["own_sampler"]


@pytest.mark.parametrize("base", [SD_STYLE, TURBO])
def test_a_model_that_stands_in_is_said(base: dict[str, Any]) -> None:
    assert "stood_in" in adapted(wish_of(base))


@pytest.mark.parametrize(("cfg", "guidance"), [(1, 0), (2.8, 1.8), (7.0, 6.0), (11, 10)])
def test_cfg_is_guidance_and_one(cfg: float, guidance: float) -> None:
    assert guidance_of(cfg) == guidance
    assert wish_of(workflow(n3={"cfg": cfg})).request.guidance == guidance


@pytest.mark.parametrize(("cfg", "guidance"), [(1.0, 0), (1.5, 1.5), (7.5, 7.5), (10.0, 10)])
def test_cfg_is_guidance_where_the_pipeline_of_the_model_counts_so(
    cfg: float, guidance: float
) -> None:
    named = {"ckpt_name": "v1-5-pruned-emaonly.safetensors"}
    size = {"width": 512, "height": 512}
    asked = workflow(n3={"cfg": cfg}, n4=named, n5=size)
    wish = wish_of(asked, profile_named("stable-diffusion-1.5"))
    assert wish.request.guidance == guidance
    assert "stood_in" not in adapted(wish)


def test_with_cfg_1_a_negative_prompt_has_no_effect_and_that_is_said() -> None:
    wish = wish_of(workflow(n3={"cfg": 1}))
    assert wish.request.negative is None
    assert "negative_unused" in adapted(wish)


def test_a_zeroed_negative_is_an_empty_one_where_it_matters() -> None:
    zeroed = {"class_type": "ConditioningZeroOut", "inputs": {"conditioning": ["6", 0]}}
    assert "zeroed_negative" in adapted(wish_of(workflow(n7=zeroed)))
    assert "zeroed_negative" not in adapted(wish_of(workflow(n7=zeroed, n3={"cfg": 1})))


def test_a_seed_of_comfyui_is_folded_into_zdraws_range_the_same_each_time() -> None:
    assert folded(MAX_SEED) == MAX_SEED
    wish = wish_of(workflow(n3={"seed": 2**64 - 1}))
    assert wish.request.seed == (2**64 - 1) % (MAX_SEED + 1)
    assert "seed_folded" in adapted(wish)
    assert "seed_folded" not in adapted(wish_of(workflow(n3={"seed": MAX_SEED})))


@pytest.mark.parametrize("scheduler", SCHEDULERS)
def test_every_scheduler_runs_as_the_models_own(scheduler: str) -> None:
    wish = wish_of(workflow(n3={"scheduler": scheduler}), REAL)
    assert ("own_scheduler" in adapted(wish)) == (scheduler != "simple")


@pytest.mark.parametrize(
    "name",
    [
        "z-image-turbo.safetensors",
        "z_image_turbo_bf16.safetensors",
        "Z-Image-Turbo.gguf",
        "diffusion/z_image_turbo_fp8_e4m3fn.safetensors",
        "zimage\\z_image_turbo_int8_convrot.safetensors",
        "z-image-turbo-Q4_K_M.gguf",
    ],
)
def test_files_of_the_model_are_known_by_their_names(name: str) -> None:
    assert named_model(name, REAL) is not None


@pytest.mark.parametrize("name", ["", "z_image_bf16.safetensors", "v1-5-pruned-emaonly.ckpt"])
def test_files_of_other_models_are_not(name: str) -> None:
    assert named_model(name, REAL) is None
    node, kind, _ = refusal(workflow(n4={"ckpt_name": name}))
    assert (node, kind) == ("4", "value_not_in_list")


def test_a_name_of_the_model_stays_when_its_precision_goes() -> None:
    assert stem("Tongyi-MAI/Z-Image-Turbo") == stem("z_image_turbo_bf16.safetensors")


@pytest.mark.parametrize(
    ("change", "node", "code"),
    [
        ({"n3": {"denoise": 0.5}}, "3", "denoise_needs_picture"),
        (
            {
                "n10": {
                    "class_type": "ModelSamplingAuraFlow",
                    "inputs": {"model": ["4", 0], "shift": 5},
                },
                "n3": {"model": ["10", 0]},
            },
            "10",
            "one_shift",
        ),
        (
            {
                "n10": {"class_type": "ConditioningZeroOut", "inputs": {"conditioning": ["6", 0]}},
                "n3": {"positive": ["10", 0]},
            },
            "3",
            "other_node_wanted",
        ),
    ],
)
def test_what_zdraw_cannot_do_is_refused_where_it_stands(
    change: dict[str, Any], node: str, code: str
) -> None:
    assert refusal(workflow(**change)) == (node, "custom_validation_failed", code)


def test_two_samplers_are_two_workflows() -> None:
    prompt = workflow(
        n30=SD_STYLE["3"],
        n31={"class_type": "VAEDecode", "inputs": {"samples": ["30", 0], "vae": ["4", 2]}},
        n32={"class_type": "PreviewImage", "inputs": {"images": ["31", 0]}},
    )
    with pytest.raises(BadGraph) as caught:
        wish_of(prompt)
    ((node, errors),) = caught.value.nodes.items()
    assert (node, errors.errors[0].code) == ("30", "one_sampler")


def test_one_sampler_may_have_several_outputs() -> None:
    prompt = workflow(n20={"class_type": "SaveImageWebsocket", "inputs": {"images": ["8", 0]}})
    assert wish_of(prompt).sampler == "3"


@pytest.mark.parametrize(
    ("code", "node"), [("bad_size", "5"), ("prompt_too_long", "6"), ("bad_value", "3")]
)
def test_what_the_core_refuses_is_told_at_the_node_that_asked(code: str, node: str) -> None:
    graph = check(SD_STYLE, node_classes(DEMO))
    errors = blamed(graph, read(graph, DEMO), Refusal(code))
    assert errors is not None
    assert list(errors) == [node]


def test_a_full_queue_is_no_nodes_fault() -> None:
    graph = check(SD_STYLE, node_classes(DEMO))
    assert blamed(graph, read(graph, DEMO), Refusal("queue_full")) is None


def lora(name: str, weight: float, model: str, **clip: Any) -> dict[str, Any]:
    kind = "LoraLoader" if clip else "LoraLoaderModelOnly"
    inputs = {"lora_name": name, "strength_model": weight, "model": [model, 0], **clip}
    return {"class_type": kind, "inputs": inputs}


def test_loras_are_those_on_the_way_of_the_model() -> None:
    prompt = workflow(
        n10=lora("ink.safetensors", 0.8, "4"),
        n11=lora("线条.safetensors", -1, "10", clip=["4", 1], strength_clip=1),
        n12={"class_type": "ModelSamplingAuraFlow", "inputs": {"model": ["11", 0], "shift": 3}},
        n13=lora("ink.safetensors", 0.5, "12"),
        n14=lora("elsewhere.safetensors", 1, "4", clip=["4", 1], strength_clip=1),
        n6={"clip": ["14", 1]},
        n3={"model": ["13", 0]},
    )
    wish = wish_of(prompt)
    named = {one.name: one.weight for one in wish.request.loras}
    assert named == {"线条": -1, "ink": pytest.approx(1.3)}
    assert set(wish.loras) == {"ink", "线条"}


def test_a_lora_that_is_not_there_is_told_at_its_node() -> None:
    prompt = workflow(n10=lora("ink.safetensors", 0.8, "4"), n3={"model": ["10", 0]})
    graph = check(prompt, node_classes(DEMO))
    errors = blamed(graph, read(graph, DEMO), Refusal("unknown_lora", name="ink"))
    assert errors is not None
    assert list(errors) == ["10"]
