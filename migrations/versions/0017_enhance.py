"""画质增强: what it added to a request's words, and whether a group or a person wants it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("generations", sa.Column("enhancement", sa.JSON))
    op.add_column("groups", sa.Column("enhance", sa.Boolean))


def downgrade() -> None:
    op.drop_column("groups", "enhance")
    op.drop_column("generations", "enhancement")
