"""kill -9, as far as a transaction can tell."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, event


class Crash(Exception):
    """Everything dies here."""


@contextmanager
def crash_at(statement: int | None) -> Iterator[None]:
    """Die before the nth statement from now, BEGIN and COMMIT among them; None: never."""
    left = statement

    def step(*_: object) -> None:
        nonlocal left
        if left == 0:
            raise Crash
        left = None if left is None else left - 1

    moments = ("before_cursor_execute", "commit")
    for moment in moments:
        event.listen(Engine, moment, step)
    try:
        yield
    finally:
        for moment in moments:
            event.remove(Engine, moment, step)
