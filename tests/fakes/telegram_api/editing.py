"""editMessageText, editMessageCaption, editMessageMedia, editMessageReplyMarkup."""

from copy import deepcopy

from tests.fakes.telegram_api.chats import Json, Message, World
from tests.fakes.telegram_api.params import Params, bad_request
from tests.fakes.telegram_api.sending import (
    checked_caption,
    checked_markup,
    checked_text,
    resolve_file,
)


def edit_message_text(world: World, params: Params) -> Json:
    message = _target(world, params)
    text = checked_text(params.text("text"))
    markup = checked_markup(params.json("reply_markup"))
    if message.media is not None:
        raise bad_request("there is no text in the message to edit")
    _refuse_no_change((message.text, message.reply_markup), (text, markup))
    message.text, message.reply_markup = text, markup
    return _edited(world, message)


def edit_message_caption(world: World, params: Params) -> Json:
    message = _target(world, params)
    caption = checked_caption(params.text("caption"))
    markup = checked_markup(params.json("reply_markup"))
    if message.media is None:
        raise bad_request("there is no caption in the message to edit")
    _refuse_no_change((message.caption, message.reply_markup), (caption, markup))
    message.caption, message.reply_markup = caption, markup
    return _edited(world, message)


def edit_message_media(world: World, params: Params) -> Json:
    """A text message may become a picture; an upload is always new, a file_id may not be."""
    message = _target(world, params)
    media: Json = params.json("media") or {}
    caption = checked_caption(media.get("caption"))
    markup = checked_markup(params.json("reply_markup"))
    upload = resolve_file(world, params, media.get("media", "media"))
    before = deepcopy((message.media, message.caption, message.reply_markup))
    after = world.arrive(message, upload, media["type"])
    if params.file(media["media"]) is None and before[0] is not None:
        _refuse_no_change((before[0].sha256, *before[1:]), (after.sha256, caption, markup))
    message.text, message.caption, message.reply_markup = None, caption, markup
    message.spoiler = media["type"] == "photo" and bool(media.get("has_spoiler"))
    return _edited(world, message)


def edit_message_reply_markup(world: World, params: Params) -> Json:
    message = _target(world, params)
    markup = checked_markup(params.json("reply_markup"))
    _refuse_no_change(message.reply_markup, markup)
    message.reply_markup = markup
    return _edited(world, message)


def _target(world: World, params: Params) -> Message:
    return world.own(params.required("chat_id"), params.integer("message_id"))


def _refuse_no_change(before: object, after: object) -> None:
    if before == after:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly "
            "the same as a current content and reply markup of the message"
        )


def _edited(world: World, message: Message) -> Json:
    message.edits += 1
    return world.to_json(message)
