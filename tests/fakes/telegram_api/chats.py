"""Chats, the messages in them as people see them now, and every picture that ever arrived."""

import hashlib
import time
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.telegram_api.params import ApiError, Upload, bad_request

Json = dict[str, Any]


@dataclass(frozen=True)
class Picture:
    """A picture that arrived in a chat. `at` is time.perf_counter()."""

    chat_id: int
    message_id: int
    sha256: str
    size: int
    file_name: str
    mime_type: str
    kind: str
    at: float


@dataclass
class Message:
    """A message with its present content. `media` is None while it is text."""

    chat_id: int
    message_id: int
    sender: Json | None
    text: str | None = None
    caption: str | None = None
    media: Picture | None = None
    #: Its photo is hidden until somebody taps on it.
    spoiler: bool = False
    reply_markup: Json | None = None
    reply_to: int | None = None
    thread: int | None = None
    silent: bool = False
    entities: list[Json] = field(default_factory=list)
    #: What the bot has put on it.
    reaction: str | None = None
    #: Nobody but an admin can delete it any more.
    undeletable: bool = False
    #: Anything else of the Bot API's Message: sticker, voice, photo of a person, sender_chat.
    extra: Json = field(default_factory=dict)
    date: int = field(default_factory=lambda: int(time.time()))
    edits: int = 0

    @property
    def buttons(self) -> list[tuple[str, str]]:
        """(label, callback data) in reading order."""
        rows = (self.reply_markup or {}).get("inline_keyboard", [])
        return [(button["text"], button.get("callback_data", "")) for row in rows for button in row]


@dataclass
class Chat:
    """A chat, and what the bot may do in it."""

    id: int
    type: str
    title: str = ""
    is_forum: bool = False
    topics: set[int] = field(default_factory=set)
    messages: dict[int, Message] = field(default_factory=dict)
    #: The error that every write gets, if any.
    closed: ApiError | None = None
    #: What an admin has forbidden: "photo", "document", "reaction".
    forbidden: set[str] = field(default_factory=set)
    last_message_id: int = 0
    language_code: str | None = None
    #: Ids of the admins.
    admins: set[int] = field(default_factory=set)

    def to_json(self) -> Json:
        value: Json = {"id": self.id, "type": self.type}
        if self.type == "private":
            value["first_name"] = f"user{self.id}"
        else:
            value["title"] = self.title or f"group{self.id}"
        if self.is_forum:
            value["is_forum"] = True
        return value


class World:
    """All chats of one bot."""

    def __init__(self, bot: Json) -> None:
        self.bot = bot
        self.chats: dict[int, Chat] = {}
        self.pictures: list[Picture] = []
        #: file_id -> content, for getFile and for sending again.
        self.files: dict[str, Upload] = {}
        self.max_photo_bytes = 10 * 1024 * 1024

    def chat(self, chat_id: int) -> Chat:
        """The chat, made when a person first uses it."""
        if chat_id not in self.chats:
            kind = "private" if chat_id > 0 else "supergroup"
            self.chats[chat_id] = Chat(chat_id, kind)
        return self.chats[chat_id]

    def writable(self, chat_id: str) -> Chat:
        """The chat, for the bot to write into."""
        try:
            chat = self.chats[int(chat_id)]
        except (KeyError, ValueError):
            raise bad_request("chat not found") from None
        if chat.closed is not None:
            raise chat.closed
        return chat

    def own(self, chat_id: str, message_id: int | None) -> Message:
        """A message that the bot may edit."""
        message = self.writable(chat_id).messages.get(message_id or 0)
        if message is None:
            raise bad_request("message to edit not found")
        if message.sender is None or message.sender["id"] != self.bot["id"]:
            raise bad_request("message can't be edited")
        return message

    def add(self, chat: Chat, sender: Json | None, **content: Any) -> Message:
        chat.last_message_id += 1
        message = Message(chat.id, chat.last_message_id, sender, **content)
        chat.messages[message.message_id] = message
        return message

    def arrive(self, message: Message, upload: Upload, kind: str) -> Picture:
        """A picture is now what this message shows."""
        if kind in self.chats[message.chat_id].forbidden:
            raise bad_request(f"not enough rights to send {kind}s to the chat")
        if kind == "photo" and len(upload.content) > self.max_photo_bytes:
            raise bad_request(
                f"file of size {len(upload.content)} bytes is too big for a photo; "
                f"the maximum size is {self.max_photo_bytes} bytes"
            )
        sha256 = hashlib.sha256(upload.content).hexdigest()
        self.files[f"file-{sha256[:32]}"] = upload
        picture = Picture(
            message.chat_id,
            message.message_id,
            sha256,
            len(upload.content),
            upload.name,
            upload.mime_type,
            kind,
            time.perf_counter(),
        )
        self.pictures.append(picture)
        message.media = picture
        return picture

    def to_json(self, message: Message, *, with_reply: bool = True) -> Json:
        """The Bot API's Message."""
        chat = self.chats[message.chat_id]
        value: Json = {
            "message_id": message.message_id,
            "date": message.date,
            "chat": chat.to_json(),
            **message.extra,
        }
        if message.sender is not None:
            value["from"] = message.sender
        if "inline_keyboard" in (message.reply_markup or {}):
            # A reply field is for the client of the person asked; the bot is not told of it.
            value["reply_markup"] = message.reply_markup
        for name in ("text", "caption"):
            if (content := getattr(message, name)) is not None:
                value[name] = content
        if message.thread is not None:
            value["message_thread_id"] = message.thread
            value["is_topic_message"] = True
        if message.media is not None:
            value.update(_media_json(message.media))
        replied = chat.messages.get(message.reply_to or 0)
        if with_reply and replied is not None:
            value["reply_to_message"] = self.to_json(replied, with_reply=False)
        return value


def _media_json(picture: Picture) -> Json:
    file: Json = {
        "file_id": f"file-{picture.sha256[:32]}",
        "file_unique_id": picture.sha256[:16],
        "file_size": picture.size,
    }
    if picture.kind == "photo":
        return {"photo": [{**file, "width": 1024, "height": 1024}]}
    return {"document": {**file, "file_name": picture.file_name, "mime_type": picture.mime_type}}
