"""Following a workflow's links."""

from bot.adapters.http_api.comfyui.bad_graph import (
    BadGraph,
    NodeError,
    NodeErrors,
    no_output_left,
    refused,
)
from bot.adapters.http_api.comfyui.graph import Graph, Node


class Wrong(Exception):
    """An error at one node."""

    def __init__(self, node: Node, error: NodeError) -> None:
        super().__init__(error.type)
        self.node = node
        self.error = error


def source_of(graph: Graph, node: Node, name: str, kinds: tuple[str, ...]) -> Node:
    """The node that an input comes from, of one of these classes. Raises Wrong."""
    source = graph.nodes[node.link(name).node]
    if source.kind.name not in kinds:
        wanted, given = " / ".join(kinds), source.kind.name
        raise Wrong(node, refused(name, "other_node_wanted", wanted=wanted, given=given))
    return source


def errors_at(graph: Graph, node_id: str, error: NodeError) -> dict[str, NodeErrors]:
    """By which the whole workflow cannot be drawn."""
    errors = NodeErrors(
        class_type=graph.nodes[node_id].kind.name,
        errors=[error],
        dependent_outputs=list(graph.outputs),
    )
    return {node_id: errors}


def bad_at(graph: Graph, node_id: str, error: NodeError) -> BadGraph:
    return no_output_left(errors_at(graph, node_id, error))
