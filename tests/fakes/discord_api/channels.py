"""/channels and /users: what the bot does with its own token, where it has the permission.

https://docs.discord.com/developers/resources/message
https://docs.discord.com/developers/resources/channel
"""

from typing import Any

from tests.fakes.discord_api.errors import (
    Json,
    cannot_read_history,
    cannot_send_to_user,
    invalid_form,
    missing_access,
    missing_permissions,
    somebody_elses,
    unknown_message,
    unknown_user,
)
from tests.fakes.discord_api.messages import DEFAULT, EPHEMERAL, REPLY, Message
from tests.fakes.discord_api.places import THREAD, Channel
from tests.fakes.discord_api.requests import Request, Result
from tests.fakes.discord_api.world import World
from tests.fakes.discord_api.writing import composed

#: "The past few minutes" in which a nonce is not used twice.
NONCE_SECONDS = 180.0


def get_channel(request: Request) -> Result:
    return _channel(request).to_json()


def typing(request: Request) -> Result:
    _channel(request, "send_messages")
    return None


def create_message(request: Request) -> Result:
    world, fields, files = request.world, request.fields, request.call.body.files
    channel = world.reach(request.args["channel"])
    send = "send_messages_in_threads" if channel.type == THREAD else "send_messages"
    if not channel.may(send) or (files and not channel.may("attach_files")):
        raise missing_permissions()
    if channel.blocked:
        raise cannot_send_to_user()
    nonce = _nonce(fields)
    if nonce and fields.get("enforce_nonce") and (known := _sent_before(world, nonce)):
        if known.deleted:
            # https://github.com/discord/discord-api-docs/pull/6647
            raise unknown_message()
        return world.message_json(known)
    fields = fields | {"flags": int(fields.get("flags") or 0) & ~EPHEMERAL}
    reference = _reference(channel, fields.get("message_reference"))
    message = world.create(
        channel,
        world.bot,
        composed(world, channel, fields, files),
        type=DEFAULT if reference is None else REPLY,
        nonce=nonce,
        reference=reference,
        allowed_mentions=fields.get("allowed_mentions"),
    )
    return world.message_json(message)


def list_messages(request: Request) -> Result:
    """Newest first."""
    channel = _channel(request)
    if not channel.may("read_message_history"):
        return []
    limit = int(request.call.query.get("limit", 50))
    public = [one for one in channel.messages.values() if one.ephemeral_to is None]
    return [request.world.message_json(message) for message in public[::-1][:limit]]


def get_message(request: Request) -> Result:
    return request.world.message_json(_message(request, _channel(request, "read_message_history")))


def edit_message(request: Request) -> Result:
    world, fields, files = request.world, request.fields, request.call.body.files
    channel = _channel(request)
    message = _message(request, channel)
    if not message.by_bot:
        raise somebody_elses()
    if files and not channel.may("attach_files"):
        raise missing_permissions()
    look = composed(world, channel, fields, files, before=message.look)
    if "content" in fields:
        message.allowed_mentions = fields.get("allowed_mentions")
    world.edit(message, look)
    return world.message_json(message)


def delete_message(request: Request) -> Result:
    message = _message(request, _channel(request))
    if not message.by_bot:
        raise missing_permissions()
    request.world.delete(message)
    return None


def open_dm(request: Request) -> Result:
    """https://docs.discord.com/developers/resources/user#create-dm"""
    recipient = str(request.fields.get("recipient_id"))
    if not recipient.isdigit():
        raise invalid_form("recipient_id", "Value is not snowflake.", "NUMBER_TYPE_COERCE")
    return request.world.dm(int(recipient)).to_json()


def get_user(request: Request) -> Result:
    if not request.args["user"].isdigit():
        raise unknown_user()
    return request.world.user(int(request.args["user"]))


def get_guild(request: Request) -> Result:
    world = request.world
    guild = world.guilds.get(int(request.args["guild"]))
    if guild is None or not guild.bot_inside:
        raise missing_access()
    return guild.to_json(world.channels_of(guild), world.bot)


def _channel(request: Request, *permissions: str) -> Channel:
    return request.world.reach(request.args["channel"], *permissions)


def _message(request: Request, channel: Channel) -> Message:
    message = request.world.message(channel, request.args["message"])
    if message.ephemeral_to is not None:
        raise unknown_message()
    return message


def _nonce(fields: Json) -> str | None:
    nonce: Any = fields.get("nonce")
    if nonce is None:
        return None
    if len(str(nonce)) > 25:
        raise invalid_form("nonce", "Must be 25 or fewer in length.", "NONCE_TYPE_TOO_LONG")
    return str(nonce)


def _sent_before(world: World, nonce: str) -> Message | None:
    """By the same author, in whatever channel."""
    since = world.clock.now() - NONCE_SECONDS
    for change in reversed(world.history):
        message = change.message
        if message.by_bot and message.nonce == nonce and message.created >= since:
            return message
    return None


def _reference(channel: Channel, reference: Json | None) -> int | None:
    if reference is None:
        return None
    if not channel.may("read_message_history"):
        raise cannot_read_history()
    message = channel.messages.get(int(reference["message_id"]))
    if message is not None and message.ephemeral_to is None:
        return message.id
    if reference.get("fail_if_not_exists", True):
        reason = "Unknown message"
        raise invalid_form("message_reference", reason, "MESSAGE_REFERENCE_UNKNOWN_MESSAGE")
    return None
