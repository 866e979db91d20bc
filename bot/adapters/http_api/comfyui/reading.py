"""What a workflow asks for, in zdraw's terms: the values of one request, and what is adapted.

What zdraw cannot do as the workflow says is refused at the node that says so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.adapters.http_api.comfyui.bad_graph import (
    NodeError,
    NodeErrors,
    no_output_left,
    not_in_list,
    refused,
)
from bot.adapters.http_api.comfyui.graph import Graph, Node
from bot.adapters.http_api.comfyui.nodes import (
    OWN_SAMPLER,
    OWN_SCHEDULER,
    SHIFT,
    folded,
    guidance_of,
    named_model,
)
from bot.core.draw_syntax import DrawRequest
from bot.core.errors import Refusal
from engine.profiles import Profile

#: Classes that need what zdraw does not have yet: the sentence that says so.
NOT_YET = {
    "LoraLoader": "no_lora_yet",
    "LoraLoaderModelOnly": "no_lora_yet",
    "LoadImage": "no_workflow_pictures",
    "VAEEncode": "no_workflow_pictures",
    "SetLatentNoiseMask": "no_workflow_pictures",
}
_LATENTS = ("EmptyLatentImage", "EmptySD3LatentImage")
#: Refusals of the core, by whose fault they are: a field of Wish.
_BLAMED = {
    "bad_size": "latent",
    "too_large_here": "latent",
    "too_many_here": "latent",
    "forbidden_words": "text",
    "empty_prompt": "text",
    "too_long": "text",
    "prompt_too_long": "text",
    "control_characters": "text",
    "bad_value": "sampler",
}


@dataclass(frozen=True)
class Adapted:
    """Something runs otherwise than the workflow says: a sentence of bot/core/sentences/."""

    code: str
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be drawn, and the nodes that said so."""

    request: DrawRequest
    sampler: str
    text: str
    latent: str
    adapted: tuple[Adapted, ...]


class _Wrong(Exception):
    """An error at one node."""

    def __init__(self, node: Node, error: NodeError) -> None:
        super().__init__(error.type)
        self.node = node
        self.error = error


def read(graph: Graph, profile: Profile) -> Wish:
    """Raises BadGraph."""
    try:
        return _read(graph, profile)
    except _Wrong as wrong:
        raise no_output_left(_at(graph, wrong.node.id, wrong.error)) from None


def blamed(graph: Graph, wish: Wish, refusal: Refusal) -> Mapping[str, NodeErrors] | None:
    """What the core refuses, at the node that asked for it; None where no node did."""
    if refusal.code not in _BLAMED:
        return None
    node = getattr(wish, _BLAMED[refusal.code])
    return _at(graph, node, refused("", refusal.code, **refusal.data))


def _at(graph: Graph, node_id: str, error: NodeError) -> dict[str, NodeErrors]:
    errors = NodeErrors(
        class_type=graph.nodes[node_id].kind.name,
        errors=[error],
        dependent_outputs=list(graph.outputs),
    )
    return {node_id: errors}


def _read(graph: Graph, profile: Profile) -> Wish:
    adapted: list[Adapted] = []
    for node in graph.nodes.values():
        if node.kind.name in NOT_YET:
            raise _Wrong(node, refused("", NOT_YET[node.kind.name]))
        adapted += _of_loaders(node, profile)
    sampler = _sampler(graph)
    text = _from(graph, sampler, "positive", ("CLIPTextEncode",))
    latent = _beginning(graph, sampler)
    adapted += _of_sampling(sampler)
    negative, about_negative = _negative(graph, sampler)
    request = DrawRequest(
        prompt=text.inputs["text"],
        size=(latent.inputs["width"], latent.inputs["height"]),
        seed=folded(sampler.inputs["seed"]),
        steps=sampler.inputs["steps"],
        guidance=guidance_of(sampler.inputs["cfg"], profile.neutral_guidance),
        count=latent.inputs["batch_size"],
        negative=negative,
    )
    return Wish(
        request=request,
        sampler=sampler.id,
        text=text.id,
        latent=latent.id,
        adapted=(*adapted, *about_negative),
    )


def _from(graph: Graph, node: Node, name: str, kinds: tuple[str, ...]) -> Node:
    """The node that an input comes from, of one of these classes."""
    source = graph.nodes[node.link(name).node]
    if source.kind.name not in kinds:
        wanted, given = " / ".join(kinds), source.kind.name
        raise _Wrong(node, refused(name, "other_node_wanted", wanted=wanted, given=given))
    return source


def _sampler(graph: Graph) -> Node:
    """The one that all outputs show."""
    first: Node | None = None
    for output in graph.outputs:
        decoder = _from(graph, graph.nodes[output], "images", ("VAEDecode",))
        sampler = _from(graph, decoder, "samples", ("KSampler",))
        if first is not None and sampler.id != first.id:
            raise _Wrong(sampler, refused("", "one_sampler"))
        first = sampler
    assert first is not None
    return first


def _beginning(graph: Graph, sampler: Node) -> Node:
    """Where the picture begins: at an empty latent, for as long as others are in NOT_YET."""
    latent = _from(graph, sampler, "latent_image", _LATENTS)
    if sampler.inputs["denoise"] != 1:
        raise _Wrong(sampler, refused("denoise", "no_workflow_pictures"))
    return latent


def _of_loaders(node: Node, profile: Profile) -> Iterator[Adapted]:
    for name in ("ckpt_name", "unet_name"):
        if name in node.inputs:
            given = node.inputs[name]
            known = named_model(given, profile)
            if known is None:
                raise _Wrong(node, not_in_list(name, given, node.kind.inputs[name].options))
            if known not in (profile.name, *profile.answers_to):
                yield Adapted("stood_in", {"name": given, "model": profile.name})
    if node.inputs.get("weight_dtype", "default") != "default":
        yield Adapted("own_weights", {"given": node.inputs["weight_dtype"]})
    if node.inputs.get("shift", SHIFT) != SHIFT:
        raise _Wrong(node, refused("shift", "one_shift", shift=SHIFT))


def _of_sampling(sampler: Node) -> Iterator[Adapted]:
    name, scheduler = sampler.inputs["sampler_name"], sampler.inputs["scheduler"]
    if name != OWN_SAMPLER:
        yield Adapted("own_sampler", {"given": name})
    if scheduler != OWN_SCHEDULER:
        yield Adapted("own_scheduler", {"given": scheduler})
    seed = sampler.inputs["seed"]
    if folded(seed) != seed:
        yield Adapted("seed_folded", {"given": seed, "seed": folded(seed)})


def _negative(graph: Graph, sampler: Node) -> tuple[str | None, tuple[Adapted, ...]]:
    """With cfg 1 a negative prompt has no effect, in ComfyUI as here."""
    source = _from(graph, sampler, "negative", ("CLIPTextEncode", "ConditioningZeroOut"))
    off = guidance_of(sampler.inputs["cfg"]) == 0
    if source.kind.name == "ConditioningZeroOut":
        return None, () if off else (Adapted("zeroed_negative", {}),)
    text = source.inputs["text"]
    if off and text:
        return None, (Adapted("negative_unused", {}),)
    return text or None, ()
