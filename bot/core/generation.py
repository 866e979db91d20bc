"""A generation: one request with n pictures, its states, and the moves that are legal.

The two tables of moves here are the only ones; the CHECK constraints of the database are made
from the same enums, and every move in bot/store/ is one conditional UPDATE along them.
"""

import secrets
from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.enhancement import Enhancement
from bot.core.workload import Workload
from engine.contract import JobKey, passes
from engine.lora import Lora

ID_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"
ID_LENGTH = 8
MAX_ATTEMPTS = 5
#: How often admins may have one request drawn once more.
MAX_RETRIES = 3
SEED_BITS = 32


class Outcome(StrEnum):
    QUEUED = "queued"
    #: Handed to an engine under `attempt`; it may still wait in the engine's own queue.
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Delivery(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    DONE = "done"
    UNDELIVERABLE = "undeliverable"
    #: Waits for an admin's review.
    HELD = "held"


class Forgotten(StrEnum):
    """How far an ended generation is forgotten. Its row stays, and is counted."""

    #: Its requester is told of its end first.
    WANTED = "wanted"
    #: Its words are gone; its files still have to be deleted.
    FILES = "files"
    DONE = "done"


OUTCOME_MOVES: dict[Outcome, frozenset[Outcome]] = {
    Outcome.QUEUED: frozenset(
        {Outcome.RUNNING, Outcome.FAILED, Outcome.CANCELLED, Outcome.EXPIRED}
    ),
    Outcome.RUNNING: frozenset(
        {Outcome.QUEUED, Outcome.FINISHED, Outcome.FAILED, Outcome.CANCELLED}
    ),
    Outcome.FINISHED: frozenset(),
    Outcome.FAILED: frozenset(),
    Outcome.CANCELLED: frozenset(),
    Outcome.EXPIRED: frozenset(),
}
LIVE = frozenset({Outcome.QUEUED, Outcome.RUNNING})
TERMINAL = frozenset(Outcome) - LIVE

DELIVERY_MOVES: dict[Delivery, frozenset[Delivery]] = {
    # To DONE where it is taken away before it was sent.
    Delivery.PENDING: frozenset({Delivery.SENDING, Delivery.HELD, Delivery.DONE}),
    Delivery.SENDING: frozenset({Delivery.DONE, Delivery.UNDELIVERABLE}),
    Delivery.HELD: frozenset({Delivery.PENDING}),
    Delivery.DONE: frozenset(),
    Delivery.UNDELIVERABLE: frozenset(),
}


def new_generation_id() -> str:
    """A random id, short enough for buttons, for speech and for Discord's nonce."""
    return "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_LENGTH))


def new_seed() -> int:
    """A random seed a person can still read out: below 2**32."""
    return secrets.randbelow(2**SEED_BITS)


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a request came from and where its answer goes. Ids are the platform's, as text."""

    platform: str
    chat: str
    #: Forum topic; None outside topics.
    thread: str | None = None
    #: The channel that `chat` is a thread of, where a thread is a channel of its own.
    parent_chat: str | None = None
    #: The message that asked; answers reply to it.
    request_message: str | None = None
    #: What answers the request where messages cannot simply be sent: a Discord interaction's
    #: token. A secret while it lives, which is a quarter of an hour.
    reply_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Who asks, where, and by which event."""

    #: The same whenever the platform delivers the same event again.
    event_key: str
    #: `platform:id` of the person.
    requester: str
    address: Address
    locale: str
    #: The group that the chat is a part of, such as a guild with its channels. None: the chat
    #: is a whole.
    group: str | None = None
    #: A chat between this person and the bot: nobody else reads there.
    alone: bool = False
    #: Only whoever asks may see what comes of it.
    private: bool = False
    #: Its picture is hidden until somebody clicks on it.
    spoiler: bool = False
    #: As the platform calls the person, without @ and in lower case; empty: not at all. None:
    #: nobody says.
    name: str | None = None

    @property
    def unheard(self) -> bool:
        """Nobody else need read an answer: the chat is theirs, or the platform can whisper, as it
        does where requests are answered by a token."""
        return self.alone or self.address.reply_token is not None


@dataclass(frozen=True, kw_only=True)
class DrawSpec:
    """What to draw, fully resolved against the model's profile."""

    prompt: str
    negative_prompt: str
    width: int
    height: int
    steps: int
    guidance: float
    seed: int
    count: int
    #: The picture that it begins from, relative to the state folder; None = noise alone. "" = it
    #: was deleted.
    source: str | None = None
    #: Of that picture: see engine.contract.Source.
    strength: float | None = None
    loras: tuple[Lora, ...] = ()
    #: 画质增强: what it adds to the words. None = off.
    enhancement: Enhancement | None = None

    @property
    def drawn_prompt(self) -> str:
        """What the model reads."""
        return self.prompt + (self.enhancement.quality if self.enhancement else "")

    @property
    def drawn_negative(self) -> str:
        """The same, of what is unwanted."""
        return self.negative_prompt or (self.enhancement.negative if self.enhancement else "")

    @property
    def passes(self) -> int:
        """Forward passes for one picture."""
        return passes(self.steps, self.strength)

    @property
    def workload(self) -> Workload:
        return Workload(self.width, self.height, self.passes, self.guidance > 0, self.count)


@dataclass(frozen=True, kw_only=True)
class NewGeneration:
    """A generation about to be admitted."""

    id: str
    #: Unique key of the event that caused it; a redelivered event finds the row it made.
    event_key: str
    #: `platform:id` of the person.
    requester: str
    address: Address
    locale: str
    spec: DrawSpec
    model: str
    #: Predicted GPU seconds, for fairness and the ETA.
    cost: float
    #: The generation this one repeats or varies.
    parent_id: str | None = None
    #: Names of replies.NOTES to say with the picture (what was adapted, in words).
    notes: tuple[str, ...] = ()
    #: Only the requester may see it, also in its own chat.
    private: bool = False
    #: Wherever it is shown, it is hidden until somebody clicks on it.
    spoiler: bool = False
    #: What it costs where that is limited, in thousandths of a unit; once stored, what was
    #: reserved.
    price: int = 0
    #: Whose quota it takes: see quota.scope_of.
    scope: str = ""
    #: See Origin.name. Kept of the person, not of the generation.
    requester_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Generation(NewGeneration):
    """A stored generation. Times are milliseconds since the epoch."""

    outcome: Outcome
    delivery: Delivery
    #: Fences results: grows by one whenever the job is handed to an engine.
    attempt: int
    #: Attempts whose first step had begun; at MAX_ATTEMPTS the outcome is FAILED.
    counted_attempts: int
    #: The current attempt's first step has begun.
    begun: bool
    lease_until: int | None
    #: Start-time fair tag; lower is served first.
    tag: float
    #: The message that tells how it goes and that becomes the picture.
    status_message: str | None
    error_code: str | None
    error_data: dict[str, object]
    #: The event by which somebody else cancelled it.
    ended_by: str | None
    #: Pictures on disk, relative to the state folder, in order.
    pictures: tuple[str, ...]
    #: JPEG of the picture or of all of them, relative to the state folder.
    preview: str | None
    created_ms: int
    #: When the current attempt was handed to an engine.
    started_ms: int | None
    #: When its first step began there.
    begun_ms: int | None
    finished_ms: int | None
    #: When delivery was settled, well or badly.
    delivered_ms: int | None
    #: Why the requester could not be told.
    undeliverable_reason: str | None
    forgotten: Forgotten | None

    def is_free_again(self, actor: str) -> bool:
        """Drawn once more at the wish of `actor` it costs nothing: whoever asked for it is somebody
        else, and took it back, or paid nothing for it."""
        took_back = self.outcome is Outcome.CANCELLED and self.ended_by is None
        return actor != self.requester and (took_back or not self.price)

    @property
    def key(self) -> JobKey:
        """Names the current attempt. Only a generation that was handed out has one."""
        return JobKey(generation_id=self.id, attempt=self.attempt)
