"""Chats over SQL: what was set for them, and groups that go on under another id."""

from collections.abc import Sequence

from sqlalchemy import delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ports import Clock
from bot.store.conditions import is_untold
from bot.store.database import Database
from bot.store.tables import accounts, chats, generations, notices, removals

_chat = chats.c
_g = generations.c
_a = accounts.c


class SqlChatSettings:
    """Implements bot.core.chat_ports.ChatSettings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def quiet(self, platform: str, chat: str) -> bool:
        query = select(_chat.quiet).where(_chat.platform == platform, _chat.chat == chat)
        async with self._database.read() as connection:
            return bool((await connection.execute(query)).scalar_one_or_none())

    async def set_quiet(self, platform: str, chat: str, *, quiet: bool) -> None:
        change = (
            update(chats).where(_chat.platform == platform, _chat.chat == chat).values(quiet=quiet)
        )
        async with self._database.write() as connection:
            if (await connection.execute(change)).rowcount == 0:
                await connection.execute(
                    insert(chats).values(platform=platform, chat=chat, quiet=quiet)
                )


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
