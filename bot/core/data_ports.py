"""What the core needs to show people what is stored of them, to hand it out and to forget it.

As in ports.py: Protocols of at most five methods.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

from bot.core.generation import Address, Generation

#: Of any table: column -> value, as JSON takes them.
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some of a person's generations, newest first; whether there are newer and older ones."""

    rows: tuple[Generation, ...] = ()
    newer: bool = False
    older: bool = False


@dataclass(frozen=True, kw_only=True)
class Holdings:
    """What is kept of a person."""

    #: Id of the newest of their generations.
    newest: str
    requests: int
    pictures: int
    #: Of the requests, those that have not ended.
    live: int


class History(Protocol):
    """A person's own generations, in all chats, as long as they are kept."""

    async def page(
        self,
        requester: str,
        limit: int,
        *,
        before: str | None = None,
        after: str | None = None,
        words: Sequence[str] = (),
    ) -> Page | None:
        """The newest ones; those older than the generation `before`, or newer than `after`. Its
        place is known when it is forgotten too. None where it is somebody else's. `words`: only
        those whose prompt has each of them, in whatever letter case, or whose id it is."""
        ...

    async def holdings(self, requester: str) -> Holdings | None:
        """None where nothing is kept."""
        ...


class Forgetting(Protocol):
    """Ended generations lose their words, and then their files. Their rows stay, to be counted.
    All of it is harmless to repeat."""

    async def forget(self, requester: str, up_to: str, *, instead: str) -> Sequence[str]:
        """At once what was said to the person, and copies that were made for them; whoever waits
        for an answer is told `instead`. And the wish, which `let_go` grants: all that have ended of
        this person, up to the generation `up_to`. What they have uploaded goes as well, but for
        what they used after their first request behind that one: paths of files that no row names
        any more."""
        ...

    async def expire(self, ended_before_ms: int, limit: int) -> int:
        """The same for everybody's that ended before that and were told of; how many."""
        ...

    async def let_go(self, limit: int) -> int:
        """A portion, in one transaction, of those that are wished to be forgotten, but for those
        whose requester must first be told; 0 where nothing is left to do now."""
        ...

    async def with_files(self, limit: int) -> Sequence[Generation]:
        """Those whose files are to be deleted. A result that may still be written is waited
        for."""
        ...

    async def without_files(self, ids: Sequence[str]) -> None:
        """They have none any more."""
        ...


@dataclass(frozen=True, kw_only=True)
class NewExport:
    """A wish for a copy of all that is stored of a person."""

    event_key: str
    requester: str
    address: Address
    locale: str
    #: The largest file that the platform takes there.
    limit_bytes: int


@dataclass(frozen=True, kw_only=True)
class Export(NewExport):
    """A stored wish."""

    serial: int
    #: How often it was begun.
    attempts: int

    @property
    def path(self) -> str:
        """Of its file, relative to the state folder."""
        return export_path(self.serial)


def export_path(serial: int) -> str:
    return f"exports/zdraw-export-{serial}.zip"


class Exports(Protocol):
    """Wishes for copies, and their files, which are kept for a day."""

    async def ask(self, new: NewExport) -> bool:
        """Once for each event. The person's earlier files expire. False where another wish of
        theirs is under way."""
        ...

    async def begin(self) -> Export | None:
        """The oldest one under way, counted as one more attempt."""
        ...

    async def end(self, serial: int) -> None:
        """It was answered."""
        ...

    async def expired(self) -> Sequence[int]:
        """Those that were answered and whose files are to be deleted."""
        ...

    async def drop(self, serials: Sequence[int]) -> None:
        """Their files are gone."""
        ...


class Belongings(Protocol):
    """All that is stored of a person, as it is stored, but for secrets. Newest first."""

    def generations(self, requester: str) -> AsyncIterator[Rows]: ...

    def entries(self, requester: str) -> AsyncIterator[Rows]:
        """Lines of the ledger of their accounts."""
        ...

    def accounts(self, requester: str) -> AsyncIterator[Rows]: ...

    def person(self, requester: str) -> AsyncIterator[Rows]:
        """What is known of them beside."""
        ...

    def bans(self, requester: str) -> AsyncIterator[Rows]: ...


class Archive(Protocol):
    """A zip file that is being written, as a context. It is there, whole, once it is closed; what
    is left without that leaves nothing behind. All raise OSError."""

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...

    async def add_rows(self, name: str, pages: AsyncIterator[Rows]) -> int:
        """As a JSON list; how many fitted into the share of the room that rows have."""
        ...

    async def add_file(self, path: str) -> bool:
        """A file of the state folder. False where it does not fit. Raises FileNotFoundError."""
        ...

    async def close(self, about: Mapping[str, Any]) -> None:
        """With `about` as JSON."""
        ...


class Archives(Protocol):
    """Files of exports in the state folder."""

    def open(self, path: str, limit_bytes: int) -> Archive: ...

    async def delete(self, paths: Sequence[str]) -> None:
        """Harmless to repeat."""
        ...

    async def sweep(self, before_ms: int) -> int:
        """Delete what was last written before that, whoever left it; how many."""
        ...


class Files(Protocol):
    """Pictures on the disk, as far as they have to go."""

    async def delete(self, generations: Sequence[Generation]) -> Sequence[str]:
        """All files of these, also such as no row knows of; ids of those that have none any
        more. Harmless to repeat."""
        ...


class OldNotices(Protocol):
    """Sentences that were said."""

    async def sweep(self) -> int:
        """Delete those whose event can come again no more; how many."""
        ...
