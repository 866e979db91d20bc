"""A past to measure in: generations that were asked for over two years, with what belongs to them.

Made up, and as lopsided as groups are: one person asked for a hundredth of everything, one chat
holds a fifth and has a pool that each of its requests is debited to as well. Nobody asks for more
often in a larger past: there are more people. What is in work does not grow: a queue is bounded.
"""

import gc
from collections.abc import Iterator

from sqlalchemy import Connection, Table, create_engine, insert
from sqlalchemy.engine import make_url

from bench.past_accounts import BIG_CHAT, HEAVY, PLATFORM, PastAccounts, Row
from bot.core.acts import ActKind
from bot.core.generation import ID_ALPHABET, ID_LENGTH, Address, Outcome
from bot.core.quota import UNIT
from bot.store.house_tables import acts
from bot.store.notices import KEEP_MS
from bot.store.quota_tables import accounts, ledger
from bot.store.rows import address_row, new_row
from bot.store.tables import events, generations, notices, removals
from tests.builders import START_MS, new_generation

#: The heavy one asked for every hundredth, all of them in the big chat.
HEAVY_EVERY = 100
#: Every fifth person is in the big chat, each of the others in a small one.
BIG_CHAT_EVERY = 5
#: Generations for each person and for each small chat.
BY_A_PERSON, IN_A_CHAT = 50, 1000
SPAN_MS = 2 * 365 * 24 * 3600 * 1000
#: One in so many was cancelled, failed, was removed; was followed by a decision of an admin.
CANCELLED, FAILED, REMOVED, DECIDED = 31, 37, 101, 100
#: The newest ones: waiting, and before those finished but not delivered yet.
LIVE, UNTOLD = 40, 5
PROMPTS = (
    "一位穿着汉服的女孩站在樱花树下",
    "雨夜的霓虹街道，一只黑猫撑着伞",
    "左边一个蓝色的方块，右边一个绿色的三角形",
    "a lighthouse on a cliff at dawn, oil painting",
)
#: Rows that are written at once.
CHUNK = 10_000
#: Neither even nor a multiple of three: ids come in no order, and none comes twice.
SCATTER = 1_000_000_000_039


class Past:
    """`size` generations, the newest of them at `now_ms`; the same ones whenever it is made."""

    def __init__(self, size: int, now_ms: int = START_MS) -> None:
        self.size = size
        self.now_ms = now_ms
        self._people = size // BY_A_PERSON
        self._chats = size // IN_A_CHAT
        self._accounts = PastAccounts()
        new = new_generation(address=Address(platform=PLATFORM, chat=BIG_CHAT), price=UNIT)
        #: What all rows have in common, so that only what differs is named here.
        self._usual = new_row(new, tag=0.0, created_ms=0)

    # --- who, where, what ---------------------------------------------------------------------

    def place(self, n: int) -> tuple[str, str]:
        """Who asked for the nth, and in which chat."""
        if n % HEAVY_EVERY == 0:
            return HEAVY, BIG_CHAT
        person = n * 7919 % self._people
        chat = BIG_CHAT if person % BIG_CHAT_EVERY == 1 else f"-{2000 + person % self._chats}"
        return f"{PLATFORM}:{2 + person}", chat

    @staticmethod
    def id(n: int) -> str:
        """Of the nth."""
        rest, letters = n * SCATTER % len(ID_ALPHABET) ** ID_LENGTH, ""
        for _ in range(ID_LENGTH):
            rest, letter = divmod(rest, len(ID_ALPHABET))
            letters += ID_ALPHABET[letter]
        return letters

    # --- writing ------------------------------------------------------------------------------

    def write(self, url: str) -> None:
        """Into a SQLite file that has the schema and no rows."""
        engine = create_engine(make_url(url).set(drivername="sqlite"))
        # Millions of values and no cycles among them: looking for some takes a quarter of the time.
        gc.disable()
        with engine.connect() as connection:
            # What is left of indexes is written in random order: in memory first.
            for pragma in ("synchronous=OFF", "cache_size=-400000", "wal_autocheckpoint=50000"):
                connection.exec_driver_sql(f"PRAGMA {pragma}")
            indexes = _dropped_indexes(connection)
            for first in range(0, self.size, CHUNK):
                self._write(connection, range(first, min(first + CHUNK, self.size)))
            connection.execute(insert(accounts), self._accounts.rows())
            for make in indexes:
                connection.exec_driver_sql(make)
            connection.commit()
            # On the disk, or the system would still be writing while others measure.
            connection.exec_driver_sql("PRAGMA synchronous=FULL")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        gc.enable()
        engine.dispose()

    def _write(self, connection: Connection, numbers: range) -> None:
        rows: dict[Table, list[Row]] = {}
        for n in numbers:
            for table, row in self._rows(n):
                rows.setdefault(table, []).append(row)
        for table, values in rows.items():
            connection.execute(insert(table), values)
        connection.commit()

    def _rows(self, n: int) -> Iterator[tuple[Table, Row]]:
        row = self._generation(n)
        yield generations, row
        yield events, _event(row, row["event_key"], "draw")
        if row["outcome"] == Outcome.CANCELLED:
            yield events, _event(row, f"telegram:callback:{n}", "cancel")
        if row["outcome"] == Outcome.FINISHED and n % REMOVED == 0:
            yield events, _event(row, f"telegram:callback:{n}", "remove")
            yield removals, _removal(row)
        if n % DECIDED == 0:
            yield acts, _act(row, n)
        if row["created_ms"] > self.now_ms - KEEP_MS:
            yield notices, _refusal(row, n)
        for line in self._accounts.lines(row):
            yield ledger, line

    def _generation(self, n: int) -> Row:
        requester, chat = self.place(n)
        created = self.now_ms - SPAN_MS + SPAN_MS * n // self.size
        return (
            self._usual
            | {
                "id": self.id(n),
                "event_key": f"telegram:update:{n}",
                "requester": requester,
                "chat": chat,
                "scope": chat,
                "request_message": str(2 * n),
                "status_message": str(2 * n + 1),
                "prompt": PROMPTS[n % len(PROMPTS)],
                "seed": n,
                "tag": 2.0 * n,
                "created_ms": created,
            }
            | _end(n, created, from_the_end=self.size - n)
        )


def _dropped_indexes(connection: Connection) -> list[str]:
    """How to make them again: sorting all rows once is quicker than finding a place for each."""
    query = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL"
    indexes = connection.exec_driver_sql(f"{query} ORDER BY rowid").all()
    for name, _ in indexes:
        connection.exec_driver_sql(f"DROP INDEX {name}")
    return [sql for _, sql in indexes]


def _end(n: int, created: int, *, from_the_end: int) -> Row:
    """The columns that say how it ended."""
    row: Row = dict.fromkeys(("started_ms", "finished_ms", "delivered_ms", "error_code", "preview"))
    if from_the_end <= LIVE:
        return row
    times = ("started_ms", "finished_ms", "delivered_ms")
    row |= {name: created + wait for name, wait in zip(times, (2000, 4000, 4500), strict=True)}
    row |= {"attempt": 1, "begun": True, "delivery": "done"}
    if from_the_end <= LIVE + UNTOLD:
        row |= {"delivery": "pending", "delivered_ms": None}
    elif n % CANCELLED == 0:
        return row | {"outcome": Outcome.CANCELLED}
    elif n % FAILED == 0:
        return row | {"outcome": Outcome.FAILED, "error_code": "engine_error"}
    path = f"pictures/2025/01/01/{Past.id(n)}"
    finished = {"pictures": [f"{path}-1.png"], "preview": f"{path}.jpg"}
    return row | {"outcome": Outcome.FINISHED} | finished


def _event(row: Row, key: str, kind: str) -> Row:
    return {"key": key, "kind": kind, "generation_id": row["id"], "created_ms": row["created_ms"]}


def _removal(row: Row) -> Row:
    return {
        "generation_id": row["id"],
        "platform": PLATFORM,
        "chat": row["chat"],
        "message": row["status_message"],
        "created_ms": row["finished_ms"],
        "done_ms": row["finished_ms"],
    }


def _act(row: Row, n: int) -> Row:
    return {
        "event_key": f"telegram:act:{n}",
        "actor": HEAVY if n % BIG_CHAT_EVERY else row["requester"],
        "platform": PLATFORM,
        "scope": row["scope"],
        "kind": ActKind.QUOTA,
        "target": row["requester"],
        "detail": "+20",
        "created_ms": row["created_ms"],
    }


def _refusal(row: Row, n: int) -> Row:
    address = Address(platform=PLATFORM, chat=row["chat"], request_message=str(2 * n))
    return {
        **address_row(address),
        "event_key": f"telegram:refused:{n}",
        "text": "你已经有 10 张在排队了",
        "ask": False,
        "requester": row["requester"],
        "refusal": "queue_full_yours",
        "created_ms": row["created_ms"],
        "said_ms": row["created_ms"] + 300,
    }
