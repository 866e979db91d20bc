"""When drawing begins, who ends what is somebody else's, and a queue that is read by requester."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

SERVED = ["priority_class", "tag", "serial"]


def upgrade() -> None:
    op.add_column("generations", sa.Column("begun_ms", sa.BigInteger))
    op.add_column("generations", sa.Column("ended_by", sa.Text))
    queue_index([*SERVED, "requester"])
    partial_index("ix_generations_ended_by", ["ended_by"], "ended_by IS NOT NULL")


def downgrade() -> None:
    op.drop_index("ix_generations_ended_by", "generations")
    queue_index(SERVED)
    for name in ("ended_by", "begun_ms"):
        op.drop_column("generations", name)


def queue_index(columns: list[str]) -> None:
    op.drop_index("ix_generations_queue", "generations")
    partial_index("ix_generations_queue", columns, "outcome = 'queued'")


def partial_index(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "generations", columns, sqlite_where=where, postgresql_where=where)
