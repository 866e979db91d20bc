"""/webhooks/{application}/{token}: what comes after the first answer.

No permission of the bot is asked for: it writes with the token of the person's interaction, also
where it has been kicked from or never was.
https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
"""

from tests.fakes.discord_api.answering import DEFERRED_MESSAGE
from tests.fakes.discord_api.errors import (
    too_many_follow_ups,
    unknown_channel,
    unknown_message,
    unknown_webhook,
)
from tests.fakes.discord_api.interactions import MAX_FOLLOW_UPS, Interaction
from tests.fakes.discord_api.messages import EPHEMERAL, REPLY, Message
from tests.fakes.discord_api.requests import Request, Result
from tests.fakes.discord_api.writing import composed


def get_message(request: Request) -> Result:
    return request.world.message_json(_message(request, _interaction(request)))


def edit_message(request: Request) -> Result:
    interaction = _interaction(request)
    return _edited(request, interaction, _message(request, interaction))


def delete_message(request: Request) -> Result:
    interaction = _interaction(request)
    request.world.delete(_message(request, interaction), interaction)
    return None


def follow_up(request: Request) -> Result:
    """The first one after a deferral is what the loading message becomes, if that has not been
    deleted; it stays as ephemeral or public as it was deferred."""
    world, fields = request.world, request.fields
    interaction = _interaction(request)
    original = interaction.original
    waiting = original is not None and original.loading and not original.deleted
    if interaction.answer_type == DEFERRED_MESSAGE and waiting:
        return _edited(request, interaction, _message(request, interaction))
    if interaction.own_app and len(interaction.follow_ups) >= MAX_FOLLOW_UPS:
        raise too_many_follow_ups()
    look = composed(world, interaction.channel, fields, request.call.body.files)
    message = world.create(
        interaction.channel,
        world.bot,
        look,
        via=interaction,
        type=REPLY,
        reference=original.id if original else None,
        allowed_mentions=fields.get("allowed_mentions"),
    )
    assert message.metadata is not None
    if original is not None:
        message.metadata["original_response_message_id"] = str(original.id)
    interaction.follow_ups.append(message)
    return world.message_json(message)


def _interaction(request: Request) -> Interaction:
    interaction = request.world.interactions.to_go_on(request.args["token"])
    if request.args["application"] != str(request.world.application_id):
        raise unknown_webhook()
    if interaction.channel.deleted:
        raise unknown_channel()
    return interaction


def _message(request: Request, interaction: Interaction) -> Message:
    """Only what was written with this token: another message is unknown, and so is a deleted."""
    name = request.args.get("message", "@original")
    for message in interaction.messages:
        if name == str(message.id) or (name == "@original" and message is interaction.original):
            return message
    raise unknown_message()


def _edited(request: Request, interaction: Interaction, message: Message) -> Result:
    world, fields = request.world, request.fields
    files = request.call.body.files
    look = composed(world, interaction.channel, fields, files, before=message.look)
    assert bool(look.flags & EPHEMERAL) == (message.ephemeral_to is not None)
    if "content" in fields:
        message.allowed_mentions = fields.get("allowed_mentions")
    world.edit(message, look, interaction)
    return world.message_json(message)
