"""What the engine has is found without a look at everything that waits."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

RUNNING = sa.text("outcome = 'running'")


def upgrade() -> None:
    op.create_index(
        "ix_generations_running",
        "generations",
        ["requester"],
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )


def downgrade() -> None:
    op.drop_index("ix_generations_running", "generations")
