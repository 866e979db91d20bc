"""How much of a request is read, by its path."""

from starlette.datastructures import Headers

from bot.adapters.http_api.problem import Problem
from bot.adapters.shared.bounded_body import announces_more

#: A prompt and its options are a few KB.
MAX_BODY_BYTES = 1024 * 1024
#: A picture, and what goes with it.
_PICTURE_BYTES = 21 * 1000 * 1000
_UPLOADS = [f"{prefix}/upload/{what}" for prefix in ("", "/api") for what in ("image", "mask")]
#: Forms with files.
_FORMS = {"/v1/images/edits": 2 * _PICTURE_BYTES} | dict.fromkeys(_UPLOADS, _PICTURE_BYTES)


def body_limit(path: str) -> int:
    """In bytes."""
    return _FORMS.get(path, MAX_BODY_BYTES)


def check_announced(path: str, headers: Headers) -> None:
    """Raises Problem for a body that says itself that it is too large."""
    if announces_more(headers, body_limit(path)):
        raise too_large(path)


def too_large(path: str) -> Problem:
    return Problem(413, "body_too_large", limit=body_limit(path))
