"""How much of a request is read, by its path."""

from starlette.datastructures import Headers

from bot.adapters.http_api.problem import Problem
from bot.adapters.shared.bounded_body import announces_more

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
    if announces_more(headers, body_limit(path)):
        raise too_large(path)


def too_large(path: str) -> Problem:
    return Problem(413, "body_too_large", limit=body_limit(path))
