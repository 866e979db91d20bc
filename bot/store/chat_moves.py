"""Groups that go on under another id, over SQL."""

from collections.abc import Sequence

from sqlalchemy import Column, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ports import Clock
from bot.store.conditions import is_untold
from bot.store.database import Database
from bot.store.house_tables import acts, bans, groups, places, words
from bot.store.quota_tables import accounts
from bot.store.tables import chats, generations, notices, removals

_chat = chats.c
_g = generations.c
_a = accounts.c


class SqlChatMoves:
    """Implements bot.core.chat_ports.ChatMoves."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def move(self, platform: str, old: str, new: str) -> Sequence[str]:
        """Reads whole tables, which happens once in the life of a group."""
        async with self._database.write() as connection:
            await _move_requesters(connection, platform, old, new)
            await self._move_messages(connection, platform, old, new)
            await _move_settings(connection, platform, old, new)
            await _move_accounts(connection, platform, old, new)
            await _move_house(connection, platform, old, new)
            return await _move_generations(connection, platform, old, new)

    async def _move_messages(
        self, connection: AsyncConnection, platform: str, old: str, new: str
    ) -> None:
        await connection.execute(
            update(notices)
            .where(notices.c.platform == platform, notices.c.chat == old)
            .values(chat=new, request_message=None)
        )
        # The messages to delete stayed behind, where nothing can be done any more.
        await connection.execute(
            update(removals)
            .where(removals.c.platform == platform, removals.c.chat == old)
            .values(chat=new, message=None, done_ms=self._clock())
        )


async def _move_generations(
    connection: AsyncConnection, platform: str, old: str, new: str
) -> Sequence[str]:
    """The status messages of ended ones too: the same number is another message by now."""
    moved = await connection.execute(
        update(generations)
        .where(_g.platform == platform, _g.chat == old)
        .values(chat=new, scope=new, status_message=None, request_message=None)
        .returning(_g.id, is_untold(_g))
    )
    return [generation_id for generation_id, untold in moved if untold]


async def _move_requesters(connection: AsyncConnection, platform: str, old: str, new: str) -> None:
    """Anonymous admins ask as their chat."""
    for column in (_g.requester, notices.c.requester):
        await connection.execute(
            update(column.table)
            .where(column == f"{platform}:{old}")
            .values(requester=f"{platform}:{new}")
        )


async def _move_settings(connection: AsyncConnection, platform: str, old: str, new: str) -> None:
    """What was set in the new one meanwhile stands."""
    has_own = select(_chat.chat).where(_chat.platform == platform, _chat.chat == new)
    if (await connection.execute(has_own)).first() is None:
        await connection.execute(
            update(chats).where(_chat.platform == platform, _chat.chat == old).values(chat=new)
        )
    await connection.execute(delete(chats).where(_chat.platform == platform, _chat.chat == old))


async def _move_accounts(connection: AsyncConnection, platform: str, old: str, new: str) -> None:
    """Whoever has used the new chat already goes on with the account there. Anonymous admins have
    one as their chat."""
    await connection.execute(
        update(accounts)
        .where(_a.platform == platform, _a.scope == old, _a.holder == f"{platform}:{old}")
        .values(holder=f"{platform}:{new}")
    )
    there = accounts.alias("there").c
    has_one = exists().where(
        there.platform == platform, there.scope == new, there.holder == _a.holder
    )
    await connection.execute(
        update(accounts).where(_a.platform == platform, _a.scope == old, ~has_one).values(scope=new)
    )


async def _move_house(connection: AsyncConnection, platform: str, old: str, new: str) -> None:
    """What was decided for the group. What was decided in the new one meanwhile stands."""
    await connection.execute(
        update(acts).where(acts.c.platform == platform, acts.c.scope == old).values(scope=new)
    )
    for where, *own in (
        (groups.c.scope,),
        (words.c.scope, words.c.text),
        (bans.c.scope, bans.c.person),
        (places.c.chat, places.c.thread),
    ):
        await _move_rows(connection, where, own, platform, old, new)


async def _move_rows(
    connection: AsyncConnection,
    where: Column[str],
    own: Sequence[Column[str]],
    platform: str,
    old: str,
    new: str,
) -> None:
    """`where` names the group; `own` tells its rows apart."""
    table = where.table
    there = table.alias("there").c
    has_one = exists().where(
        there.platform == platform,
        there[where.name] == new,
        *(there[column.name] == column for column in own),
    )
    of_old = (table.c.platform == platform) & (where == old)
    await connection.execute(update(table).where(of_old, ~has_one).values({where.name: new}))
    await connection.execute(delete(table).where(of_old))
