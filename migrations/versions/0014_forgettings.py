"""Wishes to be forgotten, which are granted in portions."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "forgettings",
        sa.Column(
            "serial",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
        ),
        sa.Column("requester", sa.Text, nullable=False),
        sa.Column("up_to", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("forgettings")
