"""In whose form a problem is told: that of the API whose path was asked for."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse

from bot.adapters.http_api.comfyui import errors as comfyui
from bot.adapters.http_api.openai import errors as openai
from bot.adapters.http_api.openai.body import ALLOWED
from bot.adapters.http_api.problem import Problem

#: Whatever else there is belongs to ComfyUI's API.
_OPENAI = ("/v1/", "/healthz", "/metrics", "/openapi.json")


def answer(problem: Problem, path: str, headers: Headers) -> JSONResponse:
    """`headers`: those of the request."""
    if path.startswith(_OPENAI):
        return openai.answer(problem, headers)
    return comfyui.answer(problem, headers)


def problem_in(errors: Sequence[Mapping[str, Any]], path: str) -> Problem:
    """What FastAPI found wrong with a request."""
    return openai.problem_in(errors, ALLOWED if path.startswith(_OPENAI) else {})
