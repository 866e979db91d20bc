"""The LoRA files that requests are drawn with."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column(
        "generations", sa.Column("loras", sa.JSON, nullable=False, server_default="[]")
    )


def downgrade() -> None:
    op.drop_column("generations", "loras")
