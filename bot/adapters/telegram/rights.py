"""Whether somebody speaks as an admin of the group they speak in."""

from collections.abc import Awaitable, Callable

from telegram import CallbackQuery, Message
from telegram.constants import ChatType

#: (chat, person) -> whether the person is an admin there, None where that is not known; see
#: admins.py.
IsAdmin = Callable[[str, int], Awaitable[bool | None]]


class Rights:
    """In a private chat there are no admins, and nobody needs to be one. None: Telegram does not
    say."""

    def __init__(self, is_admin: IsAdmin) -> None:
        self._is_admin = is_admin

    async def of_message(self, message: Message) -> bool | None:
        if message.chat.type == ChatType.PRIVATE:
            return False
        if message.sender_chat is not None:
            # Who speaks as the group itself is one of its anonymous admins.
            return message.sender_chat.id == message.chat_id
        person = message.from_user
        return await self._is_admin(str(message.chat_id), person.id) if person else False

    async def speaks_for(self, asked: Message, query: CallbackQuery) -> bool | None:
        """Whether the presser is an admin of the group, which spoke itself in `asked`."""
        as_group = asked.sender_chat is not None and asked.sender_chat.id == asked.chat_id
        return await self.of_press(query) if as_group else False

    async def of_press(self, query: CallbackQuery) -> bool | None:
        """Anonymous admins press as themselves."""
        message = query.message
        if message is None or message.chat.type == ChatType.PRIVATE:
            return False
        return await self._is_admin(str(message.chat.id), query.from_user.id)
