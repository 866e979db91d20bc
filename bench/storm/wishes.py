"""What people want in Discord, and what happens to it while it waits."""

import random
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from tests.fakes.discord_api import Fault, Interaction

T = TypeVar("T")
GUILD, CHANNEL = 7, 70
#: A guild and a chat that the bot is no member of: people bring it along as an app of their own.
ABROAD = 9
ABROAD_CHANNEL, ABROAD_CHAT = 90, 91


class Kind(StrEnum):
    DRAW = "draw"
    #: 🔁
    AGAIN = "again"
    #: 📄
    ORIGINAL = "original"
    #: 🗑
    DELETE = "delete"
    SHOW = "show"

    @property
    def asks(self) -> bool:
        """It is a request of its own, with exactly one picture."""
        return self in {Kind.DRAW, Kind.AGAIN}


class Place(StrEnum):
    CHANNEL = "channel"
    DM = "dm"
    #: As an app of the person's own.
    ABROAD = "abroad"


class Fate(StrEnum):
    """What happens to a request that waits."""

    NONE = "none"
    #: Somebody deletes the placeholder.
    DELETED = "deleted"
    #: It waits for more than 14 minutes: the bot goes on by itself.
    LATE = "late"
    #: It waits for more than 15: Discord takes nothing more by its token.
    ENDED = "ended"
    #: So it does, but on the bot's clock the request is young.
    EARLY = "early"
    #: The picture arrives in minute 13, its answer is lost, and then it is minute 14.
    BRINK = "brink"
    #: ENDED, the answer to the message in the channel is lost, and Discord forgets its nonce.
    FORGOTTEN = "forgotten"


#: (share, of all requests); where it makes no sense the fate is NONE.
PLACES = ((Place.CHANNEL, 55), (Place.DM, 25), (Place.ABROAD, 20))
PRIVATE, SPOILER = 0.2, 0.15
FATES = (
    (Fate.NONE, 50),
    (Fate.DELETED, 10),
    (Fate.LATE, 10),
    (Fate.ENDED, 8),
    (Fate.EARLY, 8),
    (Fate.BRINK, 8),
    (Fate.FORGOTTEN, 6),
)
#: What is done with the picture.
AFTER: tuple[tuple[Kind | None, int], ...] = (
    (None, 40),
    (Kind.AGAIN, 15),
    (Kind.ORIGINAL, 15),
    (Kind.DELETE, 15),
    (Kind.SHOW, 15),
)


@dataclass(eq=False)
class Wish:
    """One thing that somebody did, and what is still to happen to it."""

    kind: Kind
    interaction: Interaction = field(repr=False)
    place: Place
    user: int
    private: bool = False
    spoiler: bool = False
    fate: Fate = Fate.NONE
    #: What the person does with the picture.
    after: Kind | None = None
    #: The request that it is about, where it asks for none of its own.
    about: str = ""
    #: Its fate came while it waited, and not too late.
    struck: bool = False
    #: Whether the one and the other still have to come.
    waits_for_fate: bool = True
    waits_to_act: bool = True
    #: Since when the first half of its fate is over, by time.monotonic().
    since: float | None = None
    fault: Fault | None = field(default=None, repr=False)
    #: Discord has forgotten the nonces of before.
    forgetful: bool = False
    #: The bot died before it noted which message answers it, and its token ended meanwhile.
    unnoted: bool = False

    def __str__(self) -> str:
        where = f"{self.place}{' private' * self.private}{' spoiler' * self.spoiler}"
        about = f" of {self.about}" if self.about else ""
        then = f", then {self.after}" if self.after else ""
        fate = f"{self.fate}{' struck' * self.struck}"
        return f"{self.kind}{about} {self.interaction.id} ({where}, fate {fate}{then})"

    @property
    def key(self) -> str:
        """Of the event, as bench.storm.rows has it."""
        return f"interaction:{self.interaction.id}"

    @property
    def due(self) -> bool:
        """Something is still to come."""
        return self.waits_for_fate or self.waits_to_act

    @property
    def confined(self) -> bool:
        """The bot can write there by the token alone, or must not write elsewhere."""
        return self.private or self.place is Place.ABROAD


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A request about to be made."""

    place: Place
    private: bool
    spoiler: bool
    fate: Fate
    after: Kind | None

    @property
    def slow(self) -> bool:
        return self.fate is not Fate.NONE


def some_plan(chance: random.Random, only: Fate | None = None) -> Plan:
    """`only`: the fate of all."""
    place = _drawn(chance, PLACES)
    private = chance.random() < PRIVATE
    fate, after = _drawn(chance, FATES), _drawn(chance, AFTER)
    fate = only or fate
    confined = private or place is Place.ABROAD
    if (confined and fate is Fate.FORGOTTEN) or (
        fate is Fate.DELETED and (private or place is not Place.CHANNEL)
    ):
        # Nothing is sent with a nonce there; nobody else can delete it there.
        fate = Fate.NONE
    if after is Kind.ORIGINAL and fate is not Fate.NONE:
        # Several pictures: how often each of them came could not be told apart.
        after = Kind.SHOW
    spoiler = chance.random() < SPOILER
    return Plan(place=place, private=private, spoiler=spoiler, fate=fate, after=after)


def _drawn(chance: random.Random, weighted: tuple[tuple[T, int], ...]) -> T:
    values = [value for value, _ in weighted]
    return chance.choices(values, [weight for _, weight in weighted])[0]
