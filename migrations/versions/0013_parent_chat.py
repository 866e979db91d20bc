"""The channel that a request's chat is a thread of, which is closed with it."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("generations", sa.Column("parent_chat", sa.Text))


def downgrade() -> None:
    op.drop_column("generations", "parent_chat")
