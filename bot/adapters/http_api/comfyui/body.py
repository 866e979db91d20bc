"""JSON bodies, whatever their Content-Type says: many of ComfyUI's clients say nothing."""

import json
import math
from typing import Any

from starlette.requests import Request

from bot.adapters.http_api.problem import Problem

#: A workflow has 4 levels; what its editor keeps beside it has some more.
MAX_DEPTH = 100


async def json_object(request: Request, *, optional: bool = False) -> dict[str, Any]:
    """The object that was sent; {} for an empty body where that is `optional`. Raises Problem."""
    body = await request.body()
    if optional and not body.strip():
        return {}
    return object_in(body)


def object_in(body: bytes) -> dict[str, Any]:
    """One that can be kept and sent back. Raises Problem."""
    try:
        sent = json.loads(body, parse_constant=_refuse, parse_float=_finite)
        if b"\\ud" in body.lower():
            # Half a character, which is no UTF-8; whole ones are written so too.
            json.dumps(sent, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Problem(400, "bad_json") from None
    if not isinstance(sent, dict):
        raise Problem(400, "bad_json")
    if _is_too_deep(sent):
        raise Problem(400, "json_too_deep", limit=MAX_DEPTH)
    return sent


def names_in(sent: dict[str, Any], key: str) -> list[str]:
    """The texts in a list; [] where there is none."""
    given = sent.get(key)
    return [one for one in given if isinstance(one, str)] if isinstance(given, list) else []


def _is_too_deep(sent: dict[str, Any]) -> bool:
    """What could be read just so could not be written everywhere."""
    level: list[Any] = [sent]
    for _ in range(MAX_DEPTH):
        inner = (one.values() if isinstance(one, dict) else one for one in level)
        level = [one for ones in inner for one in ones if isinstance(one, dict | list)]
        if not level:
            return False
    return True


def _refuse(constant: str) -> float:
    """NaN and Infinity are no JSON, and could not be sent back."""
    raise ValueError(constant)


def _finite(number: str) -> float:
    value = float(number)
    return value if math.isfinite(value) else _refuse(number)
