"""Calls that concern a chat: their turn, what their errors mean, and groups that have moved."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram.error import ChatMigrated, RetryAfter, TelegramError

from bot.adapters.shared.patience import Patience
from bot.adapters.telegram.failures import delivery_error, retry_seconds
from bot.adapters.telegram.flood import Priority
from bot.adapters.telegram.gate import FloodGate
from bot.core.errors import MessageGone

T = TypeVar("T")
#: A group goes on under another id: (old, new). Everything stored is rewritten when it returns.
OnMove = Callable[[str, str], Awaitable[None]]


class Calls:
    """Makes calls one chat at a time's worth; each raises DeliveryError and nothing else of
    Telegram's."""

    def __init__(self, gate: FloodGate, on_move: OnMove) -> None:
        self._gate = gate
        self._on_move = on_move
        self._patience = Patience()
        #: Groups that became supergroups: old id -> new id. Whoever still has the old id read
        #: it before the rows were rewritten.
        self._moved: dict[str, str] = {}

    async def post(self, chat: str, priority: Priority, action: Callable[[str], Awaitable[T]]) -> T:
        """Something new, done in `chat` or in what the chat has become."""
        await self._gate.turn(chat, priority)
        if chat in self._moved:
            # Asked for there after the move, by a button of an old message.
            await self._on_move(chat, self._moved[chat])
        try:
            return await self._answered(chat, lambda: action(self._moved.get(chat, chat)))
        except ChatMigrated as migrated:
            await self._follow(chat, migrated)
            return await self._answered(chat, lambda: action(self._moved[chat]))

    async def change(self, chat: str, priority: Priority, action: Callable[[], Awaitable[T]]) -> T:
        """Something done to a message of `chat`."""
        await self._gate.turn(chat, priority)
        return await self.change_now(chat, action)

    async def change_now(self, chat: str, action: Callable[[], Awaitable[T]]) -> T:
        """The same for a caller who has had its turn. A message of a group that has moved is
        gone: in the new one its number belongs to another message."""
        if chat in self._moved:
            raise MessageGone("the group has moved")
        try:
            return await self._answered(chat, action)
        except ChatMigrated as migrated:
            await self._follow(chat, migrated)
            raise MessageGone("the group has moved") from None

    async def _follow(self, chat: str, migrated: ChatMigrated) -> None:
        new = str(migrated.new_chat_id)
        await self._on_move(chat, new)
        self._moved[chat] = new

    async def _answered(self, chat: str, action: Callable[[], Awaitable[T]]) -> T:
        """Raises DeliveryError, and ChatMigrated."""
        try:
            result = await action()
        except ChatMigrated:
            raise
        except TelegramError as error:
            if isinstance(error, RetryAfter):
                self._gate.pause(chat, retry_seconds(error))
            raise delivery_error(error, self._patience) from None
        self._patience.restored()
        return result
