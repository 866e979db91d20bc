"""What is wrong with a workflow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class NodeError:
    """One thing that is wrong with a node. `type` and `message` are ComfyUI's own; what only
    zdraw refuses has a `code` of bot/core/sentences/ behind its details."""

    type: str
    message: str
    input_name: str = ""
    details: str = ""
    code: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class NodeErrors:
    """All that is wrong with one node."""

    class_type: str
    errors: Sequence[NodeError]
    #: The outputs that need it.
    dependent_outputs: Sequence[str]


class BadGraph(Exception):
    """Nothing of it can be executed. `kind` and `message` are ComfyUI's own."""

    def __init__(
        self,
        kind: str,
        message: str,
        details: str = "",
        *,
        extra: Mapping[str, Any] | None = None,
        nodes: Mapping[str, NodeErrors] | None = None,
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.message = message
        self.details = details
        self.extra = extra or {}
        self.nodes = nodes or {}


def no_output_left(nodes: Mapping[str, NodeErrors]) -> BadGraph:
    return BadGraph(
        "prompt_outputs_failed_validation", "Prompt outputs failed validation", nodes=nodes
    )


def refused(input_name: str, code: str, /, **data: Any) -> NodeError:
    """What ComfyUI could do, and zdraw cannot."""
    return NodeError(
        type="custom_validation_failed",
        message="Custom validation failed for node",
        input_name=input_name,
        code=code,
        data=data,
    )


def not_in_list(input_name: str, value: Any, options: Sequence[str]) -> NodeError:
    return NodeError(
        type="value_not_in_list",
        message="Value not in list",
        input_name=input_name,
        details=f"{input_name}: '{value}' not in {list(options)}",
        extra={"received_value": value},
    )
