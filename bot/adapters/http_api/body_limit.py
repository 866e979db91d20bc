"""How much of a request is read."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from bot.adapters.http_api.problem import Problem

#: A prompt and its options are a few KB.
MAX_BODY_BYTES = 1024 * 1024
#: Two pictures, and what goes with them.
MAX_FORM_BYTES = 42 * 1000 * 1000
FORMS = frozenset({"/v1/images/edits"})


def body_limit(path: str) -> int:
    """In bytes."""
    return MAX_FORM_BYTES if path in FORMS else MAX_BODY_BYTES


def check_announced(path: str, headers: Headers) -> None:
    """Raises Problem for a body that says itself that it is too large."""
    announced, limit = headers.get("content-length", ""), body_limit(path)
    if announced.isdecimal() and int(announced) > limit:
        raise too_large(path)


def too_large(path: str) -> Problem:
    return Problem(413, "body_too_large", limit=body_limit(path))


def limited(receive: Receive, path: str) -> Receive:
    """The same, until more comes than may. Raises HTTPException then, which frameworks let pass
    where they read a body."""
    left = body_limit(path)

    async def receiving() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413)
        return message

    return receiving
