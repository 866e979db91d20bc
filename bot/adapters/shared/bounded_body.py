"""Reads no more of a request's body than may come."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive


def announces_more(headers: Headers, limit: int) -> bool:
    """Whether the request says itself that its body has more than `limit` bytes."""
    announced = headers.get("content-length", "")
    return announced.isdecimal() and int(announced) > limit


def bounded(receive: Receive, limit: int) -> Receive:
    """The same, until more than `limit` bytes came. Raises HTTPException then, which frameworks
    let pass where they read a body."""
    left = limit

    async def receiving() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise HTTPException(413)
        return message

    return receiving
