"""Problems in OpenAI's form: `{"error": {"message", "type", "param", "code"}}`."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import JSONResponse

from bot.adapters.http_api.language import locale_asked
from bot.adapters.http_api.problem import Problem
from bot.core.replies import program_text

#: How this API calls the options.
NAMES = {
    "size": "size",
    "ratio": "size",
    "count": "n",
    "seed": "seed",
    "steps": "num_inference_steps",
    "guidance": "guidance_scale",
    "negative": "negative_prompt",
    "strength": "strength",
    "loras": "loras",
    "enhance": "enhance",
}
#: Refusals of the core: OpenAI's code, and the parameter it is about.
_ABOUT: dict[str, tuple[str, str | None]] = {
    "bad_value": ("invalid_value", None),
    "bad_size": ("invalid_value", "size"),
    "bad_steps": ("invalid_value", "num_inference_steps"),
    "bad_guidance": ("invalid_value", "guidance_scale"),
    "negative_needs_guidance": ("invalid_value", "guidance_scale"),
    "bad_parameter": ("invalid_value", None),
    "empty_prompt": ("invalid_value", "prompt"),
    "control_characters": ("invalid_value", "prompt"),
    "too_long": ("string_above_max_length", "prompt"),
    "prompt_too_long": ("string_above_max_length", "prompt"),
    "enhanced_too_long": ("string_above_max_length", "prompt"),
    "too_large_here": ("invalid_value", "size"),
    "too_many_here": ("invalid_value", "n"),
    "forbidden_words": ("content_policy_violation", "prompt"),
    "unknown_lora": ("invalid_value", "loras"),
    "unknown_lora_near": ("invalid_value", "loras"),
    "unfit_lora": ("invalid_value", "loras"),
    "no_lora": ("invalid_value", "loras"),
    "too_many_loras": ("invalid_value", "loras"),
    "lora_twice": ("invalid_value", "loras"),
    "missing_parameter": ("missing_required_parameter", None),
    "bad_json": ("invalid_json", None),
    "no_token": ("invalid_api_key", None),
    "bad_token": ("invalid_api_key", None),
    "unknown_model": ("model_not_found", "model"),
    "queue_full": ("rate_limit_exceeded", None),
    "queue_full_yours": ("rate_limit_exceeded", None),
    "queue_full_here": ("rate_limit_exceeded", None),
    "too_many_requests": ("rate_limit_exceeded", None),
    "cooldown": ("rate_limit_exceeded", None),
    "quota_spent": ("insufficient_quota", None),
    "pool_spent": ("insufficient_quota", None),
    "key_reused": ("idempotency_key_reused", "Idempotency-Key"),
    "bad_key": ("invalid_value", "Idempotency-Key"),
    "not_a_picture": ("invalid_value", "image"),
    "picture_too_large": ("invalid_value", "image"),
    "too_many_pixels": ("invalid_value", "image"),
    "no_inputs": ("invalid_value", "model"),
    "mask_of_another_size": ("invalid_value", "mask"),
    "bad_form": ("invalid_form", None),
}


def answer(problem: Problem, headers: Headers) -> JSONResponse:
    """`headers`: those of the request."""
    code, param = _ABOUT.get(problem.code, (problem.code, None))
    key = problem.data.get("key")
    error: dict[str, Any] = {
        "message": program_text(problem.code, locale_asked(headers), NAMES, **problem.data),
        "type": _type(problem.status, code),
        "param": problem.param or param or NAMES.get(key or ""),
        "code": code,
    }
    return JSONResponse({"error": error}, problem.status, headers=_headers(problem))


def _type(status: int, code: str) -> str:
    if code == "insufficient_quota":
        return code
    if status == 429:
        return "rate_limit_error"
    return "server_error" if status >= 500 else "invalid_request_error"


def _headers(problem: Problem) -> dict[str, str]:
    """OpenAI's clients try again by themselves, also what would be drawn a second time, unless
    they are told not to."""
    if problem.retry_after is None:
        told = {"x-should-retry": "false"}
    else:
        told = {"x-should-retry": "true", "retry-after": f"{problem.retry_after}"}
    return told | ({"www-authenticate": "Bearer"} if problem.status == 401 else {})


def problem_in(errors: Sequence[Mapping[str, Any]], allowed: Mapping[str, str]) -> Problem:
    """The first thing that is wrong with a request, as FastAPI found it. `allowed`: what each
    parameter may be."""
    place, kind = errors[0]["loc"], errors[0]["type"]
    name = str(place[1]) if len(place) > 1 else ""
    if place[0] == "header":
        return Problem(400, "bad_key", param=name)
    if kind == "extra_forbidden" and len(place) == 2:
        return Problem(400, "unknown_parameter", param=name, name=name)
    if place[0] == "body" and name not in allowed:
        return Problem(400, "bad_json")
    if kind == "missing":
        return Problem(400, "missing_parameter", param=name, name=name)
    return Problem(400, "bad_parameter", param=name, name=name, allowed=allowed.get(name, "?"))
