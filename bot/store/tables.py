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

from bot.core.generation import LIVE, TERMINAL, Delivery, Outcome
from bot.core.quota import EntryKind
from bot.store.conditions import (
    is_ending,
    is_grant,
    is_live,
    is_queued,
    is_reserve,
    is_running,
    is_untold,
    served_order,
    was_dispatched,
)
from engine.contract import MAX_PICTURES

#: SQLite numbers rows by itself only in a column whose type is exactly INTEGER.
Serial = BigInteger().with_variant(Integer, "sqlite")
#: Milliseconds since the epoch.
Milliseconds = BigInteger


def _quoted(values: Iterable[StrEnum]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


def _check(name: str, condition: str) -> CheckConstraint:
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
    UniqueConstraint("id"),
    UniqueConstraint("event_key"),
    _check("outcome", f"outcome IN ({_quoted(Outcome)})"),
    _check("delivery", f"delivery IN ({_quoted(Delivery)})"),
    _check("told_after_end", f"delivery = 'pending' OR outcome IN ({_quoted(TERMINAL)})"),
    _check("lease", "(outcome = 'running') = (lease_until IS NOT NULL)"),
    _check("started", "outcome <> 'running' OR (attempt >= 1 AND started_ms IS NOT NULL)"),
    _check("attempts", "counted_attempts >= 0 AND counted_attempts <= attempt"),
    _check("finished_ms", f"(outcome IN ({_quoted(LIVE)})) = (finished_ms IS NULL)"),
    _check("preview", "(outcome = 'finished') = (preview IS NOT NULL)"),
    _check("error", "(outcome = 'failed') = (error_code IS NOT NULL)"),
    _check("delivered_ms", "(delivery IN ('done', 'undeliverable')) = (delivered_ms IS NOT NULL)"),
    _check("undeliverable", "(delivery = 'undeliverable') = (undeliverable_reason IS NOT NULL)"),
    _check("count", f"count BETWEEN 1 AND {MAX_PICTURES}"),
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

#: What people and groups have left, in thousandths of a unit: the sum of their ledger.
accounts = Table(
    "accounts",
    metadata,
    Column("serial", Serial, primary_key=True),
    Column("platform", Text, nullable=False),
    #: A group, or a person in private chats.
    Column("scope", Text, nullable=False),
    #: `platform:id` of a person; empty for the group's pool.
    Column("holder", Text, nullable=False),
    #: What it gets each day; NULL is what is usual, and for a pool no limit.
    Column("allowance", BigInteger),
    #: The local date of the last grant, and how much of it there was in the end.
    Column("day", Text),
    Column("granted", BigInteger, nullable=False, server_default="0"),
    Column("daily", BigInteger, nullable=False, server_default="0"),
    Column("extra", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("platform", "scope", "holder"),
    _check("not_overdrawn", "daily >= 0 AND extra >= 0"),
)

#: Append-only. Each RESERVE has one SETTLE or REFUND in the end.
ledger = Table(
    "ledger",
    metadata,
    Column("serial", Serial, primary_key=True),
    Column("account", BigInteger, ForeignKey("accounts.serial"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("daily", BigInteger, nullable=False),
    Column("extra", BigInteger, nullable=False),
    #: The local date whose grant `daily` belongs to.
    Column("day", Text, nullable=False),
    Column("actor", Text),
    Column("reason", Text, nullable=False, server_default=""),
    Column("allowance", BigInteger),
    Column("event_key", Text),
    Column("generation_id", Text, ForeignKey("generations.id")),
    Column("created_ms", Milliseconds, nullable=False),
    _check("kind", f"kind IN ({_quoted(EntryKind)})"),
    _check("generation", "(kind IN ('reserve', 'settle', 'refund')) = (generation_id IS NOT NULL)"),
)


def _partial_index(
    name: str, *columns: Column[Any], where: ColumnElement[bool], unique: bool = False
) -> None:
    Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


_g = generations.c
#: Whoever has enough places is passed over without a look at their rows.
_partial_index("ix_generations_queue", *served_order(_g), _g.requester, where=is_queued(_g))
#: A few, however many wait.
_partial_index("ix_generations_running", _g.requester, where=is_running(_g))
_partial_index("ix_generations_live", _g.requester, _g.tag, where=is_live(_g))
_partial_index("ix_generations_dispatched", _g.tag, where=was_dispatched(_g))
_partial_index("ix_generations_untold", _g.serial, where=is_untold(_g))
_partial_index(
    "ix_generations_status_message",
    _g.platform,
    _g.chat,
    _g.status_message,
    where=_g.status_message.is_not(None),
)
_partial_index("ix_generations_ended_by", _g.ended_by, where=_g.ended_by.is_not(None))
Index("ix_generations_requester", _g.requester, _g.chat, _g.serial)
Index("ix_notices_said_ms", notices.c.said_ms, notices.c.serial)
Index("ix_removals_generation_id", removals.c.generation_id)
_partial_index("ix_removals_waiting", removals.c.serial, where=removals.c.done_ms.is_(None))

_l = ledger.c
Index("ix_ledger_account", _l.account, _l.serial)
_reserved, _ended = is_reserve(_l), is_ending(_l)
_partial_index("uq_ledger_reserve", _l.generation_id, _l.account, where=_reserved, unique=True)
_partial_index("uq_ledger_ending", _l.generation_id, _l.account, where=_ended, unique=True)
_partial_index("uq_ledger_grant", _l.account, _l.day, where=is_grant(_l), unique=True)
_changed = _l.event_key.is_not(None)
_partial_index("uq_ledger_event_key", _l.event_key, where=_changed, unique=True)
