"""What the state folder says, by the event that caused it, and how it is made older."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

#: bot/store/notices.py forgets what was not said within ten minutes.
FORGOTTEN_MS = 10 * 60 * 1000


@dataclass(frozen=True, kw_only=True)
class Row:
    """A request."""

    id: str
    outcome: str
    delivery: str
    removed: bool
    #: The message that is to become the picture has been noted.
    noted: bool = True

    @property
    def settled(self) -> bool:
        return self.delivery in {"done", "undeliverable"}


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Everything of one platform, by the event's key without the platform and the bot."""

    requests: dict[str, Row]
    #: Whether it was forgotten.
    notices: dict[str, bool]
    removals: frozenset[str]


class StateFolder:
    """The database of a house; it may be open there, too."""

    def __init__(self, database: Path, platform: str) -> None:
        self._database = database
        self._platform = platform

    def read(self) -> Rows:
        before = time.time_ns() // 1_000_000 - FORGOTTEN_MS
        with self._open() as database:
            gone = {row for (row,) in database.execute("SELECT generation_id FROM removals")}
            requests = database.execute(
                "SELECT event_key, id, outcome, delivery, status_message IS NOT NULL"
                " FROM generations WHERE platform = ?",
                (self._platform,),
            ).fetchall()
            notices = database.execute(
                "SELECT event_key, said_ms IS NULL AND created_ms < ? FROM notices"
                " WHERE platform = ?",
                (before, self._platform),
            ).fetchall()
            removals = database.execute("SELECT key FROM events WHERE kind = 'remove'").fetchall()
        return Rows(
            requests={
                _event(key): Row(
                    id=row,
                    outcome=outcome,
                    delivery=delivery,
                    removed=row in gone,
                    noted=bool(noted),
                )
                for key, row, outcome, delivery, noted in requests
            },
            notices={_event(key): bool(forgotten) for key, forgotten in notices},
            removals=frozenset(_event(key) for (key,) in removals),
        )

    def age(self, seconds: float, request: str | None = None) -> None:
        """The request, or everything, was written down so much longer ago."""
        older = round(seconds * 1000)
        with self._open() as database:
            if request is not None:
                change = "UPDATE generations SET created_ms = created_ms - ? WHERE id = ?"
                database.execute(change, (older, request))
                return
            for table in ("generations", "notices"):
                change = f"UPDATE {table} SET created_ms = created_ms - ? WHERE platform = ?"
                database.execute(change, (older, self._platform))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._database, timeout=30)) as database, database:
            yield database


def _event(key: str) -> str:
    return key.split(":", 2)[-1]
