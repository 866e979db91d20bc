"""The schema as the migrations made it once in this process, for every further database."""

from collections.abc import Callable
from typing import Any

from alembic.config import Config
from sqlalchemy import Connection


class ReadySchema:
    """Alembic's `upgrade`. To the head of an empty database it runs the migrations the first time,
    which takes 65 ms, and afterwards what SQLite remembers of them; all else it leaves to alembic.
    """

    def __init__(self, alembic_upgrade: Callable[..., None]) -> None:
        self.alembic_upgrade = alembic_upgrade
        self._made: list[tuple[str, tuple[Any, ...]]] = []

    def __call__(self, config: Config, revision: str) -> None:
        connection = config.attributes["connection"]
        if revision != "head" or _tables(connection):
            self.alembic_upgrade(config, revision)
        elif not self._made:
            self.alembic_upgrade(config, revision)
            self._made = [*_tables(connection), *_rows(connection)]
        else:
            # One by one: a script would commit first, and let another process in between.
            for statement, values in self._made:
                connection.exec_driver_sql(statement, values)


def _tables(connection: Connection) -> list[tuple[str, tuple[Any, ...]]]:
    """What makes the tables and their indexes, in the order in which they were made."""
    query = (
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        " ORDER BY rowid"
    )
    return [(sql, ()) for (sql,) in connection.exec_driver_sql(query)]


def _rows(connection: Connection) -> list[tuple[str, tuple[Any, ...]]]:
    """What puts the rows in that the migrations leave."""
    names = connection.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'table'")
    return [
        (f'INSERT INTO "{name}" VALUES ({", ".join("?" * len(row))})', tuple(row))
        for (name,) in names.all()
        for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')
    ]
