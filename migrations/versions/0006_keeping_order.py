"""What those who keep order decide: the audit, people, bans, places, words, groups, switches."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TABLES = ("switches", "groups", "words", "places", "bans", "people", "acts")


def upgrade() -> None:
    create_acts()
    create_people()
    create_words()
    create_groups()
    op.create_table(
        "switches",
        text("name"),
        text("value"),
        sa.PrimaryKeyConstraint("name", name="pk_switches"),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def text(name: str, **more: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, **more)


def create_acts() -> None:
    op.create_table(
        "acts",
        sa.Column("serial", SERIAL, nullable=False),
        text("event_key"),
        text("actor"),
        text("platform"),
        text("scope"),
        text("kind"),
        text("target", server_default=""),
        text("detail", server_default=""),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_acts"),
        sa.UniqueConstraint("event_key", name="uq_acts_event_key"),
    )
    op.create_index("ix_acts_scope", "acts", ["platform", "scope", "serial"])
    op.create_index("ix_acts_actor", "acts", ["actor", "serial"])
    op.create_index("ix_acts_target", "acts", ["target", "serial"])


def create_people() -> None:
    op.create_table(
        "people",
        text("person"),
        text("name", server_default=""),
        sa.Column("fleet_admin", sa.Boolean, nullable=False, server_default="0"),
        sa.Column("weight", sa.Double, nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("person", name="pk_people"),
    )
    op.create_index("ix_people_name", "people", ["name"])
    op.create_table(
        "bans",
        text("platform"),
        text("scope"),
        text("person"),
        sa.Column("until_ms", sa.BigInteger),
        text("reason", server_default=""),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("platform", "scope", "person", name="pk_bans"),
    )


def create_words() -> None:
    op.create_table(
        "words",
        sa.Column("serial", SERIAL, nullable=False),
        text("platform"),
        text("scope"),
        text("text"),
        sa.Column("allowed", sa.Boolean, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_words"),
        sa.UniqueConstraint("platform", "scope", "text", name="uq_words_platform"),
        sqlite_autoincrement=True,
    )


def create_groups() -> None:
    op.create_table(
        "places",
        text("platform"),
        text("chat"),
        text("thread"),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("platform", "chat", "thread", name="pk_places"),
    )
    op.create_table(
        "groups",
        text("platform"),
        text("scope"),
        sa.Column("allowance", sa.BigInteger),
        sa.Column("cooldown_s", sa.Integer),
        sa.Column("queue_cap", sa.Integer),
        sa.Column("max_count", sa.Integer),
        sa.Column("max_pixels", sa.Integer),
        sa.Column("ratio", sa.Text),
        sa.Column("language", sa.Text),
        sa.Column("spoiler", sa.Boolean),
        sa.Column("time_zone", sa.Text),
        sa.Column("open", sa.Boolean, nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("platform", "scope", name="pk_groups"),
    )
