"""Which requests each open page waits for: those that its cancel button means."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Underway:
    """Ids of generations, by the page that asked for them."""

    def __init__(self) -> None:
        self._of: defaultdict[str, list[str]] = defaultdict(list)

    @contextmanager
    def noted(self, page: str, generation_id: str) -> Iterator[None]:
        """The page waits for it as long as the context is open."""
        self._of[page].append(generation_id)
        try:
            yield
        finally:
            self._of[page].remove(generation_id)
            if not self._of[page]:
                del self._of[page]

    def of(self, page: str) -> tuple[str, ...]:
        """Oldest first."""
        return tuple(self._of.get(page, ()))
