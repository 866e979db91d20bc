"""Where an account's day was begun, and when somebody's last request was accepted in a group."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

NOT_IN_VAIN = sa.text("outcome IN ('finished', 'queued', 'running')")


def upgrade() -> None:
    op.add_column("accounts", sa.Column("time_zone", sa.Text))
    op.create_index(
        "ix_generations_cooldown",
        "generations",
        ["requester", "scope", "created_ms"],
        sqlite_where=NOT_IN_VAIN,
        postgresql_where=NOT_IN_VAIN,
    )


def downgrade() -> None:
    op.drop_index("ix_generations_cooldown", "generations")
    op.drop_column("accounts", "time_zone")
