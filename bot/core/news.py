"""Word of mouth inside the process: which generation's row has just moved, and step progress.

Only a shortcut. Rows are the truth and every listener also looks at them by itself now and then,
so a word that is lost costs a moment and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass

from engine.contract import JobKey


@dataclass(frozen=True)
class StepProgress:
    """`step` of `steps` forward passes of an attempt are done."""

    attempt: int
    step: int
    steps: int


class News:
    """Tells listeners about moved rows and keeps the latest progress of running ones."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[str], None]] = []
        self._watchers: list[Callable[[str], None]] = []
        self._progress: dict[str, StepProgress] = {}
        #: As the engine last said; False while it is away.
        self.engine_ready = False

    def listen(self, listener: Callable[[str], None]) -> Callable[[], None]:
        """`listener(generation_id)` is called when a row moved; returns how to stop listening."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def watch(self, watcher: Callable[[str], None]) -> Callable[[], None]:
        """The same, and for each step as well: for a page that shows a bar. Chats are edited
        every few seconds at most, and look by themselves."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def moved(self, generation_id: str) -> None:
        """The row moved; progress of an earlier state is void."""
        self._progress.pop(generation_id, None)
        self._tell(self._listeners + self._watchers, generation_id)

    def progressed(self, key: JobKey, step: int, steps: int) -> None:
        self._progress[key.generation_id] = StepProgress(key.attempt, step, steps)
        self._tell(self._watchers, key.generation_id)

    def progress(self, generation_id: str) -> StepProgress | None:
        return self._progress.get(generation_id)

    @staticmethod
    def _tell(listeners: list[Callable[[str], None]], generation_id: str) -> None:
        for listener in tuple(listeners):
            listener(generation_id)
