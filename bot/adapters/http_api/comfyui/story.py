"""What clients at the WebSocket are told of a workflow, in ComfyUI's order. Pure.

zdraw draws it as a whole; nodes are told of as ComfyUI would run them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.adapters.http_api.comfyui.errors import NAMES
from bot.adapters.http_api.comfyui.workflow import BY_SOCKET, Workflow
from bot.core.generation import Generation, Outcome
from bot.core.replies import program_text


@dataclass(frozen=True)
class Message:
    """One message."""

    type: str
    data: dict[str, Any]


@dataclass(frozen=True)
class PictureFrames:
    """The pictures themselves, in binary messages; `count` of them."""

    count: int


Told = Message | PictureFrames


def began(workflow: Workflow, prompt_id: str, now_ms: int) -> Iterator[Told]:
    """Up to the sampler, which is what takes time."""
    yield Message("execution_start", {"prompt_id": prompt_id, "timestamp": now_ms})
    cached = {"nodes": [], "prompt_id": prompt_id, "timestamp": now_ms}
    yield Message("execution_cached", cached)
    for node in workflow.order[: workflow.order.index(workflow.sampler) + 1]:
        yield _executing(node, prompt_id)


def stepped(workflow: Workflow, prompt_id: str, step: int, steps: int) -> Iterator[Told]:
    """Of the sampler."""
    node = workflow.sampler
    progress = {"value": step, "max": steps, "prompt_id": prompt_id, "node": node}
    yield Message("progress", progress)
    state = {
        "value": step,
        "max": steps,
        "state": "running",
        "node_id": node,
        "prompt_id": prompt_id,
        "display_node_id": node,
        "parent_node_id": None,
        "real_node_id": node,
    }
    yield Message("progress_state", {"prompt_id": prompt_id, "nodes": {node: state}})


def ended(
    workflow: Workflow, prompt_id: str, now_ms: int, generation: Generation
) -> Iterator[Told]:
    """Up to its result; the last word, `closed`, comes when that can be looked up."""
    if generation.outcome is not Outcome.FINISHED:
        yield Message(*failure(workflow, prompt_id, now_ms, generation))
        return
    count = len(generation.pictures)
    steps = generation.spec.passes * count
    # Word of it may have been spared on the way; bars are to become full.
    yield from stepped(workflow, prompt_id, steps, steps)
    for node in workflow.order[workflow.order.index(workflow.sampler) + 1 :]:
        yield _executing(node, prompt_id)
        if workflow.class_of(node) == BY_SOCKET:
            yield PictureFrames(count)
        images = workflow.files(node, generation.id, count)
        if images:
            told = {"node": node, "display_node": node, "prompt_id": prompt_id}
            yield Message("executed", told | {"output": {"images": images}})
    yield Message("execution_success", {"prompt_id": prompt_id, "timestamp": now_ms})


def closed(prompt_id: str) -> Message:
    """What most clients wait for."""
    return Message("executing", {"node": None, "prompt_id": prompt_id})


def failure(
    workflow: Workflow, prompt_id: str, now_ms: int, generation: Generation
) -> tuple[str, dict[str, Any]]:
    """Type and data of the message about an end without pictures."""
    told: dict[str, Any] = {
        "prompt_id": prompt_id,
        "node_id": workflow.sampler,
        "node_type": workflow.class_of(workflow.sampler),
        "executed": [],
        "timestamp": now_ms,
    }
    if generation.outcome is Outcome.CANCELLED:
        return "execution_interrupted", told
    code = generation.error_code or str(generation.outcome)
    data: dict[str, Any] = generation.error_data
    return "execution_error", told | {
        "exception_message": program_text(code, generation.locale, NAMES, **data),
        "exception_type": code,
        "traceback": [],
        "current_inputs": {},
        "current_outputs": [],
    }


def _executing(node: str, prompt_id: str) -> Message:
    return Message("executing", {"node": node, "display_node": node, "prompt_id": prompt_id})
