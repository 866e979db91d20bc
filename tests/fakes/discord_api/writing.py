"""The fields of a create or an edit, applied to a message: limits, files, what is kept.

https://docs.discord.com/developers/resources/message#create-message
https://docs.discord.com/developers/resources/message#edit-message
"""

from typing import Any

from tests.fakes.discord_api.body import Upload
from tests.fakes.discord_api.components import accepted
from tests.fakes.discord_api.errors import Json, empty_message, invalid_form, too_large
from tests.fakes.discord_api.messages import (
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    SILENT,
    SUPPRESS_EMBEDS,
    Attachment,
    Look,
)
from tests.fakes.discord_api.places import Channel
from tests.fakes.discord_api.world import World

MAX_CONTENT = 2000
MAX_EMBED_CHARACTERS = 6000
#: Flags that an edit may change; the rest stay as they were.
EDITABLE = SUPPRESS_EMBEDS | COMPONENTS_V2


def composed(
    world: World,
    channel: Channel,
    fields: Json,
    files: dict[int, Upload],
    *,
    before: Look | None = None,
    limit: int | None = None,
) -> Look:
    """How the message will look. With `before` it is an edit: what is not named is kept."""
    old = before or Look()
    largest = world.upload_limit(channel) if limit is None else limit
    if any(len(file.content) > largest for file in files.values()):
        raise too_large()
    flags = _flags(fields, before)
    content = (fields.get("content") or "").strip() if "content" in fields else old.content
    embeds = fields.get("embeds") or [] if "embeds" in fields else list(old.embeds)
    components = tuple(old.components)
    if "components" in fields:
        given = fields["components"] or []
        components = accepted(given, version_2=bool(flags & COMPONENTS_V2))
    _check_text(content, embeds)
    if flags & COMPONENTS_V2 and (content or embeds):
        reason = "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
        raise invalid_form("content", reason, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2")
    attachments = _attached(world, channel, fields, files, old, ephemeral=bool(flags & EPHEMERAL))
    if not (content or embeds or components or attachments):
        raise empty_message()
    urls = {f"attachment://{one.filename}": one.url for one in attachments}
    return Look(
        content,
        tuple(_with_urls(list(embeds), urls)),
        tuple(_with_urls(list(components), urls)),
        attachments,
        flags,
    )


def _flags(fields: Json, before: Look | None) -> int:
    asked = int(fields.get("flags") or 0)
    if before is None:
        return asked & (EPHEMERAL | SILENT | EDITABLE)
    kept = before.flags & ~LOADING
    if "flags" not in fields:
        return kept
    return kept & ~SUPPRESS_EMBEDS | asked & EDITABLE


def _check_text(content: str, embeds: list[Json]) -> None:
    if len(content) > MAX_CONTENT:
        raise invalid_form("content", f"Must be {MAX_CONTENT} or fewer in length.")
    if len(embeds) > 10:
        raise invalid_form("embeds", "Must be 10 or fewer in length.")
    for number, embed in enumerate(embeds):
        for field, longest in (("title", 256), ("description", 4096)):
            if len(embed.get(field) or "") > longest:
                raise invalid_form(
                    f"embeds.{number}.{field}", f"Must be {longest} or fewer in length."
                )
    if sum(_characters(embed) for embed in embeds) > MAX_EMBED_CHARACTERS:
        reason = f"Embed size exceeds maximum size of {MAX_EMBED_CHARACTERS}"
        raise invalid_form("embeds", reason, "MAX_EMBED_SIZE_EXCEEDED")


def _characters(embed: Json) -> int:
    texts: list[Any] = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    for field in embed.get("fields") or []:
        texts += [field.get("name"), field.get("value")]
    return sum(len(text or "") for text in texts)


def _attached(
    world: World,
    channel: Channel,
    fields: Json,
    files: dict[int, Upload],
    old: Look,
    *,
    ephemeral: bool,
) -> tuple[Attachment, ...]:
    """An edit that names `attachments` keeps only those; one that does not keeps all."""
    named: list[Json] = fields.get("attachments") or []
    described = {str(one["id"]): one.get("description") for one in named if "id" in one}
    kept = [
        one for one in old.attachments if "attachments" not in fields or str(one.id) in described
    ]
    if len(kept) + len(files) > 10:
        raise invalid_form("attachments", "Must be 10 or fewer in length.")
    added = [
        world.store(
            channel,
            file.name,
            file.content,
            description=described.get(str(number)),
            ephemeral=ephemeral,
        )
        for number, file in sorted(files.items())
    ]
    return (*kept, *added)


def _with_urls(value: Any, urls: dict[str, str]) -> Any:
    """`attachment://name` becomes where the file is."""
    if isinstance(value, dict):
        return {key: _with_urls(inner, urls) for key, inner in value.items()}
    if isinstance(value, list):
        return [_with_urls(inner, urls) for inner in value]
    return urls.get(value, value) if isinstance(value, str) else value
