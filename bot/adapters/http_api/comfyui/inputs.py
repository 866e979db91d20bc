"""One input of a node, checked as ComfyUI does: values are coerced, links have to fit."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.adapters.http_api.comfyui.bad_graph import NodeError, not_in_list
from bot.adapters.http_api.comfyui.nodes import Input, NodeClass

#: Where a number is as long as a novel, nobody means it.
_MAX_DIGITS = 400


@dataclass(frozen=True)
class Link:
    """What an output of another node brings."""

    node: str
    slot: int


def link_in(value: Any, kinds: Mapping[str, NodeClass]) -> Link | None:
    """The link that `value` is; None if it is none, or leads nowhere."""
    match value:
        case [str() as node, int() as slot] if not isinstance(slot, bool):
            if node in kinds and 0 <= slot < len(kinds[node].outputs):
                return Link(node, slot)
    return None


def checked(
    name: str, given: Any, wanted: Input, kinds: Mapping[str, NodeClass]
) -> Link | int | float | str | NodeError:
    """The input as it is used, or what is wrong with it."""
    if isinstance(given, list):
        return _checked_link(name, given, wanted, kinds)
    if isinstance(given, dict) and "__value__" in given:
        given = given["__value__"]
    if not wanted.is_value:
        return _error("invalid_input_type", f"{name} takes a link", name, given, wanted)
    try:
        value = _coerced(given, wanted.kind)
    except (TypeError, ValueError, OverflowError):
        message = f"Failed to convert an input value to a {wanted.kind} value"
        return _error("invalid_input_type", message, name, given, wanted)
    return _outside(name, value, wanted) or value


def missing(name: str) -> NodeError:
    return NodeError(
        type="required_input_missing",
        message="Required input is missing",
        input_name=name,
        details=name,
    )


def _checked_link(
    name: str, given: list[Any], wanted: Input, kinds: Mapping[str, NodeClass]
) -> Link | NodeError:
    link = link_in(given, kinds)
    if link is None:
        message = "Bad linked input, must be a length-2 list of [node_id, slot_index]"
        return _error("bad_linked_input", message, name, given, wanted)
    brought = kinds[link.node].outputs[link.slot]
    if brought != wanted.kind:
        return NodeError(
            type="return_type_mismatch",
            message="Return type mismatch between linked nodes",
            input_name=name,
            details=f"{name}, received_type({brought}) mismatch input_type({wanted.kind})",
            extra={"received_type": brought, "linked_node": given, "input_config": wanted.config},
        )
    return link


def _coerced(given: Any, kind: str) -> int | float | str:
    match kind:
        case "INT":
            if isinstance(given, str) and len(given) > _MAX_DIGITS:
                raise ValueError("too long for a number")
            return int(given)
        case "FLOAT":
            value = float(given)
            if not math.isfinite(value):
                raise ValueError("not finite")
            return value
        case _:
            if not isinstance(given, str | int | float):
                raise TypeError("not a text")
            return str(given)


def _outside(name: str, value: float | str, wanted: Input) -> NodeError | None:
    if isinstance(value, str):
        if wanted.options and not wanted.more and value not in wanted.options:
            return not_in_list(name, value, wanted.options)
        return None
    if wanted.low is not None and value < wanted.low:
        message = f"Value {value} smaller than min of {wanted.low:g}"
        return _error("value_smaller_than_min", message, name, value, wanted)
    if wanted.high is not None and value > wanted.high:
        message = f"Value {value} bigger than max of {wanted.high:g}"
        return _error("value_bigger_than_max", message, name, value, wanted)
    return None


def _error(kind: str, message: str, name: str, given: Any, wanted: Input) -> NodeError:
    return NodeError(
        type=kind,
        message=message,
        input_name=name,
        details=name,
        extra={"received_value": given, "input_config": wanted.config},
    )
