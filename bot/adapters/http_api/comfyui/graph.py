"""Workflows as graphs, checked by ComfyUI's rules. Pure: any JSON in, a Graph or a BadGraph out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.adapters.http_api.comfyui.bad_graph import (
    BadGraph,
    NodeError,
    NodeErrors,
    no_output_left,
)
from bot.adapters.http_api.comfyui.inputs import Link, checked, link_in, missing
from bot.adapters.http_api.comfyui.nodes import NodeClass

#: Whoever draws a picture needs a few dozen; each output is followed through all of them.
MAX_NODES = 500


@dataclass(frozen=True, kw_only=True)
class Node:
    """A node whose inputs are right: links, and values of their kind."""

    id: str
    kind: NodeClass
    inputs: Mapping[str, Any]

    def link(self, name: str) -> Link:
        """An input that only links bring."""
        link = self.inputs[name]
        assert isinstance(link, Link)
        return link


@dataclass(frozen=True, kw_only=True)
class Graph:
    """What is to be executed."""

    nodes: Mapping[str, Node]
    outputs: Sequence[str]
    #: Each node behind those that it needs.
    order: Sequence[str]
    #: Of outputs that are left out.
    node_errors: Mapping[str, NodeErrors]


def check(
    prompt: Any, classes: Mapping[str, NodeClass], targets: Sequence[str] | None = None
) -> Graph:
    """`prompt`: what was sent, whatever it is; `targets`: the only outputs wanted. Raises
    BadGraph where no output can be executed."""
    kinds = _kinds(prompt, classes)
    wanted = [one for one in kinds if kinds[one].is_output and (targets is None or one in targets)]
    if not wanted:
        raise BadGraph("prompt_no_outputs", "Prompt has no outputs")
    needed, cyclic = {}, set()
    for output in wanted:
        needed[output], in_cycles = _needed_by(output, prompt, kinds)
        cyclic |= in_cycles
    nodes, errors = {}, {}
    for node_id in dict.fromkeys(node for output in wanted for node in needed[output]):
        nodes[node_id], wrong = _checked(node_id, prompt[node_id], kinds)
        wrong += [_CYCLE] if node_id in cyclic else []
        if wrong:
            users = [output for output in wanted if node_id in needed[output]]
            errors[node_id] = NodeErrors(
                class_type=kinds[node_id].name, errors=wrong, dependent_outputs=users
            )
    good = [one for one in wanted if not errors.keys() & needed[one].keys()]
    if not good:
        raise no_output_left(errors)
    order = list(dict.fromkeys(node for output in good for node in needed[output]))
    executed = {node: nodes[node] for node in order}
    return Graph(nodes=executed, outputs=good, order=order, node_errors=errors)


_CYCLE = NodeError(type="dependency_cycle", message="Dependency cycle detected")


def _kinds(prompt: Any, classes: Mapping[str, NodeClass]) -> dict[str, NodeClass]:
    """The class of each node; ComfyUI looks at those that nobody needs too."""
    if not isinstance(prompt, dict):
        raise BadGraph("prompt_no_outputs", "Prompt has no outputs")
    if len(prompt) > MAX_NODES:
        details = f"{len(prompt)} nodes, at most {MAX_NODES}"
        raise BadGraph("prompt_too_large", "Prompt has too many nodes", details)
    kinds = {}
    for node_id, node in prompt.items():
        name = node.get("class_type") if isinstance(node, dict) else None
        if not isinstance(name, str) or name not in classes:
            raise _missing_type(node_id, name)
        kinds[node_id] = classes[name]
    return kinds


def _missing_type(node_id: str, name: Any) -> BadGraph:
    known = isinstance(name, str)
    message = (
        f"Node '{name}' not found. The custom node may not be installed."
        if known
        else "Cannot execute because a node is missing the class_type property."
    )
    about = {"node_id": node_id, "class_type": name if known else None}
    return BadGraph("missing_node_type", message, f"Node ID '#{node_id}'", extra=about)


def _inputs(node: dict[str, Any]) -> dict[str, Any]:
    inputs = node.get("inputs")
    return inputs if isinstance(inputs, dict) else {}


def _needed_by(
    output: str, prompt: dict[str, Any], kinds: Mapping[str, NodeClass]
) -> tuple[dict[str, None], set[str]]:
    """The output and all that it needs, each behind its own needs; and those that need
    themselves. Without recursion: a workflow may be a long chain."""
    order: dict[str, None] = {}
    #: True once all that a node needs is in `order`.
    done: dict[str, bool] = {}
    cyclic: set[str] = set()
    stack = [output]
    while stack:
        node_id = stack[-1]
        if node_id in done:
            stack.pop()
            if not done[node_id]:
                done[node_id] = True
                order[node_id] = None
            continue
        done[node_id] = False
        links = (link_in(given, kinds) for given in _inputs(prompt[node_id]).values())
        for source in dict.fromkeys(link.node for link in links if link is not None):
            if source not in done:
                stack.append(source)
            elif not done[source]:
                cyclic.add(source)
    return order, cyclic


def _checked(
    node_id: str, node: dict[str, Any], kinds: Mapping[str, NodeClass]
) -> tuple[Node, list[NodeError]]:
    kind, given = kinds[node_id], _inputs(node)
    inputs: dict[str, Any] = {}
    errors: list[NodeError] = []
    for name, wanted in kind.inputs.items():
        if name not in given:
            errors += [] if name in kind.optional else [missing(name)]
            continue
        value = checked(name, given[name], wanted, kinds)
        if isinstance(value, NodeError):
            errors.append(value)
        else:
            inputs[name] = value
    return Node(id=node_id, kind=kind, inputs=inputs), errors
