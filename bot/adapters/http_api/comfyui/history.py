"""Jobs as `/queue` and `/history` tell of them."""

from collections.abc import Sequence
from typing import Any

from bot.adapters.http_api.comfyui.errors import NAMES
from bot.adapters.http_api.comfyui.story import failure
from bot.adapters.http_api.comfyui.workflow import Workflow, kept
from bot.core.generation import Generation, Outcome
from bot.core.program_jobs import StartedJob
from bot.core.replies import program_text


def queue_item(started: StartedJob) -> list[Any]:
    """Number, id, workflow, extra data, outputs."""
    workflow = kept(started.job.document)
    return [
        started.serial,
        started.job.name,
        workflow.prompt,
        workflow.extra_data,
        workflow.outputs,
    ]


def is_running(generation: Generation) -> bool:
    """As ComfyUI means it: one at a time, and not just handed to the engine."""
    return generation.outcome is Outcome.RUNNING and generation.begun


def is_told_of(generation: Generation) -> bool:
    """ComfyUI's history knows nothing of what was taken from the queue before it ran."""
    return generation.outcome is not Outcome.CANCELLED or generation.begun


def history_entry(started: StartedJob, remarks: Sequence[str]) -> dict[str, Any]:
    """Of a job that has ended. `remarks`: sentences of the generation."""
    workflow, generation = kept(started.job.document), started.generation
    finished = generation.outcome is Outcome.FINISHED
    outputs = {}
    if finished:
        count = len(generation.pictures)
        files = {node: workflow.files(node, generation.id, count) for node in workflow.outputs}
        outputs = {node: {"images": images} for node, images in files.items() if images}
    return {
        "prompt": queue_item(started),
        "outputs": outputs,
        "status": {
            "status_str": "success" if finished else "error",
            "completed": finished,
            "messages": _messages(started, workflow, remarks),
        },
        "meta": {
            node: {
                "node_id": node,
                "display_node": node,
                "parent_node": None,
                "real_node_id": node,
            }
            for node in outputs
        },
    }


def adapted(workflow: Workflow, locale: str) -> list[str]:
    """What runs otherwise than the workflow says, a sentence each."""
    return [program_text(code, locale, NAMES, **data) for code, data in workflow.adapted]


def _messages(started: StartedJob, workflow: Workflow, remarks: Sequence[str]) -> list[list[Any]]:
    name, generation = started.job.name, started.generation
    end = generation.finished_ms or generation.created_ms
    begun = {"prompt_id": name, "timestamp": generation.created_ms}
    said = [*adapted(workflow, generation.locale), *remarks]
    messages: list[list[Any]] = [
        ["execution_start", begun],
        ["execution_cached", {"nodes": [], **begun}],
        *(["adapted", {"message": sentence, **begun}] for sentence in said),
    ]
    if generation.outcome is Outcome.FINISHED:
        messages.append(["execution_success", {"prompt_id": name, "timestamp": end}])
    else:
        messages.append(list(failure(workflow, name, end, generation)))
    return messages
