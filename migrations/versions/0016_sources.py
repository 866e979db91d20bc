"""Pictures that requests begin from, how much of them may change, and requests whose picture is
still to be fetched."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.add_column("generations", sa.Column("source", sa.Text))
    op.add_column("generations", sa.Column("strength", sa.Double))
    named = sa.text("source IS NOT NULL")
    op.create_index(
        "ix_generations_source",
        "generations",
        ["source"],
        sqlite_where=named,
        postgresql_where=named,
    )
    op.create_table(
        "errands",
        sa.Column(
            "serial", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True
        ),
        sa.Column("event_key", sa.Text, nullable=False),
        sa.Column("requester", sa.Text, nullable=False),
        sa.Column("origin", sa.JSON, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("event_key", name="uq_errands_event_key"),
    )


def downgrade() -> None:
    op.drop_table("errands")
    op.drop_index("ix_generations_source", "generations")
    op.drop_column("generations", "strength")
    op.drop_column("generations", "source")
