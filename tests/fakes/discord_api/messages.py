"""Messages as people see them now, every state they ever had, and every picture that arrived.

https://docs.discord.com/developers/resources/message
"""

import hashlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Literal

from tests.fakes.discord_api.clock import iso
from tests.fakes.discord_api.errors import Json

DEFAULT, REPLY, SLASH_ANSWER, MENU_ANSWER = 0, 19, 20, 23
EPHEMERAL, LOADING, COMPONENTS_V2 = 1 << 6, 1 << 7, 1 << 15
SUPPRESS_EMBEDS, SILENT = 1 << 2, 1 << 12

#: Discord goes by the name: discord.py uploads everything as application/octet-stream.
IMAGES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
}


@dataclass(frozen=True)
class Attachment:
    """A file in a message. `url` is on the fake's own port."""

    id: int
    filename: str
    content: bytes = field(repr=False)
    url: str
    description: str | None = None
    ephemeral: bool = False

    @property
    def content_type(self) -> str:
        return IMAGES.get(PurePath(self.filename).suffix.lower(), "application/octet-stream")

    @property
    def is_image(self) -> bool:
        return self.content_type.startswith("image/")

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def to_json(self) -> Json:
        value: Json = {
            "id": str(self.id),
            "filename": self.filename,
            "size": len(self.content),
            "url": self.url,
            "proxy_url": self.url,
            "content_type": self.content_type,
        }
        if self.is_image:
            value |= {"width": 1024, "height": 1024}
        if self.description is not None:
            value["description"] = self.description
        return value | ({"ephemeral": True} if self.ephemeral else {})


@dataclass(frozen=True)
class Look:
    """What a message shows at one moment."""

    content: str = ""
    embeds: tuple[Json, ...] = ()
    components: tuple[Json, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    flags: int = 0

    @property
    def images(self) -> list[Attachment]:
        return [attachment for attachment in self.attachments if attachment.is_image]

    def controls(self) -> Iterator[Json]:
        """Everything within the components that can be used, in reading order."""
        pending = list(self.components)
        while pending:
            component = pending.pop(0)
            if "custom_id" in component or component["type"] == 2:
                yield component
            inner = [*component.get("components", [])]
            if "accessory" in component:
                inner.append(component["accessory"])
            pending[:0] = inner


@dataclass(frozen=True)
class Change:
    """A message was created, edited or deleted. `at` is time.perf_counter()."""

    kind: Literal["create", "edit", "delete"]
    message: "Message" = field(repr=False)
    look: Look
    #: The interaction whose token was used; None for the bot's own token and for people.
    interaction_id: int | None
    at: float = field(default_factory=time.perf_counter)


@dataclass(frozen=True)
class Picture:
    """A picture that arrived in a message. `at` is time.perf_counter()."""

    channel_id: int
    message_id: int
    sha256: str
    size: int
    file_name: str
    #: The interaction that it answers, if Discord can tell.
    interaction_id: int | None
    #: The message that it replies to.
    reference: int | None
    at: float


@dataclass(eq=False)
class Message:
    """A message with its present look and its past ones."""

    id: int
    channel_id: int
    author: Json
    created: float
    look: Look
    type: int = DEFAULT
    nonce: str | None = None
    #: The message that it replies to.
    reference: int | None = None
    allowed_mentions: Json | None = None
    #: The only person who sees it.
    ephemeral_to: int | None = None
    #: Of the interaction that it answers: its id, and what the message says about it.
    interaction_id: int | None = None
    metadata: Json | None = None
    application_id: int | None = None
    edited: float | None = None
    deleted: bool = False
    history: list[Change] = field(default_factory=list, repr=False)

    @property
    def content(self) -> str:
        return self.look.content

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        return self.look.attachments

    @property
    def images(self) -> list[Attachment]:
        return self.look.images

    @property
    def by_bot(self) -> bool:
        return bool(self.author["bot"])

    @property
    def loading(self) -> bool:
        """It says that the bot is thinking."""
        return bool(self.look.flags & LOADING)

    @property
    def buttons(self) -> list[tuple[str, str]]:
        """(label, custom_id) in reading order; an emoji stands where there is no label."""
        controls = [control for control in self.look.controls() if control["type"] == 2]
        return [(label(control), control.get("custom_id", "")) for control in controls]

    @property
    def pings(self) -> set[str]:
        """Who is told: ids, "everyone". Mentions in the content that are allowed to be one."""
        allowed = self.allowed_mentions
        everything: Json = {"parse": ["users", "everyone"]}
        rules = everything if allowed is None else allowed
        parsed, users = rules.get("parse") or [], {str(one) for one in rules.get("users") or []}
        found = set(re.findall(r"<@!?(\d+)>", self.content))
        told = found if "users" in parsed else found & users
        called = re.search(r"@(everyone|here)", self.content) and "everyone" in parsed
        return told | ({"everyone"} if called else set())

    def to_json(self) -> Json:
        look = self.look
        shown = str((look.embeds, look.components))
        value: Json = {
            "id": str(self.id),
            "channel_id": str(self.channel_id),
            "author": self.author,
            "content": look.content,
            "timestamp": iso(self.created),
            "edited_timestamp": iso(self.edited) if self.edited else None,
            "tts": False,
            "mention_everyone": "everyone" in self.pings,
            "mentions": [],
            "mention_roles": [],
            "attachments": [one.to_json() for one in look.attachments if one.url not in shown],
            "embeds": list(look.embeds),
            "components": list(look.components),
            "pinned": False,
            "type": self.type,
            "flags": look.flags,
        }
        if self.nonce is not None:
            value["nonce"] = self.nonce
        if self.reference is not None:
            reference = {"message_id": str(self.reference), "channel_id": str(self.channel_id)}
            value["message_reference"] = reference
        if self.application_id is not None:
            value["application_id"] = value["webhook_id"] = str(self.application_id)
        if self.metadata is not None:
            value["interaction_metadata"] = self.metadata
        return value


def label(control: Json) -> str:
    """What a person reads on a button."""
    emoji: Any = control.get("emoji") or {}
    return str(control.get("label") or emoji.get("name") or "")
