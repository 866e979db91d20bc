"""JSON bodies, whatever their Content-Type says: many of ComfyUI's clients say nothing."""

import json
import math
from typing import Any

from starlette.requests import Request

from bot.adapters.http_api.problem import Problem


async def json_object(request: Request, *, optional: bool = False) -> dict[str, Any]:
    """The object that was sent; {} for an empty body where that is `optional`. Raises Problem."""
    body = await request.body()
    if optional and not body.strip():
        return {}
    return object_in(body)


def object_in(body: bytes) -> dict[str, Any]:
    """Raises Problem."""
    try:
        sent = json.loads(body, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        raise Problem(400, "bad_json") from None
    if not isinstance(sent, dict):
        raise Problem(400, "bad_json")
    return sent


def names_in(sent: dict[str, Any], key: str) -> list[str]:
    """The texts in a list; [] where there is none."""
    given = sent.get(key)
    return [one for one in given if isinstance(one, str)] if isinstance(given, list) else []


def _refuse(constant: str) -> float:
    """NaN and Infinity are no JSON, and could not be sent back."""
    raise ValueError(constant)


def _finite(number: str) -> float:
    value = float(number)
    return value if math.isfinite(value) else _refuse(number)
