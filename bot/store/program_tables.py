"""The tables of what programs asked for, and what they sent, by their own names."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text, UniqueConstraint

from bot.store.tables import Milliseconds, Serial, metadata

#: Beside the generation of the same event; written with it.
program_jobs = Table(
    "program_jobs",
    metadata,
    Column("serial", Serial, primary_key=True),
    Column("requester", Text, nullable=False),
    #: As the program calls it.
    Column("name", Text, nullable=False),
    Column("event_key", Text, nullable=False),
    #: Which of the program's connections asked.
    Column("client", Text, nullable=False, server_default=""),
    #: What it sent, and what was made of that. Not JSON to the database: it may be long, and the
    #: event loop would read it.
    Column("document", Text, nullable=False),
    #: False once it was taken off the program's list.
    Column("listed", Boolean, nullable=False, server_default="1"),
    Column("created_ms", Milliseconds, nullable=False),
    UniqueConstraint("event_key"),
    UniqueConstraint("requester", "name", name="uq_program_jobs_name"),
)
_row = program_jobs.c
Index("ix_program_jobs_requester", _row.requester, _row.serial)

#: Pictures to draw from; see bot.core.uploads.
uploads = Table(
    "uploads",
    metadata,
    Column("serial", Serial, primary_key=True),
    Column("requester", Text, nullable=False),
    #: These three: as the program calls it.
    Column("kind", Text, nullable=False),
    Column("subfolder", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    #: Relative to the state folder.
    Column("path", Text, nullable=False),
    #: When it was sent or drawn from last.
    Column("used_ms", Milliseconds, nullable=False),
    UniqueConstraint("requester", "kind", "subfolder", "name", name="uq_uploads_name"),
    UniqueConstraint("path"),
)
Index("ix_uploads_used_ms", uploads.c.used_ms)
