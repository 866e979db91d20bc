"""Pictures that programs have sent to draw from; and no names of requests that never were."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "uploads",
        sa.Column("serial", SERIAL, nullable=False),
        sa.Column("requester", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subfolder", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("used_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_uploads"),
        sa.UniqueConstraint("requester", "kind", "subfolder", "name", name="uq_uploads_name"),
        sa.UniqueConstraint("path", name="uq_uploads_path"),
    )
    op.create_index("ix_uploads_used_ms", "uploads", ["used_ms"])
    op.drop_index("ix_program_jobs_created_ms", "program_jobs")
    # They were written before their generations; now both are, or neither.
    op.execute(
        "DELETE FROM program_jobs WHERE event_key NOT IN (SELECT event_key FROM generations)"
    )


def downgrade() -> None:
    op.create_index("ix_program_jobs_created_ms", "program_jobs", ["created_ms"])
    op.drop_table("uploads")
