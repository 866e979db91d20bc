"""Wishes that are granted in portions: to be forgotten, and to clear the queue."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "forgettings",
        serial(),
        sa.Column("requester", sa.Text, nullable=False),
        sa.Column("up_to", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "clearings",
        serial(),
        sa.Column("event_key", sa.Text, nullable=False),
        sa.Column("platform", sa.Text),
        sa.Column("scope", sa.Text),
        sa.Column("up_to", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("clearings")
    op.drop_table("forgettings")


def serial() -> sa.Column[int]:
    return sa.Column(
        "serial", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True
    )
