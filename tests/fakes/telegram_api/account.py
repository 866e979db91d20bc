"""The bot's own account: commands, webhook, callback answers, chats and their members, files."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.telegram_api.chats import Json, World
from tests.fakes.telegram_api.params import ApiError, Params, bad_request


@dataclass
class Answer:
    """An answered button press."""

    text: str | None
    alert: bool
    at: float


@dataclass
class Account:
    """What belongs to the bot and to no chat."""

    world: World
    webhook: str = ""
    #: What the last setWebhook said beside the address.
    webhook_options: dict[str, Any] = field(default_factory=dict)
    #: (scope as JSON, language) -> [(command, description)]
    commands: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    #: Callback query id -> time.perf_counter() of the press.
    presses: dict[str, float] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    #: A press can be answered for this long.
    answer_seconds: float = 15.0
    actions: list[tuple[int, str]] = field(default_factory=list)

    def get_me(self, params: Params) -> Json:
        return self.world.bot

    def set_webhook(self, params: Params) -> bool:
        url = params.required("url")
        if not url.startswith(("https://", "http://127.0.0.1:")):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        self.webhook_options = {
            "secret_token": params.text("secret_token"),
            "allowed_updates": params.json("allowed_updates"),
            "max_connections": params.integer("max_connections"),
        }
        self.webhook = url
        return True

    def delete_webhook(self, params: Params) -> bool:
        self.webhook = ""
        return True

    def webhook_info(self, params: Params) -> Json:
        return {"url": self.webhook, "has_custom_certificate": False, "pending_update_count": 0}

    def refuse_polling_with_webhook(self) -> None:
        if self.webhook:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; "
                "use deleteWebhook to delete the webhook first",
            )

    def set_my_commands(self, params: Params) -> bool:
        commands: list[Json] = params.json("commands") or []
        for command in commands:
            name = command["command"]
            if not (name.isascii() and name == name.lower() and 1 <= len(name) <= 32):
                raise bad_request("BOT_COMMAND_INVALID")
        self.commands[self._commands_key(params)] = [
            (command["command"], command["description"]) for command in commands
        ]
        return True

    def get_my_commands(self, params: Params) -> list[Json]:
        listed = self.commands.get(self._commands_key(params), [])
        return [{"command": name, "description": text} for name, text in listed]

    def _commands_key(self, params: Params) -> tuple[str, str]:
        scope = params.json("scope") or {"type": "default"}
        return json.dumps(scope, sort_keys=True), params.text("language_code") or ""

    def answer_callback_query(self, params: Params) -> bool:
        query = params.required("callback_query_id")
        pressed = self.presses.get(query)
        if pressed is None or time.perf_counter() - pressed > self.answer_seconds:
            raise bad_request(
                "query is too old and response timeout expired or query ID is invalid"
            )
        text = params.text("text")
        if text is not None and len(text) > 200:
            raise bad_request("MESSAGE_TOO_LONG")
        self.answers[query] = Answer(text, params.flag("show_alert"), time.perf_counter())
        return True

    def send_chat_action(self, params: Params) -> bool:
        chat = self.world.writable(params.required("chat_id"))
        self.actions.append((chat.id, params.required("action")))
        return True

    def get_chat(self, params: Params) -> Json:
        chat = self.world.writable(params.required("chat_id"))
        return {**chat.to_json(), "accent_color_id": 0, "max_reaction_count": 11}

    def get_chat_member(self, params: Params) -> Json:
        self.world.writable(params.required("chat_id"))
        user_id = params.integer("user_id")
        return {"status": "member", "user": {"id": user_id, "is_bot": False, "first_name": "u"}}

    def get_chat_administrators(self, params: Params) -> list[Json]:
        chat = self.world.writable(params.required("chat_id"))
        return [
            {
                "status": "creator",
                "is_anonymous": False,
                "user": {"id": user, "is_bot": False, "first_name": f"user{user}"},
            }
            for user in sorted(chat.admins)
        ]

    def get_file(self, params: Params) -> Json:
        file_id = params.required("file_id")
        if file_id not in self.world.files:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        size = len(self.world.files[file_id].content)
        return {
            "file_id": file_id,
            "file_unique_id": file_id,
            "file_size": size,
            "file_path": f"photos/{file_id}",
        }

    def methods(self) -> dict[str, Any]:
        return {
            "getme": self.get_me,
            "setwebhook": self.set_webhook,
            "deletewebhook": self.delete_webhook,
            "getwebhookinfo": self.webhook_info,
            "setmycommands": self.set_my_commands,
            "getmycommands": self.get_my_commands,
            "answercallbackquery": self.answer_callback_query,
            "sendchataction": self.send_chat_action,
            "getchat": self.get_chat,
            "getchatmember": self.get_chat_member,
            "getchatadministrators": self.get_chat_administrators,
            "getfile": self.get_file,
        }
