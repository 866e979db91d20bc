"""What people do: write, send pictures, reply, edit, press buttons, block the bot."""

import time
from typing import Any

from tests.fakes.telegram_api.account import Account
from tests.fakes.telegram_api.chats import Chat, Json, Message, World
from tests.fakes.telegram_api.params import ApiError, Upload
from tests.fakes.telegram_api.updates import Queued, UpdateQueue


def user_json(user_id: int, language_code: str | None = "zh-hans") -> Json:
    value: Json = {"id": user_id, "is_bot": False, "first_name": f"user{user_id}"}
    if language_code is not None:
        value["language_code"] = language_code
    return value


class Sent:
    """A message that a person sent, and the update that tells the bot."""

    def __init__(self, message: Message, update: Queued) -> None:
        self.message_id = message.message_id
        self.chat_id = message.chat_id
        self.update_id = update.update_id
        self.available_at = update.available_at


class People:
    """Actions of people; every one is an update for the bot, unless the bot would not see it."""

    def __init__(self, world: World, account: Account, updates: UpdateQueue) -> None:
        self._world = world
        self._account = account
        self._updates = updates
        self._presses = 0

    def group(self, chat_id: int, *, title: str = "", topics: tuple[int, ...] = ()) -> Chat:
        """A group that the bot is in; with topics it is a forum."""
        chat = self._world.chat(chat_id)
        chat.title, chat.topics, chat.is_forum = title, set(topics), bool(topics)
        return chat

    def say(self, text: str, *, user: int = 1, chat: int | None = None, **details: Any) -> Sent:
        """A text message. `details` as in `post`."""
        return self.post({"text": text}, user=user, chat=chat, **details)

    def post(
        self,
        content: Json,
        *,
        user: int = 1,
        chat: int | None = None,
        language_code: str | None = "zh-hans",
        reply_to: int | None = None,
        thread: int | None = None,
        sender: Json | None = None,
        ago: int = 0,
    ) -> Sent:
        """Any message; `content` holds its fields, `sender` replaces who is said to send it,
        `ago` is how many seconds ago it was."""
        where = self._world.chat(user if chat is None else chat)
        message = self._world.add(
            where,
            sender or user_json(user, language_code),
            text=content.get("text"),
            caption=content.get("caption"),
            reply_to=reply_to,
            thread=thread,
            extra={k: v for k, v in content.items() if k not in {"text", "caption"}},
            date=int(time.time()) - ago,
        )
        if thread is not None:
            where.topics.add(thread)
        return Sent(message, self._updates.add({"message": self._world.to_json(message)}))

    def send_photo(self, caption: str | None = None, *, content: bytes = b"", **by: Any) -> Sent:
        file_id = f"photo-{len(self._world.files)}"
        self._world.files[file_id] = Upload("photo.jpg", "image/jpeg", content)
        sizes = [{"file_id": file_id, "file_unique_id": file_id, "width": 90, "height": 90}]
        fields: Json = {"photo": sizes}
        if caption is not None:
            fields["caption"] = caption
        return self.post(fields, **by)

    def send_sticker(self, **by: Any) -> Sent:
        sticker = {"width": 512, "height": 512, "is_animated": False, "is_video": False}
        identity = {"file_id": "sticker", "file_unique_id": "sticker", "type": "regular"}
        return self.post({"sticker": {**identity, **sticker}}, **by)

    def send_voice(self, **by: Any) -> Sent:
        voice = {"file_id": "voice", "file_unique_id": "voice", "duration": 3}
        return self.post({"voice": voice}, **by)

    def edit(self, chat_id: int, message_id: int, text: str) -> Queued:
        message = self._world.chats[chat_id].messages[message_id]
        message.text = text
        value = {**self._world.to_json(message), "edit_date": int(time.time())}
        return self._updates.add({"edited_message": value})

    def press(
        self,
        chat_id: int,
        message_id: int,
        data: str,
        *,
        user: int = 1,
        language_code: str | None = "zh-hans",
    ) -> str:
        """A button press; the id of the callback query."""
        self._presses += 1
        query = f"query-{self._presses}"
        message = self._world.chats[chat_id].messages[message_id]
        self._account.presses[query] = time.perf_counter()
        self._updates.add(
            {
                "callback_query": {
                    "id": query,
                    "from": user_json(user, language_code),
                    "message": self._world.to_json(message),
                    "chat_instance": "1",
                    "data": data,
                }
            }
        )
        return query

    def press_label(self, chat_id: int, message_id: int, label: str, **by: Any) -> str:
        """Press the first button whose label contains `label`."""
        buttons = self._world.chats[chat_id].messages[message_id].buttons
        data = next(data for text, data in buttons if label in text)
        return self.press(chat_id, message_id, data, **by)

    def block(self, user: int) -> None:
        """The person blocks the bot."""
        closed = ApiError(403, "Forbidden: bot was blocked by the user")
        self._world.chat(user).closed = closed

    def kick(self, chat_id: int) -> None:
        closed = ApiError(403, "Forbidden: bot was kicked from the supergroup chat")
        self._world.chat(chat_id).closed = closed

    def mute(self, chat_id: int) -> None:
        """An admin takes the right to write away."""
        reason = "not enough rights to send text messages to the chat"
        self._world.chat(chat_id).closed = ApiError(400, f"Bad Request: {reason}")

    def forbid(self, chat_id: int, *kinds: str) -> None:
        """An admin forbids kinds of media, "photo" and "document" among them."""
        self._world.chat(chat_id).forbidden.update(kinds)

    def welcome(self, chat_id: int) -> None:
        """Unblocked, invited back, allowed to write and to send pictures."""
        self._world.chat(chat_id).closed = None
        self._world.chat(chat_id).forbidden.clear()

    def migrate(self, chat_id: int, new_id: int) -> None:
        """The group becomes a supergroup."""
        self._world.chat(new_id)
        self._world.chat(chat_id).closed = ApiError(
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            migrate_to_chat_id=new_id,
        )

    def upgrade(self, chat_id: int, new_id: int) -> None:
        """The same, with what both groups say of it."""
        self.migrate(chat_id, new_id)
        self.post({"migrate_to_chat_id": new_id}, chat=chat_id)
        self.post({"migrate_from_chat_id": chat_id}, chat=new_id)

    def promote(self, chat_id: int, *users: int) -> None:
        """They become admins."""
        self._world.chat(chat_id).admins.update(users)

    def demote(self, chat_id: int, *users: int) -> None:
        """They are admins no longer."""
        self._world.chat(chat_id).admins.difference_update(users)

    def delete(self, chat_id: int, message_id: int) -> None:
        """Somebody deletes a message."""
        del self._world.chats[chat_id].messages[message_id]
