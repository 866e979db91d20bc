"""Belongings over SQL: all that is stored of a person, as it is stored."""

from collections.abc import AsyncIterator

from sqlalchemy import ColumnElement, Table, select

from bot.core.data_ports import Rows
from bot.store.database import Database
from bot.store.house_tables import bans, groups, people
from bot.store.quota_tables import accounts, ledger
from bot.store.tables import generations

#: Read at once.
PAGE = 500
#: They open an interaction while they live, and nothing afterwards.
SECRETS = frozenset({"reply_token"})


class SqlBelongings:
    """Implements bot.core.data_ports.Belongings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def generations(self, requester: str) -> AsyncIterator[Rows]:
        """Also of forgotten ones, what is left."""
        return self._pages(generations, generations.c.requester == requester)

    def accounts(self, requester: str) -> AsyncIterator[Rows]:
        return self._pages(accounts, accounts.c.holder == requester)

    async def person(self, requester: str) -> AsyncIterator[Rows]:
        """What they decided for themselves is of the group that they alone are."""
        platform, _, number = requester.partition(":")
        alone = (groups.c.platform == platform) & (groups.c.scope == f"user:{number}")
        for table, theirs in ((people, people.c.person == requester), (groups, alone)):
            async for rows in self._all(table, theirs):
                yield rows

    def bans(self, requester: str) -> AsyncIterator[Rows]:
        return self._all(bans, bans.c.person == requester)

    async def entries(self, requester: str) -> AsyncIterator[Rows]:
        """One account after the other: each is in order as it lies."""
        async for held in self.accounts(requester):
            for account in held:
                async for page in self._pages(ledger, ledger.c.account == account["serial"]):
                    yield page

    async def _all(self, table: Table, theirs: ColumnElement[bool]) -> AsyncIterator[Rows]:
        """Of a table that stays small."""
        async with self._database.read() as connection:
            found = (await connection.execute(select(table).where(theirs))).mappings()
            rows = [dict(row) for row in found]
        if rows:
            yield rows

    async def _pages(self, table: Table, mine: ColumnElement[bool]) -> AsyncIterator[Rows]:
        columns = [column for column in table.c if column.name not in SECRETS]
        newest = select(*columns).where(mine).order_by(table.c.serial.desc()).limit(PAGE)
        page = newest
        while True:
            async with self._database.read() as connection:
                rows = [dict(row) for row in (await connection.execute(page)).mappings()]
            if rows:
                yield rows
            if len(rows) < PAGE:
                return
            page = newest.where(table.c.serial < rows[-1]["serial"])
