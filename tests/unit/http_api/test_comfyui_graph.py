"""Workflows are checked as ComfyUI checks them."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from starlette.datastructures import Headers

from bot.adapters.http_api.comfyui.bad_graph import BadGraph
from bot.adapters.http_api.comfyui.body import object_in
from bot.adapters.http_api.comfyui.errors import answer_bad_graph
from bot.adapters.http_api.comfyui.graph import MAX_NODES, check
from bot.adapters.http_api.comfyui.inputs import Link
from bot.adapters.http_api.comfyui.reading import read
from bot.adapters.http_api.problem import Problem
from engine.profiles import profile_named
from tests.unit.http_api.strange_workflows import CLASSES, bent, mixed
from tests.unit.http_api.workflows import SD_STYLE, TURBO, workflow

PROFILE = profile_named("demo")


def bad(prompt: Any) -> BadGraph:
    with pytest.raises(BadGraph) as caught:
        check(prompt, CLASSES)
    return caught.value


def node_error(prompt: Any, node: str) -> tuple[str, str]:
    """Type and input of the one error of the workflow, which is at this node."""
    error = bad(prompt)
    assert error.kind == "prompt_outputs_failed_validation"
    assert list(error.nodes) == [node]
    assert error.nodes[node].dependent_outputs == ["9"]
    (found,) = error.nodes[node].errors
    return found.type, found.input_name


@pytest.mark.parametrize("prompt", [SD_STYLE, TURBO])
def test_nodes_come_behind_those_that_they_need(prompt: dict[str, Any]) -> None:
    graph = check(prompt, CLASSES)
    assert set(graph.order) == set(prompt)
    for place, node in enumerate(graph.order):
        links = [one for one in graph.nodes[node].inputs.values() if isinstance(one, Link)]
        assert {link.node for link in links} <= set(graph.order[:place])
    assert graph.outputs == ["9"]


def test_ids_and_their_order_mean_nothing() -> None:
    names = {old: f"node {place}" for place, old in enumerate(reversed(sorted(SD_STYLE)))}
    renamed: dict[str, Any] = {}
    for old, node in reversed(SD_STYLE.items()):
        inputs = {
            name: [names[value[0]], value[1]] if isinstance(value, list) else value
            for name, value in node["inputs"].items()
        }
        renamed[names[old]] = {"class_type": node["class_type"], "inputs": inputs}
    assert (
        read(check(renamed, CLASSES), PROFILE).request
        == read(check(SD_STYLE, CLASSES), PROFILE).request
    )


def test_values_are_coerced_as_comfyui_does() -> None:
    given = workflow(n3={"steps": "4", "cfg": "2.5", "seed": 7.0}, n6={"text": 5})
    graph = check(given, CLASSES)
    sampler = graph.nodes["3"].inputs
    assert (sampler["steps"], sampler["cfg"], sampler["seed"]) == (4, 2.5, 7)
    assert graph.nodes["6"].inputs["text"] == "5"


def test_what_nobody_needs_is_not_executed() -> None:
    graph = check(workflow(n20={"class_type": "LoraLoader", "inputs": {}}), CLASSES)
    assert "20" not in graph.order


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [
        ({}, "prompt_no_outputs"),
        ([], "prompt_no_outputs"),
        (None, "prompt_no_outputs"),
        ({"1": 5}, "missing_node_type"),
        ({"1": {"inputs": {}}}, "missing_node_type"),
        ({"1": {"class_type": ["KSampler"]}}, "missing_node_type"),
        (workflow(n20={"class_type": "IPAdapter"}), "missing_node_type"),
        ({node: SD_STYLE[node] for node in SD_STYLE if node != "9"}, "prompt_no_outputs"),
    ],
)
def test_what_is_no_workflow_is_refused_as_a_whole(prompt: Any, kind: str) -> None:
    error = bad(prompt)
    assert (error.kind, error.nodes) == (kind, {})


@pytest.mark.parametrize(
    ("change", "node", "kind", "name"),
    [
        ({"n3": {"steps": 0}}, "3", "value_smaller_than_min", "steps"),
        ({"n3": {"steps": 51}}, "3", "value_bigger_than_max", "steps"),
        ({"n3": {"cfg": 0.5}}, "3", "value_smaller_than_min", "cfg"),
        ({"n3": {"cfg": 11.5}}, "3", "value_bigger_than_max", "cfg"),
        ({"n3": {"cfg": "high"}}, "3", "invalid_input_type", "cfg"),
        ({"n3": {"cfg": "nan"}}, "3", "invalid_input_type", "cfg"),
        ({"n3": {"seed": None}}, "3", "invalid_input_type", "seed"),
        ({"n3": {"seed": "9" * 5000}}, "3", "invalid_input_type", "seed"),
        ({"n3": {"seed": 2**64}}, "3", "value_bigger_than_max", "seed"),
        ({"n3": {"model": "z-image"}}, "3", "invalid_input_type", "model"),
        ({"n3": {"model": ["4"]}}, "3", "bad_linked_input", "model"),
        ({"n3": {"model": ["nobody", 0]}}, "3", "bad_linked_input", "model"),
        ({"n3": {"model": ["4", 3]}}, "3", "bad_linked_input", "model"),
        ({"n3": {"model": ["4", True]}}, "3", "bad_linked_input", "model"),
        ({"n3": {"model": ["4", 1]}}, "3", "return_type_mismatch", "model"),
        ({"n3": {"sampler_name": "dpmpp_2m"}}, "3", "value_not_in_list", "sampler_name"),
        ({"n3": {"scheduler": "mine"}}, "3", "value_not_in_list", "scheduler"),
        ({"n5": {"batch_size": 5}}, "5", "value_bigger_than_max", "batch_size"),
        ({"n6": {"text": {"a": 1}}}, "6", "invalid_input_type", "text"),
    ],
)
def test_a_wrong_input_is_told_at_its_node(
    change: dict[str, Any], node: str, kind: str, name: str
) -> None:
    assert node_error(workflow(**change), node) == (kind, name)


def test_a_missing_input_is_told() -> None:
    prompt = workflow()
    del prompt["3"]["inputs"]["steps"]
    assert node_error(prompt, "3") == ("required_input_missing", "steps")


def test_a_node_that_needs_itself_is_told() -> None:
    prompt = workflow(
        n20={"class_type": "ModelSamplingAuraFlow", "inputs": {"model": ["21", 0], "shift": 3}},
        n21={"class_type": "ModelSamplingAuraFlow", "inputs": {"model": ["20", 0], "shift": 3}},
        n3={"model": ["20", 0]},
    )
    assert node_error(prompt, "20") == ("dependency_cycle", "")


def test_an_output_that_cannot_be_executed_leaves_the_others() -> None:
    prompt = workflow(n20={"class_type": "SaveImage", "inputs": {"images": ["8", 0]}})
    graph = check(prompt, CLASSES)
    assert graph.outputs == ["9"]
    (error,) = graph.node_errors["20"].errors
    assert (error.type, error.input_name) == ("required_input_missing", "filename_prefix")


def test_only_the_outputs_asked_for_are_executed() -> None:
    prompt = workflow(n20={"class_type": "PreviewImage", "inputs": {"images": ["8", 0]}})
    assert check(prompt, CLASSES, ["20"]).outputs == ["20"]
    with pytest.raises(BadGraph, match="prompt_no_outputs"):
        check(prompt, CLASSES, ["8"])


def chained(length: int) -> dict[str, Any]:
    """A workflow whose model goes through so many nodes more."""
    chain = {
        f"nshift{n}": {
            "class_type": "ModelSamplingAuraFlow",
            "inputs": {"shift": 3, "model": [f"shift{n - 1}" if n else "4", 0]},
        }
        for n in range(length)
    }
    return workflow(**chain, n3={"model": [f"shift{length - 1}", 0]})


def test_a_long_chain_is_read_and_one_that_is_too_long_refused() -> None:
    longest = MAX_NODES - len(SD_STYLE)
    assert len(check(chained(longest), CLASSES).order) == MAX_NODES
    assert bad(chained(longest + 1)).kind == "prompt_too_large"


def status(prompt: Any) -> int:
    """As a client sees it."""
    try:
        sent = object_in(json.dumps({"prompt": prompt}).encode())["prompt"]
    except Problem as refused:
        return refused.status
    try:
        wish = read(check(sent, CLASSES), PROFILE)
    except BadGraph as refused:
        return answer_bad_graph(refused, Headers({})).status_code
    assert wish.request.seed is not None
    return 200


@settings(max_examples=300)
@given(mixed | bent)
def test_anything_is_a_workflow_or_refused(prompt: dict[str, Any]) -> None:
    assert status(prompt) in (200, 400)
