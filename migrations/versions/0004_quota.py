"""Accounts and their ledger; which refusal a notice says."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

SERIAL = sa.BigInteger().with_variant(sa.Integer, "sqlite")
KINDS = ("adjust", "change", "expiry", "grant", "refund", "reserve", "settle")


def upgrade() -> None:
    price = sa.Column("price", sa.BigInteger, nullable=False, server_default="0")
    op.add_column("generations", price)
    op.add_column("generations", sa.Column("scope", sa.Text, nullable=False, server_default=""))
    op.add_column("notices", sa.Column("refusal", sa.Text, nullable=False, server_default=""))
    create_accounts()
    create_ledger()


def downgrade() -> None:
    op.drop_table("ledger")
    op.drop_table("accounts")
    op.drop_column("notices", "refusal")
    op.drop_column("generations", "scope")
    op.drop_column("generations", "price")


def create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("serial", SERIAL, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("allowance", sa.BigInteger),
        sa.Column("day", sa.Text),
        sa.Column("granted", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("daily", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("extra", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("serial", name="pk_accounts"),
        sa.UniqueConstraint("platform", "scope", "holder", name="uq_accounts_platform"),
        sa.CheckConstraint("daily >= 0 AND extra >= 0", name="not_overdrawn"),
    )


def create_ledger() -> None:
    kinds = ", ".join(f"'{kind}'" for kind in KINDS)
    about_a_request = "(kind IN ('reserve', 'settle', 'refund')) = (generation_id IS NOT NULL)"
    op.create_table(
        "ledger",
        sa.Column("serial", SERIAL, nullable=False),
        sa.Column("account", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("daily", sa.BigInteger, nullable=False),
        sa.Column("extra", sa.BigInteger, nullable=False),
        sa.Column("day", sa.Text, nullable=False),
        sa.Column("actor", sa.Text),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("allowance", sa.BigInteger),
        sa.Column("event_key", sa.Text),
        sa.Column("generation_id", sa.Text),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("serial", name="pk_ledger"),
        sa.ForeignKeyConstraint(["account"], ["accounts.serial"], name="fk_ledger_account"),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["generations.id"], name="fk_ledger_generation_id"
        ),
        sa.CheckConstraint(f"kind IN ({kinds})", name="kind"),
        sa.CheckConstraint(about_a_request, name="generation"),
    )
    op.create_index("ix_ledger_account", "ledger", ["account", "serial"])
    unique("reserve", ["generation_id", "account"], "kind = 'reserve'")
    unique("ending", ["generation_id", "account"], "kind IN ('refund', 'settle')")
    unique("grant", ["account", "day"], "kind = 'grant'")
    unique("event_key", ["event_key"], "event_key IS NOT NULL")


def unique(name: str, columns: list[str], where: str) -> None:
    op.create_index(
        f"uq_ledger_{name}",
        "ledger",
        columns,
        unique=True,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
