"""What a workflow asks for, in zdraw's terms: the values of one request, and what is adapted.

What zdraw cannot do as the workflow says is refused at the node that says so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.adapters.http_api.comfyui.bad_graph import NodeErrors, not_in_list, refused
from bot.adapters.http_api.comfyui.beginning import Beginning, Way, beginning, way
from bot.adapters.http_api.comfyui.graph import Graph, Node
from bot.adapters.http_api.comfyui.nodes import (
    OWN_SAMPLER,
    OWN_SCHEDULER,
    SHIFT,
    folded,
    guidance_of,
    named_model,
)
from bot.adapters.http_api.comfyui.tracing import Wrong, bad_at, errors_at, source_of
from bot.core.draw_syntax import DrawRequest
from bot.core.errors import Refusal
from bot.core.loras import WantedLora
from engine.contract import passes
from engine.profiles import Profile

_LORA_LOADERS = ("LoraLoader", "LoraLoaderModelOnly")
_LORA_FILE = ".safetensors"
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
    "no_inputs": "latent",
    "too_many_loras": "sampler",
}


@dataclass(frozen=True)
class Adapted:
    """Something runs otherwise than the workflow says: a sentence of bot/core/sentences/."""

    code: str
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is to be drawn, and the nodes that said so."""

    #: Without a size where that is the picture's.
    request: DrawRequest
    begins: Beginning
    sampler: str
    text: str
    #: The nodes that load them, by their names.
    loras: Mapping[str, str]
    adapted: tuple[Adapted, ...]

    @property
    def latent(self) -> str:
        return self.begins.node


def read(graph: Graph, profile: Profile) -> Wish:
    """Raises BadGraph."""
    try:
        return _read(graph, profile)
    except Wrong as wrong:
        raise bad_at(graph, wrong.node.id, wrong.error) from None


def blamed(graph: Graph, wish: Wish, refusal: Refusal) -> Mapping[str, NodeErrors] | None:
    """What the core refuses, at the node that asked for it; None where no node did."""
    node = wish.loras.get(str(refusal.data.get("name")))
    if node is None:
        if refusal.code not in _BLAMED:
            return None
        node = getattr(wish, _BLAMED[refusal.code])
    return errors_at(graph, node, refused("", refusal.code, **refusal.data))


def _read(graph: Graph, profile: Profile) -> Wish:
    adapted: list[Adapted] = []
    for node in graph.nodes.values():
        adapted += _of_loaders(node, profile)
    sampler = _sampler(graph)
    text = source_of(graph, sampler, "positive", ("CLIPTextEncode",))
    begins = beginning(graph, sampler)
    gone = way(sampler, begins, profile)
    adapted += _of_sampling(sampler)
    adapted += _of_beginning(sampler, begins, gone)
    loras = _loras(graph, sampler)
    negative, about_negative = _negative(graph, sampler)
    request = DrawRequest(
        prompt=text.inputs["text"],
        size=begins.size,
        seed=folded(sampler.inputs["seed"]),
        steps=gone.steps,
        strength=gone.strength,
        guidance=guidance_of(sampler.inputs["cfg"], profile.neutral_guidance),
        count=begins.count,
        negative=negative,
        # No node says so.
        enhance=False,
        loras=tuple(WantedLora(name=name, weight=weight) for name, (_, weight) in loras.items()),
    )
    return Wish(
        request=request,
        sampler=sampler.id,
        text=text.id,
        begins=begins,
        loras={name: node for name, (node, _) in loras.items()},
        adapted=(*adapted, *about_negative),
    )


def _sampler(graph: Graph) -> Node:
    """The one that all outputs show."""
    first: Node | None = None
    for output in graph.outputs:
        decoder = source_of(graph, graph.nodes[output], "images", ("VAEDecode",))
        sampler = source_of(graph, decoder, "samples", ("KSampler",))
        if first is not None and sampler.id != first.id:
            raise Wrong(sampler, refused("", "one_sampler"))
        first = sampler
    assert first is not None
    return first


def _of_loaders(node: Node, profile: Profile) -> Iterator[Adapted]:
    for name in ("ckpt_name", "unet_name"):
        if name in node.inputs:
            given = node.inputs[name]
            known = named_model(given, profile)
            if known is None:
                raise Wrong(node, not_in_list(name, given, node.kind.inputs[name].options))
            if known not in (profile.name, *profile.answers_to):
                yield Adapted("stood_in", {"name": given, "model": profile.name})
    if node.inputs.get("weight_dtype", "default") != "default":
        yield Adapted("own_weights", {"given": node.inputs["weight_dtype"]})
    if node.inputs.get("shift", SHIFT) != SHIFT:
        raise Wrong(node, refused("shift", "one_shift", shift=SHIFT))


def _of_sampling(sampler: Node) -> Iterator[Adapted]:
    name, scheduler = sampler.inputs["sampler_name"], sampler.inputs["scheduler"]
    if name != OWN_SAMPLER:
        yield Adapted("own_sampler", {"given": name})
    if scheduler != OWN_SCHEDULER:
        yield Adapted("own_scheduler", {"given": scheduler})
    seed = sampler.inputs["seed"]
    if folded(seed) != seed:
        yield Adapted("seed_folded", {"given": seed, "seed": folded(seed)})


def _of_beginning(sampler: Node, begins: Beginning, gone: Way) -> Iterator[Adapted]:
    steps, denoise = sampler.inputs["steps"], sampler.inputs["denoise"]
    made = passes(gone.steps, gone.strength)
    if made != steps:
        about = {"steps": steps, "denoise": denoise, "made": made, "most": gone.steps}
        yield Adapted("denoise_shortened", about)
    if begins.mask is not None:
        yield Adapted("hard_mask", {})


def _loras(graph: Graph, sampler: Node) -> dict[str, tuple[str, float]]:
    """Node and weight of each file on the way of the model; those of one file add up. What
    strength_clip says has no effect: files that change more than the model are refused."""
    loras: dict[str, tuple[str, float]] = {}
    node = graph.nodes[sampler.link("model").node]
    while "model" in node.kind.inputs:
        if node.kind.name in _LORA_LOADERS:
            name = node.inputs["lora_name"].removesuffix(_LORA_FILE)
            _, before = loras.get(name, (node.id, 0.0))
            loras[name] = node.id, before + node.inputs["strength_model"]
        node = graph.nodes[node.link("model").node]
    return dict(reversed(loras.items()))


def _negative(graph: Graph, sampler: Node) -> tuple[str | None, tuple[Adapted, ...]]:
    """With cfg 1 a negative prompt has no effect, in ComfyUI as here."""
    source = source_of(graph, sampler, "negative", ("CLIPTextEncode", "ConditioningZeroOut"))
    off = guidance_of(sampler.inputs["cfg"]) == 0
    if source.kind.name == "ConditioningZeroOut":
        return None, () if off else (Adapted("zeroed_negative", {}),)
    text = source.inputs["text"]
    if off and text:
        return None, (Adapted("negative_unused", {}),)
    return text or None, ()
