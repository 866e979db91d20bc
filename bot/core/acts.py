"""The audit: one line for each act of somebody who keeps order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from bot.core.generation import Generation, Origin

#: The scope of what holds in every group.
EVERYWHERE = ""
#: Of the words of a command, so much is kept.
MAX_DETAIL = 200


class ActKind(StrEnum):
    """What was done."""

    QUOTA = "quota"
    QUIET = "quiet"
    STAFF = "staff"
    WEIGHT = "weight"
    BAN = "ban"
    UNBAN = "unban"
    OPEN = "open"
    CLOSE = "close"
    WORDS = "words"
    GROUP = "group"
    PAUSE = "pause"
    RESUME = "resume"
    CLEAR = "clear"
    CANCEL = "cancel"
    REMOVE = "remove"
    RETRY = "retry"


@dataclass(frozen=True, kw_only=True)
class Act:
    """Written in the transaction of what it tells of, once for each event."""

    event_key: str
    #: `platform:id` of the person.
    actor: str
    platform: str
    #: The group in which it holds, as quota.scope_of says; or EVERYWHERE.
    scope: str
    kind: ActKind
    #: Whom or what it is about: `platform:id` of a person, the id of a generation, or nothing.
    target: str = ""
    #: In the words of the command.
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordedAct(Act):
    """One that was stored."""

    serial: int
    created_ms: int


class Acts(Protocol):
    """The lines, for those who may read them."""

    async def last(
        self,
        platform: str,
        scope: str | None,
        *,
        about: str | None,
        limit: int,
        before: int | None = None,
        after: int | None = None,
    ) -> Sequence[RecordedAct]:
        """The newest first: of one group, or of all and of what holds everywhere with scope
        None; with `about` those of this actor or target only. Those older than the act `before`;
        or those newer than `after` that are nearest to it."""
        ...


def act_on(origin: Origin, kind: ActKind, generation: Generation) -> Act:
    """About a request: of the group in which it was made, wherever whoever decides is."""
    act = act_of(origin, kind, scope=generation.scope, target=generation.id)
    return replace(act, platform=generation.address.platform)


def act_of(origin: Origin, kind: ActKind, *, scope: str, target: str = "", detail: str = "") -> Act:
    return Act(
        event_key=origin.event_key,
        actor=origin.requester,
        platform=origin.address.platform,
        scope=scope,
        kind=kind,
        target=target,
        detail=" ".join(detail.split())[:MAX_DETAIL],
    )
