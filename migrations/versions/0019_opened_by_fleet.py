"""What the fleet opened and admins of the group closed: they may open it again."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column(
        "places",
        sa.Column("opened_by_fleet", sa.Boolean, nullable=False, server_default="0"),
    )


def downgrade() -> None:
    op.drop_column("places", "opened_by_fleet")
