"""Each line of the ledger says how much of it came out of a pool, and an account has no more of
that than is left of it. What is reserved of it now, its line says."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

_OPEN = (
    "kind = 'reserve' AND extra < 0 AND NOT EXISTS (SELECT 1 FROM ledger ending"
    " WHERE ending.kind IN ('settle', 'refund') AND ending.account = ledger.account"
    " AND ending.generation_id = ledger.generation_id)"
)


def upgrade() -> None:
    op.add_column("ledger", sa.Column("given", sa.BigInteger, nullable=False, server_default="0"))
    connection = op.get_bind()
    given = sa.text("SELECT serial, given - extra AS rest FROM accounts WHERE given > extra")
    for serial, rest in connection.execute(given).all():
        _find_in_reserves(connection, serial, rest)
    op.execute("UPDATE accounts SET given = extra WHERE given > extra")


def _find_in_reserves(connection: sa.Connection, account: int, rest: int) -> None:
    """What came out of a pool was spent last, so it is in the last ones. What is in none was spent
    for good."""
    reserves = sa.text(
        f"SELECT serial, -extra FROM ledger WHERE account = :account AND {_OPEN}"
        " ORDER BY serial DESC"
    )
    for serial, extra in connection.execute(reserves, {"account": account}).all():
        part = min(rest, extra)
        line = sa.text("UPDATE ledger SET given = :given WHERE serial = :serial")
        connection.execute(line, {"given": -part, "serial": serial})
        rest -= part


def downgrade() -> None:
    op.execute(
        "UPDATE accounts SET given = given - (SELECT coalesce(sum(ledger.given), 0) FROM ledger"
        f" WHERE ledger.account = accounts.serial AND {_OPEN})"
    )
    op.drop_column("ledger", "given")
