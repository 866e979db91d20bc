"""Components whose words follow the language that is chosen on the page."""

from collections.abc import Callable
from typing import Any, TypeVar

import gradio

from bot.core.replies import reply

#: Chinese first.
LOCALE = "zh"
#: What a component says, by language.
Say = Callable[[str], Any]
Made = TypeVar("Made")


def text(code: str, **data: Any) -> Say:
    """The sentence of that code."""
    return lambda locale: reply(code, locale, **data)


class Wording:
    """Makes components, and says what changes when another language is chosen."""

    def __init__(self) -> None:
        self._said: list[tuple[Any, dict[str, Say]]] = []

    def make(self, kind: Callable[..., Made], said: dict[str, Say], **fixed: Any) -> Made:
        """A component, with those of its properties that are words as `said`."""
        made = kind(**fixed, **{name: say(LOCALE) for name, say in said.items()})
        self.follow(made, said)
        return made

    def follow(self, component: Any, said: dict[str, Say]) -> None:
        """The same for one that is there already."""
        self._said.append((component, said))

    @property
    def components(self) -> list[Any]:
        """All of them: the outputs of `changes`."""
        return [component for component, _ in self._said]

    def changes(self, locale: str) -> list[dict[str, Any]]:
        """What becomes of each."""
        return [
            gradio.update(**{name: say(locale) for name, say in said.items()})
            for _, said in self._said
        ]
