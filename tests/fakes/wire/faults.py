"""Misbehaviour that was scripted and has not happened yet."""

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class Strike(Protocol):
    """What a platform's Fault has."""

    #: How many calls it is still to strike.
    times: int


F = TypeVar("F", bound=Strike)


class WaitingFaults(Generic[F]):
    """The first that matches is used up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[F] = []

    def add(self, fault: F) -> F:
        with self._lock:
            self._waiting.append(fault)
        return fault

    def first(self, matches: Callable[[F], bool]) -> F | None:
        with self._lock:
            for fault in self._waiting:
                if matches(fault):
                    fault.times -= 1
                    return fault
        return None

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()
