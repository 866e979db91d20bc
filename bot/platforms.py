"""What each platform can do for the core, by its name."""

from dataclasses import dataclass, field

from bot.adapters.local import LOCAL, LocalMessenger
from bot.core.chat_ports import Eraser, Reactor
from bot.core.errand_ports import PictureSource
from bot.core.ports import Messenger


def _local() -> dict[str, Messenger]:
    return {name: LocalMessenger() for name in LOCAL}


@dataclass(frozen=True, kw_only=True)
class Platforms:
    """Adapters add theirs before the core runs."""

    messengers: dict[str, Messenger] = field(default_factory=_local)
    #: Where messages can be deleted or have reactions, or pictures are had by name.
    erasers: dict[str, Eraser] = field(default_factory=dict)
    reactors: dict[str, Reactor] = field(default_factory=dict)
    picture_sources: dict[str, PictureSource] = field(default_factory=dict)

    def switch_off(self, platform: str) -> None:
        """Nothing is sent there any more. The rows wait for a process in which it works."""
        for parts in (self.messengers, self.erasers, self.reactors, self.picture_sources):
            parts.pop(platform, None)
