"""POST /interactions/{id}/{token}/callback: the first answer.

https://docs.discord.com/developers/interactions/receiving-and-responding#create-interaction-response
"""

import time

from tests.fakes.discord_api.components import check_modal
from tests.fakes.discord_api.errors import Json, invalid_form, unknown_channel, unknown_message
from tests.fakes.discord_api.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
    Interaction,
)
from tests.fakes.discord_api.messages import (
    EPHEMERAL,
    LOADING,
    MENU_ANSWER,
    REPLY,
    SLASH_ANSWER,
    Look,
    Message,
)
from tests.fakes.discord_api.requests import Request, Result
from tests.fakes.discord_api.writing import composed

MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
#: What may be answered to what.
ALLOWED = {
    COMMAND: {MESSAGE, DEFERRED_MESSAGE, MODAL},
    COMPONENT: {MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL_SUBMIT: {MESSAGE, DEFERRED_MESSAGE},
}


def answer(request: Request) -> Result:
    """A callback that is refused leaves the interaction unanswered."""
    interactions = request.world.interactions
    interaction = interactions.to_answer(request.args["interaction"], request.args["token"])
    kind = request.fields.get("type")
    data: Json = request.fields.get("data") or {}
    allowed = ALLOWED[interaction.type]
    if interaction.type == MODAL_SUBMIT and interaction.source is not None:
        allowed = allowed | {DEFERRED_UPDATE, UPDATE}
    if kind not in allowed:
        raise invalid_form("type", f"Value must be one of {sorted(allowed)}.", "BASE_TYPE_CHOICES")
    if interaction.channel.deleted:
        raise unknown_channel()
    if kind == CHOICES:
        interaction.choices = data.get("choices") or []
    elif kind == MODAL:
        interaction.modal = check_modal(data)
    else:
        interaction.original = _written(request, interaction, kind, data)
    interaction.answer_type, interaction.answered_at = kind, time.perf_counter()
    if request.call.query.get("with_response", "").lower() not in {"1", "true"}:
        return None
    return _callback_json(request, interaction)


def _written(request: Request, interaction: Interaction, kind: int, data: Json) -> Message:
    """The message that is `@original` from now on."""
    world, files = request.world, request.call.body.files
    if kind in {UPDATE, DEFERRED_UPDATE}:
        source = interaction.source
        assert source is not None
        if kind == UPDATE:
            if source.deleted:
                raise unknown_message()
            look = composed(world, interaction.channel, data, files, before=source.look)
            world.edit(source, look, interaction)
        return source
    if kind == DEFERRED_MESSAGE:
        look = Look(flags=LOADING | int(data.get("flags") or 0) & EPHEMERAL)
    else:
        look = composed(world, interaction.channel, data, files)
    return world.create(
        interaction.channel,
        world.bot,
        look,
        via=interaction,
        type=_message_type(interaction),
        reference=interaction.source.id if _is_reply(interaction) and interaction.source else None,
        allowed_mentions=data.get("allowed_mentions"),
    )


def _is_reply(interaction: Interaction) -> bool:
    return interaction.type != COMMAND and interaction.source is not None


def _message_type(interaction: Interaction) -> int:
    if _is_reply(interaction):
        return REPLY
    return MENU_ANSWER if "target_id" in interaction.data else SLASH_ANSWER


def _callback_json(request: Request, interaction: Interaction) -> Json:
    """https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-callback"""
    about: Json = {"id": str(interaction.id), "type": interaction.type}
    value: Json = {"interaction": about}
    original = interaction.original
    if original is not None:
        about["response_message_id"] = str(original.id)
        about["response_message_loading"] = original.loading
        about["response_message_ephemeral"] = original.ephemeral_to is not None
        if interaction.answer_type in {MESSAGE, UPDATE}:
            message = request.world.message_json(original)
            value["resource"] = {"type": interaction.answer_type, "message": message}
    return value
