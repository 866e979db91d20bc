"""What somebody who runs the fleet decided or closed, and what groups gave out of their pools. What
was decided before counts as decided by admins of the group."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("groups", sa.Column("by_fleet", sa.Text, nullable=False, server_default=""))
    op.add_column(
        "groups", sa.Column("closed_by_fleet", sa.Boolean, nullable=False, server_default="0")
    )
    op.add_column("places", sa.Column("by_fleet", sa.Boolean, nullable=False, server_default="0"))
    op.add_column("accounts", sa.Column("by_fleet", sa.Boolean, nullable=False, server_default="0"))
    op.add_column("accounts", sa.Column("given", sa.BigInteger, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("accounts", "given")
    op.drop_column("accounts", "by_fleet")
    op.drop_column("places", "by_fleet")
    op.drop_column("groups", "closed_by_fleet")
    op.drop_column("groups", "by_fleet")
