"""Groups that go on under another id, over SQL."""

from collections.abc import Sequence

from sqlalchemy import Column, ColumnElement, and_, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ports import Clock
from bot.store.conditions import is_untold
from bot.store.database import Database
from bot.store.house_tables import (
    acts,
    bans,
    clearings,
    errands,
    groups,
    people,
    places,
    words,
)
from bot.store.quota_tables import accounts, ledger
from bot.store.tables import chats, generations, notices, removals

_chat = chats.c
_g = generations.c
_a = accounts.c
_e = errands.c


class SqlChatMoves:
    """Implements bot.core.chat_ports.ChatMoves."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def move(self, platform: str, old: str, new: str) -> Sequence[str]:
        """Reads whole tables, which happens once in the life of a group."""
        async with self._database.write() as connection:
            await _move_person(connection, f"{platform}:{old}", f"{platform}:{new}")
            await self._move_messages(connection, platform, old, new)
            await _move_settings(connection, platform, old, new)
            await _move_accounts(connection, platform, old, new)
            await _move_house(connection, platform, old, new)
            await _move_errands(connection, platform, old, new)
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


async def _move_person(connection: AsyncConnection, old: str, new: str) -> None:
    """Anonymous admins ask, decide and are decided about as their chat: `platform:id`, in this
    group and in others."""
    for column in (
        *(_g.requester, notices.c.requester),
        *(acts.c.actor, acts.c.target, ledger.c.actor),
    ):
        move = update(column.table).where(column == old)
        await connection.execute(move.values({column.name: new}))
    await _move_rows(connection, people.c.person, (), old, new)
    await _move_rows(connection, bans.c.person, (bans.c.platform, bans.c.scope), old, new)
    has_one = _has_one(_a.holder, (_a.platform, _a.scope), new)
    await connection.execute(update(accounts).where(_a.holder == old, ~has_one).values(holder=new))


async def _move_settings(connection: AsyncConnection, platform: str, old: str, new: str) -> None:
    """What was set in the new one meanwhile stands."""
    has_own = select(_chat.chat).where(_chat.platform == platform, _chat.chat == new)
    if (await connection.execute(has_own)).first() is None:
        await connection.execute(
            update(chats).where(_chat.platform == platform, _chat.chat == old).values(chat=new)
        )
    await connection.execute(delete(chats).where(_chat.platform == platform, _chat.chat == old))


async def _move_accounts(connection: AsyncConnection, platform: str, old: str, new: str) -> None:
    """Whoever has used the new chat already goes on with the account there."""
    has_one = _has_one(_a.scope, (_a.platform, _a.holder), new)
    await connection.execute(
        update(accounts).where(_a.platform == platform, _a.scope == old, ~has_one).values(scope=new)
    )


async def _move_house(connection: AsyncConnection, platform: str, old: str, new: str) -> None:
    """What was decided for the group. What was decided in the new one meanwhile stands."""
    for table in (acts, clearings):
        of_old = (table.c.platform == platform) & (table.c.scope == old)
        await connection.execute(update(table).where(of_old).values(scope=new))
    for named, *own in (
        (groups.c.scope, groups.c.platform),
        (words.c.scope, words.c.platform, words.c.text),
        (bans.c.scope, bans.c.platform, bans.c.person),
        (places.c.chat, places.c.platform, places.c.thread),
    ):
        of_platform = named.table.c.platform == platform
        await _move_rows(connection, named, own, old, new, of_platform)


async def _move_errands(connection: AsyncConnection, platform: str, old: str, new: str) -> None:
    """The few requests whose picture is being fetched. The message that asked stayed behind."""
    person, moved = f"{platform}:{old}", f"{platform}:{new}"
    for serial, origin in (await connection.execute(select(_e.serial, _e.origin))).all():
        address = origin["address"]
        if (address["platform"], address["chat"]) != (platform, old):
            continue
        asker = moved if origin["requester"] == person else origin["requester"]
        there = {**address, "chat": new, "request_message": None}
        change = update(errands).where(_e.serial == serial)
        await connection.execute(
            change.values(requester=asker, origin={**origin, "requester": asker, "address": there})
        )


async def _move_rows(
    connection: AsyncConnection,
    named: Column[str],
    own: Sequence[Column[str]],
    old: str,
    new: str,
    *among: ColumnElement[bool],
) -> None:
    """`named` becomes `new`, but for rows of which there is one under that name already: they go.
    `own`: what tells rows of one name apart."""
    table, of_old = named.table, and_(named == old, *among)
    move = update(table).where(of_old, ~_has_one(named, own, new))
    await connection.execute(move.values({named.name: new}))
    await connection.execute(delete(table).where(of_old))


def _has_one(named: Column[str], own: Sequence[Column[str]], new: str) -> ColumnElement[bool]:
    """There is a row that differs in its name alone, and has the new one."""
    there = named.table.alias("there").c
    return exists().where(
        there[named.name] == new, *(there[column.name] == column for column in own)
    )
