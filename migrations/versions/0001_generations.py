"""Generations, the events that made them, and notices."""

from alembic import op
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    text,
)

revision = "0001"
down_revision = None

SERIAL = BigInteger().with_variant(Integer, "sqlite")

GENERATION_CHECKS = {
    "outcome": (
        "outcome IN ('cancelled', 'expired', 'failed', 'finished', 'queued', 'running')"
    ),
    "delivery": "delivery IN ('done', 'held', 'pending', 'sending', 'undeliverable')",
    "told_after_end": (
        "delivery = 'pending' OR outcome IN ('cancelled', 'expired', 'failed', 'finished')"
    ),
    "lease": "(outcome = 'running') = (lease_until IS NOT NULL)",
    "started": "outcome <> 'running' OR (attempt >= 1 AND started_ms IS NOT NULL)",
    "attempts": "counted_attempts >= 0 AND counted_attempts <= attempt",
    "finished_ms": "(outcome IN ('queued', 'running')) = (finished_ms IS NULL)",
    "preview": "(outcome = 'finished') = (preview IS NOT NULL)",
    "error": "(outcome = 'failed') = (error_code IS NOT NULL)",
    "delivered_ms": "(delivery IN ('done', 'undeliverable')) = (delivered_ms IS NOT NULL)",
    "undeliverable": "(delivery = 'undeliverable') = (undeliverable_reason IS NOT NULL)",
    "count": "count BETWEEN 1 AND 4",
}


def upgrade() -> None:
    create_generations()
    index_generations()
    create_events()
    create_notices()


def downgrade() -> None:
    op.drop_table("notices")
    op.drop_table("events")
    op.drop_table("generations")


def create_generations() -> None:
    op.create_table(
        "generations",
        Column("serial", SERIAL, nullable=False),
        Column("id", Text, nullable=False),
        Column("event_key", Text, nullable=False),
        Column("requester", Text, nullable=False),
        Column("platform", Text, nullable=False),
        Column("chat", Text, nullable=False),
        Column("thread", Text),
        Column("request_message", Text),
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
        Column("cost", Double, nullable=False),
        Column("parent_id", Text),
        Column("notes", JSON, nullable=False),
        Column("priority_class", Integer, nullable=False, server_default="1"),
        Column("tag", Double, nullable=False),
        Column("outcome", Text, nullable=False),
        Column("attempt", Integer, nullable=False),
        Column("counted_attempts", Integer, nullable=False),
        Column("begun", Boolean, nullable=False),
        Column("lease_until", BigInteger),
        Column("error_code", Text),
        Column("error_data", JSON, nullable=False),
        Column("pictures", JSON, nullable=False),
        Column("preview", Text),
        Column("delivery", Text, nullable=False),
        Column("status_message", Text),
        Column("undeliverable_reason", Text),
        Column("created_ms", BigInteger, nullable=False),
        Column("started_ms", BigInteger),
        Column("finished_ms", BigInteger),
        Column("delivered_ms", BigInteger),
        PrimaryKeyConstraint("serial", name="pk_generations"),
        UniqueConstraint("id", name="uq_generations_id"),
        UniqueConstraint("event_key", name="uq_generations_event_key"),
        ForeignKeyConstraint(
            ["parent_id"], ["generations.id"], name="fk_generations_parent_id"
        ),
        *(
            CheckConstraint(condition, name=op.f(f"ck_generations_{name}"))
            for name, condition in GENERATION_CHECKS.items()
        ),
    )


def index_generations() -> None:
    partial_index(
        "ix_generations_queue",
        "generations",
        ["priority_class", "tag", "serial"],
        "outcome = 'queued'",
    )
    partial_index(
        "ix_generations_live",
        "generations",
        ["requester", "tag"],
        "outcome IN ('queued', 'running')",
    )
    partial_index("ix_generations_dispatched", "generations", ["tag"], "attempt >= 1")
    partial_index(
        "ix_generations_untold", "generations", ["serial"], "delivery IN ('pending', 'sending')"
    )
    partial_index(
        "ix_generations_status_message",
        "generations",
        ["platform", "chat", "status_message"],
        "status_message IS NOT NULL",
    )
    op.create_index(
        "ix_generations_requester", "generations", ["requester", "chat", "serial"]
    )


def create_events() -> None:
    op.create_table(
        "events",
        Column("key", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("generation_id", Text, nullable=False),
        Column("created_ms", BigInteger, nullable=False),
        PrimaryKeyConstraint("key", name="pk_events"),
        ForeignKeyConstraint(
            ["generation_id"], ["generations.id"], name="fk_events_generation_id"
        ),
    )


def create_notices() -> None:
    op.create_table(
        "notices",
        Column("serial", SERIAL, nullable=False),
        Column("event_key", Text, nullable=False),
        Column("platform", Text, nullable=False),
        Column("chat", Text, nullable=False),
        Column("thread", Text),
        Column("request_message", Text),
        Column("text", Text, nullable=False),
        Column("ask", Boolean, nullable=False),
        Column("created_ms", BigInteger, nullable=False),
        Column("said_ms", BigInteger),
        PrimaryKeyConstraint("serial", name="pk_notices"),
        UniqueConstraint("event_key", name="uq_notices_event_key"),
    )
    op.create_index("ix_notices_said_ms", "notices", ["said_ms", "serial"])


def partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    op.create_index(
        name, table, columns, sqlite_where=text(condition), postgresql_where=text(condition)
    )
