"""What was set for chats, over SQL."""

from sqlalchemy import insert, select, update

from bot.core.acts import Act
from bot.core.ports import Clock
from bot.store.acts import record
from bot.store.database import Database
from bot.store.tables import chats

_chat = chats.c


class SqlChatSettings:
    """Implements bot.core.chat_ports.ChatSettings."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def quiet(self, platform: str, chat: str) -> bool:
        query = select(_chat.quiet).where(_chat.platform == platform, _chat.chat == chat)
        async with self._database.read() as connection:
            return bool((await connection.execute(query)).scalar_one_or_none())

    async def set_quiet(self, platform: str, chat: str, *, quiet: bool, act: Act) -> None:
        change = (
            update(chats).where(_chat.platform == platform, _chat.chat == chat).values(quiet=quiet)
        )
        async with self._database.write() as connection:
            if not await record(connection, act, self._clock()):
                return
            if (await connection.execute(change)).rowcount == 0:
                await connection.execute(
                    insert(chats).values(platform=platform, chat=chat, quiet=quiet)
                )
