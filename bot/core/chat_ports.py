"""What the core needs of chats beside messages: erasing, reactions, settings, moved groups.

As in ports.py: Protocols of at most five methods. A platform that cannot do one of these simply
has none: the composition root keeps them by platform.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.acts import Act
from bot.core.generation import Address, Generation
from bot.core.messages import Mark


@dataclass(frozen=True, kw_only=True)
class Removal:
    """A message that shows a removed picture and is still to be deleted."""

    serial: int
    generation_id: str
    chat: str
    message: str


class Removals(Protocol):
    """Pictures taken away, and the messages that still have to go. Rows, so that none is
    forgotten when the process dies in between."""

    async def remove(
        self,
        generation_id: str,
        copies: Sequence[tuple[str, str]],
        event_key: str,
        *,
        instead: str | None = None,
        act: Act | None = None,
    ) -> bool:
        """Take the picture of an ended generation away, in one transaction: nothing of it is
        delivered or said any more, and its message, also one that is only recorded afterwards,
        and those at `copies`, (chat, message), are to be deleted; ids that differ before a colon
        only are of one message. Who was told to wait for a copy is told `instead`. `act`: whose
        wish it was, if not its requester's. False if it has not ended. Raises AlreadySeen."""
        ...

    async def removed(self, generation_id: str) -> bool: ...

    async def waiting(self, platforms: Sequence[str]) -> Sequence[Removal]:
        """Messages of these platforms that are still to be deleted, oldest first."""
        ...

    async def done(self, serial: int) -> None:
        """It is gone, or will never go."""
        ...


class Eraser(Protocol):
    """Deletes messages on one platform."""

    async def erase(self, generation: Generation) -> None:
        """Delete `generation.status_message` in the chat of its address. Harmless to repeat.
        Raises MessageGone, which is as good, TryLater, and any other DeliveryError where the
        platform will never let us."""
        ...


class Reactor(Protocol):
    """Sets reactions on one platform."""

    async def react(self, address: Address, mark: Mark) -> None:
        """Put `mark` on the message that asked, in place of an earlier one. Harmless to repeat.
        Raises DeliveryError. Mark.SEEN is not waited for, and dropped where DONE comes first."""
        ...


class ChatSettings(Protocol):
    """What was set for a chat as a whole."""

    async def quiet(self, platform: str, chat: str) -> bool:
        """No status messages: reactions, and then the picture."""
        ...

    async def set_quiet(self, platform: str, chat: str, *, quiet: bool, act: Act) -> None:
        """Once for each event."""
        ...


class ChatMoves(Protocol):
    """Groups that go on under another id."""

    async def move(self, platform: str, old: str, new: str) -> Sequence[str]:
        """Rewrite the keys of everything stored, in one transaction; ids of generations to
        look at. Message ids of the old group mean nothing in the new one and are dropped.
        Harmless to repeat."""
        ...
