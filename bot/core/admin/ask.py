"""Somebody's wish to decide something, and what they are answered."""

from dataclasses import dataclass, field, replace
from typing import Protocol

from bot.core.errors import Refusal
from bot.core.generation import Generation, Origin
from bot.core.messages import Button
from bot.core.staff import IsAdmin, Level, Staff

#: What comes first where something is to hold in every group.
EVERYWHERE_WORDS = frozenset({"全部", "所有群", "everywhere", "all"})


@dataclass(frozen=True, kw_only=True)
class Pointed:
    """Whom or what a command points at beside its words."""

    #: `platform:id`, as by a reply to them, a mention or an option.
    person: str | None = None
    #: The message of ours that it replies to.
    message: str | None = None
    #: What the platform calls that person, where it says so; see Origin.name.
    name: str = ""
    #: It can be nobody else: an option or a mention, not a reply.
    certain: bool = False


@dataclass(frozen=True, kw_only=True)
class Ask:
    """`words`: what follows the command."""

    origin: Origin
    words: str
    pointed: Pointed
    staff: Staff
    is_admin: IsAdmin
    #: By a button, whose words somebody was asked about before.
    pressed: bool = False

    async def require(self, least: Level, *, own_chat: bool = False) -> None:
        """Raises Refusal; see Staff.require."""
        await self.staff.require(self.origin, least, self.is_admin, own_chat=own_chat)

    def check_unheard(self) -> None:
        """What concerns all groups is not told to one of them. Raises Refusal."""
        if not self.origin.unheard:
            raise Refusal("private_only")

    async def may(self, least: Level) -> bool:
        return await self.staff.allows(self.origin, least, self.is_admin)

    async def governs(self, generation: Generation) -> bool:
        return await self.staff.governs(self.origin, generation, self.is_admin)

    async def runs_fleet(self) -> bool:
        return await self.staff.runs_fleet(self.origin)

    def with_words(self, words: str) -> "Ask":
        return replace(self, words=words)

    def split(self) -> tuple[str, str]:
        """The first word, in lower case, and the rest."""
        first, *rest = self.words.split(maxsplit=1) or [""]
        return first.lower(), "".join(rest).strip()

    def everywhere(self) -> "Ask | None":
        """The same without the word that makes it hold in every group; None without one."""
        first, rest = self.split()
        return self.with_words(rest) if first in EVERYWHERE_WORDS else None


@dataclass(frozen=True, kw_only=True)
class Said:
    """What is answered."""

    text: str
    buttons: tuple[Button, ...] = field(default=())
    #: For the eyes of whoever asked, where the platform can do that.
    private: bool = False


class AdminCommand(Protocol):
    """One command. It does what it does once for each event, and is answered the same again."""

    async def __call__(self, ask: Ask) -> Said:
        """Raises Refusal."""
        ...
