"""Run by alembic. bot/store/schema.py passes the connection and owns the transaction; the
`alembic` command, for developers, opens one itself."""

from alembic import context
from sqlalchemy import Connection, create_engine

from bot.store import house_tables, quota_tables
from bot.store.tables import metadata

#: Tables are known when their modules are.
TABLES = (house_tables, quota_tables)


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        # SQLite changes a table by rebuilding it.
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


passed: Connection | None = context.config.attributes.get("connection")
if passed is not None:
    run(passed)
else:
    with create_engine(context.config.get_main_option("sqlalchemy.url", "")).begin() as opened:
        run(opened)
