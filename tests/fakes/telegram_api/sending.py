"""sendMessage, sendPhoto, sendDocument, sendMediaGroup, deleteMessage, setMessageReaction."""

from typing import Any

from tests.fakes.telegram_api.chats import Chat, Json, Message, World
from tests.fakes.telegram_api.params import Params, Upload, bad_request

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_CALLBACK_DATA = 64


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def checked_text(text: str | None) -> str:
    if not (text or "").strip():
        raise bad_request("message text is empty")
    assert text is not None
    if utf16(text) > MAX_TEXT:
        raise bad_request("message is too long")
    return text


def checked_caption(caption: str | None) -> str | None:
    if caption is not None and utf16(caption) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return caption


def checked_markup(markup: Json | None) -> Json | None:
    for row in (markup or {}).get("inline_keyboard", []):
        for button in row:
            if len(button.get("callback_data", "").encode()) > MAX_CALLBACK_DATA:
                raise bad_request("BUTTON_DATA_INVALID")
    return markup


def checked_entities(entities: list[Json] | None, text: str | None) -> list[Json]:
    for entity in entities or []:
        if entity["offset"] + entity["length"] > utf16(text or ""):
            raise bad_request("ENTITY_BOUNDS_INVALID")
    return entities or []


def send_message(world: World, params: Params) -> Json:
    chat = world.writable(params.required("chat_id"))
    text = checked_text(params.text("text"))
    return world.to_json(_post(world, chat, params, text=text))


def send_photo(world: World, params: Params) -> Json:
    return _send_file(world, params, "photo")


def send_document(world: World, params: Params) -> Json:
    return _send_file(world, params, "document")


def send_media_group(world: World, params: Params) -> list[Json]:
    chat = world.writable(params.required("chat_id"))
    media: list[Json] = params.json("media") or []
    if not 2 <= len(media) <= 10:
        raise bad_request("group send failed: wrong number of items")
    sent = []
    for item in media:
        upload = resolve_file(world, params, item["media"])
        message = _post(world, chat, params, caption=checked_caption(item.get("caption")))
        world.arrive(message, upload, item["type"])
        sent.append(world.to_json(message))
    return sent


def delete_message(world: World, params: Params) -> bool:
    chat = world.writable(params.required("chat_id"))
    message = chat.messages.get(params.integer("message_id") or 0)
    if message is None:
        raise bad_request("message to delete not found")
    if message.undeletable:
        raise bad_request("message can't be deleted for everyone")
    del chat.messages[message.message_id]
    return True


def set_message_reaction(world: World, params: Params) -> bool:
    chat = world.writable(params.required("chat_id"))
    message = chat.messages.get(params.integer("message_id") or 0)
    if message is None:
        raise bad_request("message to react not found")
    if "reaction" in chat.forbidden:
        raise bad_request("REACTION_INVALID")
    reactions: list[Json] = params.json("reaction") or []
    message.reaction = reactions[0]["emoji"] if reactions else None
    return True


def resolve_file(world: World, params: Params, reference: str) -> Upload:
    """An upload of this call, or a file_id that was seen before."""
    upload = params.file(reference) or world.files.get(reference)
    if upload is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return upload


def _send_file(world: World, params: Params, kind: str) -> Json:
    chat = world.writable(params.required("chat_id"))
    upload = resolve_file(world, params, params.text(kind) or kind)
    caption = checked_caption(params.text("caption"))
    hidden = kind == "photo" and params.flag("has_spoiler")
    message = _post(world, chat, params, caption=caption, spoiler=hidden)
    try:
        world.arrive(message, upload, kind)
    except Exception:
        del chat.messages[message.message_id]
        raise
    return world.to_json(message)


def _post(world: World, chat: Chat, params: Params, **content: Any) -> Message:
    markup = checked_markup(params.json("reply_markup"))
    replied = _replied_to(chat, params)
    thread = params.integer("message_thread_id")
    if thread is not None and thread not in chat.topics:
        raise bad_request("message thread not found")
    if thread is None and replied is not None:
        thread = replied.thread
    return world.add(
        chat,
        world.bot,
        reply_markup=markup,
        reply_to=replied.message_id if replied else None,
        thread=thread,
        silent=params.flag("disable_notification"),
        entities=checked_entities(params.json("entities"), content.get("text")),
        **content,
    )


def _replied_to(chat: Chat, params: Params) -> Message | None:
    reply = params.json("reply_parameters")
    if reply is None:
        return None
    message = chat.messages.get(int(reply["message_id"]))
    if message is None and not reply.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return message
