"""What people may do with their own: history, a copy of it, and having it forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
KEPT = "forgotten IS NULL"
LEAVING = "forgotten IN ('files', 'wanted')"
FORGOTTEN = (
    "forgotten IS NULL OR (forgotten IN ('done', 'files', 'wanted')"
    " AND outcome IN ('cancelled', 'expired', 'failed', 'finished'))"
)


def upgrade() -> None:
    # With its check at once: SQLite would have to copy the whole table to get one later.
    op.execute(
        "ALTER TABLE generations ADD COLUMN forgotten TEXT"
        f" CONSTRAINT ck_generations_forgotten CHECK ({FORGOTTEN})"
    )
    partial("ix_generations_history", "generations", ["requester", "serial"], KEPT)
    partial("ix_generations_ended", "generations", ["finished_ms"], KEPT)
    partial("ix_generations_leaving", "generations", ["serial"], LEAVING)
    op.create_index("ix_notices_requester", "notices", ["requester"])
    op.create_index("ix_accounts_holder", "accounts", ["holder"])
    create_exports()


def downgrade() -> None:
    op.drop_table("exports")
    op.drop_index("ix_accounts_holder", "accounts")
    op.drop_index("ix_notices_requester", "notices")
    for name in ("leaving", "ended", "history"):
        op.drop_index(f"ix_generations_{name}", "generations")
    op.drop_column("generations", "forgotten")


def create_exports() -> None:
    op.create_table(
        "exports",
        sa.Column("serial", SERIAL, nullable=False),
        sa.Column("event_key", sa.Text, nullable=False),
        sa.Column("requester", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("chat", sa.Text, nullable=False),
        sa.Column("thread", sa.Text),
        sa.Column("request_message", sa.Text),
        sa.Column("reply_token", sa.Text),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("limit_bytes", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.Column("done_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("serial", name="pk_exports"),
        sa.UniqueConstraint("event_key", name="uq_exports_event_key"),
    )
    partial("uq_exports_open", "exports", ["requester"], "done_ms IS NULL", unique=True)


def partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    op.create_index(
        name,
        table,
        columns,
        unique=unique,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
