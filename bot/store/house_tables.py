"""The tables of what those who keep order have decided."""

from sqlalchemy import JSON, BigInteger, Boolean, Column, Double, Index, Integer, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from bot.store.tables import Milliseconds, Serial, metadata

#: The audit: append-only, one line an event.
acts = Table(
    "acts",
    metadata,
    Column("serial", Serial, primary_key=True),
    Column("event_key", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("platform", Text, nullable=False),
    #: Empty: it holds everywhere.
    Column("scope", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("target", Text, nullable=False, server_default=""),
    Column("detail", Text, nullable=False, server_default=""),
    Column("created_ms", Milliseconds, nullable=False),
    Unique("event_key"),
)

#: Those of whom something is known: who was appointed, or weighs more or less than others.
people = Table(
    "people",
    metadata,
    #: `platform:id`.
    Column("person", Text, primary_key=True),
    #: As the platform calls them, without @; in lower case, for it is searched.
    Column("name", Text, nullable=False, server_default=""),
    Column("fleet_admin", Boolean, nullable=False, server_default="0"),
    #: Their share of the GPU, against 1 of everybody else.
    Column("weight", Double, nullable=False, server_default="1"),
)

#: Who may not draw, in one group or everywhere (an empty scope).
bans = Table(
    "bans",
    metadata,
    #: Empty with an empty scope.
    Column("platform", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    #: NULL: until it is lifted.
    Column("until_ms", Milliseconds),
    Column("reason", Text, nullable=False, server_default=""),
    Column("created_ms", Milliseconds, nullable=False),
)

#: Topics and channels that were opened or closed, against what holds for their group.
places = Table(
    "places",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("chat", Text, primary_key=True),
    #: Empty outside topics.
    Column("thread", Text, primary_key=True),
    Column("open", Boolean, nullable=False),
    #: Somebody who runs the fleet decided that.
    Column("by_fleet", Boolean, nullable=False, server_default="0"),
    #: They opened it, and admins of the group have closed it since.
    Column("opened_by_fleet", Boolean, nullable=False, server_default="0"),
)

#: What a prompt may not say, in one group or everywhere (an empty scope), and exceptions to it.
words = Table(
    "words",
    metadata,
    Column("serial", Serial, primary_key=True),
    #: Empty with an empty scope.
    Column("platform", Text, nullable=False),
    Column("scope", Text, nullable=False),
    #: As it was written.
    Column("text", Text, nullable=False),
    #: An exception: a part of a prompt that is no hit.
    Column("allowed", Boolean, nullable=False),
    Column("created_ms", Milliseconds, nullable=False),
    Unique("platform", "scope", "text"),
    # By their numbers it is known whether the rules have changed: none comes again.
    sqlite_autoincrement=True,
)

#: What a group decided for itself; NULL is what is usual.
groups = Table(
    "groups",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    #: What a person gets each day, in thousandths of a unit.
    Column("allowance", BigInteger),
    Column("cooldown_s", Integer),
    #: Unfinished requests that one person may have here.
    Column("queue_cap", Integer),
    Column("max_count", Integer),
    Column("max_pixels", Integer),
    #: Such as "16:9".
    Column("ratio", Text),
    Column("language", Text),
    Column("spoiler", Boolean),
    Column("time_zone", Text),
    Column("enhance", Boolean),
    #: Where nothing is said of the topic or channel itself.
    Column("open", Boolean, nullable=False, server_default="1"),
    #: Somebody who runs the fleet closed it.
    Column("closed_by_fleet", Boolean, nullable=False, server_default="0"),
    #: Which of these limits somebody who runs the fleet decided: column names, with spaces.
    Column("by_fleet", Text, nullable=False, server_default=""),
)

#: What holds for the queue as a whole, by name.
switches = Table(
    "switches",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

#: Wishes to cancel what waits. A row goes when nothing is left to cancel.
clearings = Table(
    "clearings",
    metadata,
    Column("serial", Serial, primary_key=True),
    #: Of the act.
    Column("event_key", Text, nullable=False),
    #: NULL, both: everywhere.
    Column("platform", Text),
    Column("scope", Text),
    #: Serial of the last generation that is meant.
    Column("up_to", BigInteger, nullable=False),
)

#: What is known of the tokens of programs; not the tokens.
api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Text, primary_key=True),
    #: Without the platform.
    Column("name", Text, nullable=False),
    Column("created_ms", Milliseconds, nullable=False),
    #: NULL: never.
    Column("expires_ms", Milliseconds),
    Column("revoked_ms", Milliseconds),
)

_a = acts.c
Index("ix_acts_scope", _a.platform, _a.scope, _a.serial)
Index("ix_acts_actor", _a.actor, _a.serial)
Index("ix_acts_target", _a.target, _a.serial)
Index("ix_people_name", people.c.name)

#: Requests whose picture is still to be fetched. A row goes when its request was admitted or
#: answered.
errands = Table(
    "errands",
    metadata,
    Column("serial", Serial, primary_key=True),
    Column("event_key", Text, nullable=False),
    Column("requester", Text, nullable=False),
    #: A bot.core.generation.Origin.
    Column("origin", JSON, nullable=False),
    Column("text", Text, nullable=False),
    #: By what the platform hands the picture out.
    Column("file", Text, nullable=False),
    Column("created_ms", Milliseconds, nullable=False),
    Unique("event_key"),
)
