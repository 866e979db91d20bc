"""Notices that a message with a pressed button turns into."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    column = sa.Column("in_place", sa.Boolean, nullable=False, server_default="0")
    op.add_column("notices", column)


def downgrade() -> None:
    op.drop_column("notices", "in_place")
