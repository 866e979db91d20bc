"""What the core needs from the outside, as Protocols of at most five methods.

Implementations: bot/store/ (rows), bot/adapters/ (platforms). Each has a contract suite in
tests/contract/ that its fake passes too.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.acts import Act
from bot.core.generation import Address, Generation, NewGeneration, Outcome
from bot.core.messages import Card, Notice
from bot.core.program_jobs import ProgramJob
from engine.contract import JobKey


class Clock(Protocol):
    """Time as a parameter."""

    def __call__(self) -> int:
        """Milliseconds since the epoch."""
        ...


# --- rows -------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How much may wait before new requests are refused, and how soon the next one may come."""

    live_per_requester: int
    live_in_all: int
    #: Of one person in this group, where it decided so.
    live_here: int | None = None
    #: After a person's last request in this group that did not come to nothing.
    cooldown_ms: int = 0


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """`duplicate`: the event had been seen before, and `generation` is what it made then."""

    generation: Generation
    duplicate: bool


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """A request that is still to be made."""

    requester: str
    address: Address
    scope: str
    #: In thousandths of a unit: what it is said to cost, and what it costs at least.
    price: int
    least_price: int


class Admissions(Protocol):
    """Where requests become rows."""

    async def admit(
        self,
        new: NewGeneration,
        bounds: Bounds,
        *,
        act: Act | None = None,
        job: ProgramJob | None = None,
    ) -> Admitted:
        """Insert as QUEUED with its fair tag, in one transaction. Seen events come first, then
        what was decided of its requester and its place. `act`: by which somebody else than the
        requester has it drawn; `job`: by what name a program knows it. Raises Refusal("banned" |
        "closed" | "queue_full_yours" | "queue_full" | "queue_full_here" | "cooldown", ...) or of
        quota, and AlreadySeen when the event was answered with a notice before."""
        ...

    async def foresee(self, prospect: Prospect, bounds: Bounds) -> None:
        """Raises Refusal where `admit` would now, as far as that can be said before it is made."""
        ...

    async def get(self, generation_id: str) -> Generation | None: ...

    async def latest(self, requester: str, chat: str, *, live: bool = False) -> Generation | None:
        """The newest one of this person in this chat; with `live` only those not ended."""
        ...

    async def by_status_message(self, address: Address, message: str) -> Generation | None:
        """The generation whose status message (or picture) this is."""
        ...


class Records(Protocol):
    """What is asked of the rows before anything is done."""

    async def seen(self, event_key: str) -> bool:
        """The event has had its effect or its answer: a redelivered one means nothing."""
        ...

    async def of_event(self, event_key: str) -> Generation | None:
        """What the event had drawn."""
        ...

    async def live(self, requester: str, chat: str) -> Sequence[str]:
        """Ids of this person's generations in this chat that have not ended."""
        ...

    async def waiting(self, requester: str, *, up_to: str | None = None) -> Sequence[Generation]:
        """This person's generations in all chats that have not ended, next one first. Those that
        were admitted up to the generation `up_to`, if one is named."""
        ...

    async def waiting_in_all(self) -> int:
        """How many of everybody's have not ended."""
        ...


class JobRows(Protocol):
    """The rows as the dispatcher moves them. A move that lost returns None or False."""

    async def head(self, limit: int) -> Sequence[Generation]:
        """QUEUED rows in fair order: (class, tag), then first come, first served. Those of
        whoever has enough places come last. None while the queue is paused."""
        ...

    async def start(self, generation_id: str, lease_until: int) -> Generation | None:
        """QUEUED -> RUNNING under the next attempt number, unless the queue is paused."""
        ...

    async def begun(self, key: JobKey) -> bool:
        """Mark that the first step of this attempt has begun."""
        ...

    async def renew(self, keys: Sequence[JobKey], lease_until: int) -> None: ...

    async def running(self) -> Sequence[Generation]: ...


class Outcomes(Protocol):
    """How generations end. Every method is one conditional UPDATE and says whether it won."""

    async def finish(self, key: JobKey, pictures: Sequence[str], preview: str) -> bool:
        """RUNNING(attempt) -> FINISHED."""
        ...

    async def fail(self, key: JobKey, code: str, data: dict[str, object]) -> bool:
        """RUNNING(attempt) -> FAILED."""
        ...

    async def requeue(
        self, key: JobKey, *, counted: bool, lease_before: int | None = None
    ) -> Outcome | None:
        """RUNNING(attempt) -> QUEUED, or FAILED with "too_many_attempts" when `counted` makes
        the MAX_ATTEMPTSth counted attempt; with `lease_before` only if the lease ends before
        that. The outcome it now has; None if it lost."""
        ...

    async def cancel(
        self, ids: Sequence[str], event_key: str, *, act: Act | None = None
    ) -> Sequence[Generation]:
        """QUEUED | RUNNING -> CANCELLED for those that have not ended, in one transaction; the
        rows as they now are. `act`: by which somebody else than their requester ends them.
        Raises AlreadySeen when this event has cancelled before."""
        ...

    async def expire(self, created_before_ms: int) -> Sequence[str]:
        """QUEUED -> EXPIRED for all older rows; their ids. None while the queue is paused, nor
        if it went on later than that moment."""
        ...


class Deliveries(Protocol):
    """The rows as the deliverer moves them."""

    async def undelivered(self, silent: Collection[str] = ()) -> Sequence[str]:
        """Ids of all rows that somebody still has to be told about: live ones, but for those of
        the platforms `silent`, and those ended with delivery PENDING or SENDING."""
        ...

    async def sending(self, generation_id: str) -> Generation | None:
        """PENDING -> SENDING for an ended row, or SENDING as it was; None if settled."""
        ...

    async def record_status(self, generation_id: str, message: str) -> None:
        """Remember the message that tells how it goes; replaces one that is gone. That of a
        picture removed meanwhile is to be deleted."""
        ...

    async def delivered(self, generation_id: str) -> bool:
        """SENDING -> DONE."""
        ...

    async def undeliverable(self, generation_id: str, reason: str) -> bool:
        """SENDING -> UNDELIVERABLE."""
        ...


#: (platform, chat)
Chat = tuple[str, str]


class Notices(Protocol):
    """Sentences to say, kept until they are said."""

    async def post(self, notice: Notice) -> bool:
        """True if it now waits to be said. False if this event was answered before, or counts
        as answered without a word: the chat has much to hear already, or just this."""
        ...

    async def refused(self, event_key: str) -> bool: ...

    async def chats(self) -> Sequence[Chat]:
        """Where something waits to be said."""
        ...

    async def oldest(self, chat: Chat) -> Notice | None:
        """What is to be said there next. What waited for too long no longer waits."""
        ...

    async def said(self, event_key: str) -> None: ...


# --- people -----------------------------------------------------------------------------------


class Messenger(Protocol):
    """One platform. All methods may raise MessageGone, Unreachable or TryLater; any other
    DeliveryError is about what was to be shown, and something else may pass."""

    async def open(self, generation: Generation, card: Card) -> str:
        """Send the status message as a reply to the request; its id."""
        ...

    async def refresh(self, generation: Generation, card: Card) -> None:
        """Edit the status message. May be dropped when the chat is busy."""
        ...

    async def deliver(self, generation: Generation, card: Card) -> None:
        """Turn the status message into `card` for good. Harmless to repeat. Raises
        PictureRefused, with the message as it was, where the picture is not taken."""
        ...

    async def ping(self, generation: Generation, text: str) -> None:
        """One line that notifies the requester. Best effort."""
        ...

    async def say(self, notice: Notice) -> None:
        """Raises PictureRefused where the notice's attachment is not taken; without it, it
        may pass."""
        ...
