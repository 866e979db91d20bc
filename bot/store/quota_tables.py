"""The tables of what people and groups have left: accounts and their ledger."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Table, Text, UniqueConstraint

from bot.core.quota import EntryKind
from bot.store.conditions import is_ending, is_grant, is_reserve
from bot.store.tables import Milliseconds, Serial, check, metadata, partial_index, quoted

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
    #: Somebody who runs the fleet decided that.
    Column("by_fleet", Boolean, nullable=False, server_default="0"),
    #: The local date of the last grant, and how much of it there was in the end.
    Column("day", Text),
    #: Where that date was begun; NULL is where the account's group is.
    Column("time_zone", Text),
    Column("granted", BigInteger, nullable=False, server_default="0"),
    Column("daily", BigInteger, nullable=False, server_default="0"),
    Column("extra", BigInteger, nullable=False, server_default="0"),
    #: How much of `extra` is what admins of the group gave out of its pool.
    Column("given", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("platform", "scope", "holder"),
    check("not_overdrawn", "daily >= 0 AND extra >= 0"),
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
    #: How much of `extra` came out of the group's pool, goes with it, or was reserved of that.
    Column("given", BigInteger, nullable=False, server_default="0"),
    #: The local date whose grant `daily` belongs to.
    Column("day", Text, nullable=False),
    Column("actor", Text),
    Column("reason", Text, nullable=False, server_default=""),
    Column("allowance", BigInteger),
    Column("event_key", Text),
    Column("generation_id", Text, ForeignKey("generations.id")),
    Column("created_ms", Milliseconds, nullable=False),
    check("kind", f"kind IN ({quoted(EntryKind)})"),
    check("generation", "(kind IN ('reserve', 'settle', 'refund')) = (generation_id IS NOT NULL)"),
)

Index("ix_accounts_holder", accounts.c.holder)
_l = ledger.c
Index("ix_ledger_account", _l.account, _l.serial)
_reserved, _ended = is_reserve(_l), is_ending(_l)
partial_index("uq_ledger_reserve", _l.generation_id, _l.account, where=_reserved, unique=True)
partial_index("uq_ledger_ending", _l.generation_id, _l.account, where=_ended, unique=True)
partial_index("uq_ledger_grant", _l.account, _l.day, where=is_grant(_l), unique=True)
_changed = _l.event_key.is_not(None)
partial_index("uq_ledger_event_key", _l.event_key, where=_changed, unique=True)
