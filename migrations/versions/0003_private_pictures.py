"""Private and hidden pictures: a matter of the row, no longer of letters before its reply token.

`ps10485760:aW50ZXJ…` becomes `10485760:aW50ZXJ…` with two columns that say the same.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for name in ("private", "spoiler"):
        column = sa.Column(name, sa.Boolean, nullable=False, server_default="0")
        op.add_column("generations", column)
    op.execute("UPDATE generations SET private = true WHERE reply_token LIKE 'p%'")
    op.execute("UPDATE generations SET spoiler = true WHERE reply_token LIKE 's%'")
    op.execute("UPDATE generations SET spoiler = true WHERE reply_token LIKE 'ps%'")
    op.execute("UPDATE notices SET private = true WHERE reply_token LIKE 'p%'")
    for table in ("generations", "notices"):
        op.execute(f"UPDATE {table} SET reply_token = ltrim(reply_token, 'ps')")


def downgrade() -> None:
    op.execute("UPDATE generations SET reply_token = 's' || reply_token WHERE spoiler")
    for table in ("generations", "notices"):
        op.execute(f"UPDATE {table} SET reply_token = 'p' || reply_token WHERE private")
    for name in ("spoiler", "private"):
        op.drop_column("generations", name)
