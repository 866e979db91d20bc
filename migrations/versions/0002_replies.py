"""Reply tokens, what notices bring along, removed pictures, and settings of chats."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("generations", sa.Column("reply_token", sa.Text))
    add_to_notices()
    create_removals()
    op.create_table(
        "chats",
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("chat", sa.Text, nullable=False),
        sa.Column("quiet", sa.Boolean, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("platform", "chat", name="pk_chats"),
    )


def downgrade() -> None:
    op.drop_table("chats")
    op.drop_table("removals")
    for name in ("requester", "copy", "buttons", "attachment", "private", "reply_token"):
        op.drop_column("notices", name)
    op.drop_column("generations", "reply_token")


def add_to_notices() -> None:
    for column in (
        sa.Column("reply_token", sa.Text),
        sa.Column("private", sa.Boolean, nullable=False, server_default="0"),
        sa.Column("attachment", sa.JSON),
        sa.Column("buttons", sa.JSON, nullable=False, server_default="[]"),
        sa.Column("copy", sa.Text, nullable=False, server_default=""),
        sa.Column("requester", sa.Text),
    ):
        op.add_column("notices", column)


def create_removals() -> None:
    op.create_table(
        "removals",
        sa.Column("serial", SERIAL, nullable=False),
        sa.Column("generation_id", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("chat", sa.Text, nullable=False),
        sa.Column("message", sa.Text),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("done_ms", sa.BigInteger),
        sa.PrimaryKeyConstraint("serial", name="pk_removals"),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["generations.id"], name="fk_removals_generation_id"
        ),
    )
    op.create_index("ix_removals_generation_id", "removals", ["generation_id"])
    op.create_index(
        "ix_removals_waiting",
        "removals",
        ["serial"],
        sqlite_where=sa.text("done_ms IS NULL"),
        postgresql_where=sa.text("done_ms IS NULL"),
    )
