"""Problems in ComfyUI's form: `{"error": {type, message, details, extra_info}, "node_errors"}`."""

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse

from bot.adapters.http_api.comfyui.bad_graph import BadGraph, NodeError, NodeErrors
from bot.adapters.http_api.language import locale_asked
from bot.adapters.http_api.problem import Problem
from bot.core.replies import program_text

#: How workflows call the options.
NAMES = {
    "size": "width, height",
    "ratio": "width, height",
    "count": "batch_size",
    "seed": "seed",
    "steps": "steps",
    "guidance": "cfg",
    "negative": "text",
    "strength": "denoise",
    "loras": "lora_name, strength_model",
}


def answer(problem: Problem, headers: Headers) -> JSONResponse:
    """`headers`: those of the request."""
    message = program_text(problem.code, locale_asked(headers), NAMES, **problem.data)
    error = {"type": problem.code, "message": message, "details": "", "extra_info": {}}
    told = {} if problem.retry_after is None else {"retry-after": f"{problem.retry_after}"}
    told |= {"www-authenticate": "Bearer"} if problem.status == 401 else {}
    body = {"error": error, "node_errors": {}}
    return JSONResponse(body, problem.status, headers=told)


def answer_bad_graph(bad: BadGraph, headers: Headers) -> JSONResponse:
    """400 with what is wrong, node by node."""
    locale = locale_asked(headers)
    nodes = node_errors(bad.nodes, locale)
    lines = [
        f"{error['message']}: {error['details']}"
        for node in nodes.values()
        for error in node["errors"]
    ]
    error = {
        "type": bad.kind,
        "message": bad.message,
        "details": bad.details or "\n".join(lines),
        "extra_info": dict(bad.extra),
    }
    return JSONResponse({"error": error, "node_errors": nodes}, 400)


def node_errors(nodes: Mapping[str, NodeErrors], locale: str) -> dict[str, Any]:
    return {
        node_id: {
            "errors": [_told(error, locale) for error in errors.errors],
            "dependent_outputs": list(errors.dependent_outputs),
            "class_type": errors.class_type,
        }
        for node_id, errors in nodes.items()
    }


def _told(error: NodeError, locale: str) -> dict[str, Any]:
    details = error.details or error.input_name
    if error.code:
        sentence = program_text(error.code, locale, NAMES, **error.data)
        details = f"{details} - {sentence}" if details else sentence
    about = {"input_name": error.input_name} if error.input_name else {}
    return {
        "type": error.type,
        "message": error.message,
        "details": details,
        "extra_info": about | dict(error.extra),
    }
