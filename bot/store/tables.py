"""The tables, for SQLite and PostgreSQL alike.

Rows of `generations` and `events` are history and are kept.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from bot.core.generation import LIVE, TERMINAL, Delivery, Forgotten, Outcome
from bot.store.conditions import (
    is_kept,
    is_leaving,
    is_live,
    is_queued,
    is_running,
    is_untold,
    served_order,
    starts_cooldown,
    was_dispatched,
)
from engine.contract import MAX_PICTURES

#: SQLite numbers rows by itself only in a column whose type is exactly INTEGER.
Serial = BigInteger().with_variant(Integer, "sqlite")
#: Milliseconds since the epoch.
Milliseconds = BigInteger


def quoted(values: Iterable[StrEnum]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


def check(name: str, condition: str) -> CheckConstraint:
    return CheckConstraint(condition, name=name)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

generations = Table(
    "generations",
    metadata,
    #: Order of admission: breaks ties between equal tags, first come first served.
    Column("serial", Serial, primary_key=True),
    Column("id", Text, nullable=False),
    Column("event_key", Text, nullable=False),
    Column("requester", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("chat", Text, nullable=False),
    Column("thread", Text),
    Column("request_message", Text),
    Column("reply_token", Text),
    Column("locale", Text, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("negative_prompt", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("guidance", Double, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("model", Text, nullable=False),
    #: Predicted GPU seconds.
    Column("cost", Double, nullable=False),
    Column("parent_id", Text, ForeignKey("generations.id")),
    Column("notes", JSON, nullable=False),
    Column("private", Boolean, nullable=False, server_default="0"),
    Column("spoiler", Boolean, nullable=False, server_default="0"),
    #: Thousandths of a unit that were reserved; 0 where nothing is limited.
    Column("price", BigInteger, nullable=False, server_default="0"),
    Column("scope", Text, nullable=False, server_default=""),
    #: Lower is served first, whatever the tags.
    Column("priority_class", Integer, nullable=False, server_default="1"),
    Column("tag", Double, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("counted_attempts", Integer, nullable=False),
    Column("begun", Boolean, nullable=False),
    Column("lease_until", Milliseconds),
    Column("error_code", Text),
    Column("error_data", JSON, nullable=False),
    #: The event of the act by which somebody else ended it.
    Column("ended_by", Text),
    Column("pictures", JSON, nullable=False),
    Column("preview", Text),
    Column("delivery", Text, nullable=False),
    Column("status_message", Text),
    #: Why the requester could not be told.
    Column("undeliverable_reason", Text),
    Column("created_ms", Milliseconds, nullable=False),
    #: When the current attempt was handed to an engine.
    Column("started_ms", Milliseconds),
    #: When its first step began there.
    Column("begun_ms", Milliseconds),
    Column("finished_ms", Milliseconds),
    #: When delivery was settled, well or badly.
    Column("delivered_ms", Milliseconds),
    Column("forgotten", Text),
    #: The channel that `chat` is a thread of.
    Column("parent_chat", Text),
    #: The file that it begins from, and how much of that may change.
    Column("source", Text),
    Column("strength", Double),
    #: Name and weight of each.
    Column("loras", JSON, nullable=False, server_default="[]"),
    #: What it adds to the words: an Enhancement; NULL where it is off.
    Column("enhancement", JSON(none_as_null=True)),
    UniqueConstraint("id"),
    UniqueConstraint("event_key"),
    check("outcome", f"outcome IN ({quoted(Outcome)})"),
    check("delivery", f"delivery IN ({quoted(Delivery)})"),
    check("told_after_end", f"delivery = 'pending' OR outcome IN ({quoted(TERMINAL)})"),
    check("lease", "(outcome = 'running') = (lease_until IS NOT NULL)"),
    check("started", "outcome <> 'running' OR (attempt >= 1 AND started_ms IS NOT NULL)"),
    check("attempts", "counted_attempts >= 0 AND counted_attempts <= attempt"),
    check("finished_ms", f"(outcome IN ({quoted(LIVE)})) = (finished_ms IS NULL)"),
    check("preview", "(outcome = 'finished') = (preview IS NOT NULL)"),
    check("error", "(outcome = 'failed') = (error_code IS NOT NULL)"),
    check("delivered_ms", "(delivery IN ('done', 'undeliverable')) = (delivered_ms IS NOT NULL)"),
    check("undeliverable", "(delivery = 'undeliverable') = (undeliverable_reason IS NOT NULL)"),
    check(
        "forgotten",
        f"forgotten IS NULL OR (forgotten IN ({quoted(Forgotten)})"
        f" AND outcome IN ({quoted(TERMINAL)}))",
    ),
    check("count", f"count BETWEEN 1 AND {MAX_PICTURES}"),
)

#: Every mutation's event; a redelivered one is found here.
events = Table(
    "events",
    metadata,
    Column("key", Text, primary_key=True),
    #: "draw", "cancel" or "remove".
    Column("kind", Text, nullable=False),
    Column("generation_id", Text, ForeignKey("generations.id"), nullable=False),
    Column("created_ms", Milliseconds, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("serial", Serial, primary_key=True),
    Column("event_key", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("chat", Text, nullable=False),
    Column("thread", Text),
    Column("request_message", Text),
    Column("reply_token", Text),
    Column("text", Text, nullable=False),
    Column("ask", Boolean, nullable=False),
    Column("private", Boolean, nullable=False, server_default="0"),
    Column("attachment", JSON(none_as_null=True)),
    Column("buttons", JSON, nullable=False, server_default="[]"),
    Column("copy", Text, nullable=False, server_default=""),
    Column("requester", Text),
    Column("refusal", Text, nullable=False, server_default=""),
    Column("in_place", Boolean, nullable=False, server_default="0"),
    Column("created_ms", Milliseconds, nullable=False),
    Column("said_ms", Milliseconds),
    UniqueConstraint("event_key"),
)

#: Messages of removed pictures, deleted or still to be deleted.
removals = Table(
    "removals",
    metadata,
    Column("serial", Serial, primary_key=True),
    Column("generation_id", Text, ForeignKey("generations.id"), nullable=False),
    Column("platform", Text, nullable=False),
    Column("chat", Text, nullable=False),
    #: NULL where there was none: the picture is removed all the same.
    Column("message", Text),
    Column("created_ms", Milliseconds, nullable=False),
    Column("done_ms", Milliseconds),
)

#: What was set for a chat as a whole.
chats = Table(
    "chats",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("chat", Text, primary_key=True),
    Column("quiet", Boolean, nullable=False, server_default="0"),
)

#: Wishes for a copy of all that is stored of a person. A row goes when its file does.
exports = Table(
    "exports",
    metadata,
    Column("serial", Serial, primary_key=True),
    Column("event_key", Text, nullable=False),
    Column("requester", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("chat", Text, nullable=False),
    Column("thread", Text),
    Column("request_message", Text),
    Column("reply_token", Text),
    Column("locale", Text, nullable=False),
    #: What the platform takes there.
    Column("limit_bytes", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("created_ms", Milliseconds, nullable=False),
    Column("expires_ms", Milliseconds, nullable=False),
    Column("done_ms", Milliseconds),
    UniqueConstraint("event_key"),
)

#: Wishes to be forgotten. A row goes when all generations that it is about are on their way.
forgettings = Table(
    "forgettings",
    metadata,
    Column("serial", Serial, primary_key=True),
    Column("requester", Text, nullable=False),
    #: Serial of the last generation that is meant.
    Column("up_to", BigInteger, nullable=False),
)


def partial_index(
    name: str, *columns: Column[Any], where: ColumnElement[bool], unique: bool = False
) -> None:
    Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


_g = generations.c
#: Whoever has enough places is passed over without a look at their rows.
partial_index("ix_generations_queue", *served_order(_g), _g.requester, where=is_queued(_g))
#: A few, however many wait.
partial_index("ix_generations_running", _g.requester, where=is_running(_g))
partial_index("ix_generations_live", _g.requester, _g.tag, where=is_live(_g))
partial_index("ix_generations_dispatched", _g.tag, where=was_dispatched(_g))
partial_index("ix_generations_untold", _g.serial, where=is_untold(_g))
partial_index(
    "ix_generations_cooldown", _g.requester, _g.scope, _g.created_ms, where=starts_cooldown(_g)
)
partial_index(
    "ix_generations_status_message",
    _g.platform,
    _g.chat,
    _g.status_message,
    where=_g.status_message.is_not(None),
)
partial_index("ix_generations_ended_by", _g.ended_by, where=_g.ended_by.is_not(None))
Index("ix_generations_requester", _g.requester, _g.chat, _g.serial)
#: Newest first, for whom they belong to.
partial_index("ix_generations_history", _g.requester, _g.serial, where=is_kept(_g))
partial_index("ix_generations_source", _g.source, where=_g.source.is_not(None))
partial_index("ix_generations_ended", _g.finished_ms, where=is_kept(_g))
partial_index("ix_generations_leaving", _g.serial, where=is_leaving(_g))
Index("ix_notices_requester", notices.c.requester)
Index("ix_notices_said_ms", notices.c.said_ms, notices.c.serial)
Index("ix_removals_generation_id", removals.c.generation_id)
partial_index("ix_removals_waiting", removals.c.serial, where=removals.c.done_ms.is_(None))

partial_index(
    "uq_exports_open", exports.c.requester, where=exports.c.done_ms.is_(None), unique=True
)
