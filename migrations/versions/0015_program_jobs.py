"""What programs asked for, by their own names."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "program_jobs",
        sa.Column("serial", SERIAL, nullable=False),
        sa.Column("requester", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("event_key", sa.Text, nullable=False),
        sa.Column("client", sa.Text, nullable=False, server_default=""),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("listed", sa.Boolean, nullable=False, server_default="1"),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_program_jobs"),
        sa.UniqueConstraint("event_key", name="uq_program_jobs_event_key"),
        sa.UniqueConstraint("requester", "name", name="uq_program_jobs_name"),
    )
    op.create_index("ix_program_jobs_requester", "program_jobs", ["requester", "serial"])
    op.create_index("ix_program_jobs_created_ms", "program_jobs", ["created_ms"])


def downgrade() -> None:
    op.drop_table("program_jobs")
