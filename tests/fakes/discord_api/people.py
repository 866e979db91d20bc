"""What people do: call commands, press buttons, fill in modals, write messages.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.fakes.discord_api.commands import MESSAGE_MENU, SLASH
from tests.fakes.discord_api.components import BUTTON, LINK_STYLE, SELECTS, filled
from tests.fakes.discord_api.errors import Json
from tests.fakes.discord_api.interactions import (
    AUTOCOMPLETE,
    COMMAND,
    COMPONENT,
    MODAL_SUBMIT,
    Interaction,
)
from tests.fakes.discord_api.messages import Look, Message, label
from tests.fakes.discord_api.options import Typing
from tests.fakes.discord_api.places import Channel
from tests.fakes.discord_api.settings import Settings
from tests.fakes.discord_api.summons import announce
from tests.fakes.discord_api.writing import composed

LOCALE = "zh-CN"


class People(Settings):
    """Every action returns the interaction. ValueError and LookupError where a person's client
    would not have offered it: a command nobody registered, a button that is not there."""

    def slash(
        self,
        name: str,
        options: Mapping[str, Any] | None = None,
        *,
        user: int = 1,
        channel: int | None = None,
        guild: int | None = None,
        locale: str = LOCALE,
        user_install: bool = False,
    ) -> Interaction:
        """Call a command: in a guild's channel, in the chat with the bot (neither given), or in
        a `private_chat`. A subcommand follows after a blank. A file is (name, content). With
        `user_install` the app is the person's own, and the guild's only if the bot is inside."""
        with self._world.lock:
            where = self._place(channel, guild, user, bot_inside=not user_install)
            owners = self._owners(where, user, own=user_install)
            data = self._typed(name, options or {}, where, user, owners)
            return self._announce(COMMAND, user, where, owners, data, locale)

    def complete(
        self,
        name: str,
        options: Mapping[str, Any],
        focused: str,
        *,
        user: int = 1,
        channel: int | None = None,
        guild: int | None = None,
        locale: str = LOCALE,
    ) -> Interaction:
        """Type into an option that offers completions."""
        with self._world.lock:
            where = self._place(channel, guild, user, bot_inside=True)
            owners = self._owners(where, user, own=False)
            data = self._typed(name, options, where, user, owners, focused)
            return self._announce(AUTOCOMPLETE, user, where, owners, data, locale)

    def use_on(
        self, message: Message, name: str, *, user: int = 1, locale: str = LOCALE
    ) -> Interaction:
        """A command from the menu of a message."""
        with self._world.lock:
            where = self._world.channels[message.channel_id]
            owners = self._owners(where, user, own=not where.bot_inside)
            command = self._command(name, MESSAGE_MENU, where, user, owners)
            data: Json = {"id": command["id"], "name": command["name"], "type": MESSAGE_MENU}
            shown = self._world.message_json(message)
            data |= {
                "target_id": str(message.id),
                "resolved": {"messages": {str(message.id): shown}},
            }
            return self._announce(COMMAND, user, where, owners, data, locale)

    def press(
        self, message: Message, button: str, *, user: int = 1, locale: str = LOCALE
    ) -> Interaction:
        """Press the button with this custom_id, or else the first whose label contains it."""
        with self._world.lock:
            control = _button(message, button)
            return self._component(message, control, {}, user, locale)

    def choose(
        self, message: Message, custom_id: str, *values: str, user: int = 1, locale: str = LOCALE
    ) -> Interaction:
        """Choose from a select menu."""
        with self._world.lock:
            controls = (c for c in message.look.controls() if c["type"] in SELECTS)
            control = next(c for c in controls if c["custom_id"] == custom_id)
            return self._component(message, control, {"values": list(values)}, user, locale)

    def submit_modal(
        self, opener: Interaction, answers: Mapping[str, Any], *, locale: str = LOCALE
    ) -> Interaction:
        """Fill in the modal that the bot answered with; what is not given stays as it was."""
        if opener.modal is None:
            raise LookupError("no modal was opened")
        with self._world.lock:
            modal, source = opener.modal, opener.source
            parts = [filled(component, dict(answers)) for component in modal["components"]]
            data: Json = {"custom_id": modal["custom_id"], "components": parts}
            interaction = self._world.interactions.add(
                MODAL_SUBMIT, opener.user, opener.channel, opener.owners, data, locale
            )
            interaction.opener = opener
            interaction.source = source if opener.type == COMPONENT else None
            return announce(self._world, interaction)

    def say(
        self,
        content: str,
        *,
        user: int = 1,
        channel: int | None = None,
        guild: int | None = None,
        files: Iterable[tuple[str, bytes]] = (),
    ) -> Message:
        """A message of a person. The bot hears of it, but may not be allowed to read it."""
        with self._world.lock:
            where = self._place(channel, guild, user, bot_inside=True)
            attachments = tuple(self._world.store(where, *file) for file in files)
            look = composed(
                self._world, where, {"content": content}, {}, before=Look(attachments=attachments)
            )
            return self._world.create(where, self._world.user(user), look)

    # --- how ----------------------------------------------------------------------------------

    def _place(
        self, channel: int | None, guild: int | None, user: int, *, bot_inside: bool
    ) -> Channel:
        world = self._world
        if guild is not None:
            inside = world.guild(guild, bot_inside=bot_inside)
            there = world.channels_of(inside)
            if channel is None:
                return there[0] if there else world.channel(world.clock.snowflake(), inside)
            return world.channel(channel, inside)
        return world.dm(user) if channel is None else world.channels[channel]

    def _owners(self, where: Channel, user: int, *, own: bool) -> Json:
        owners = {"1": str(user)} if own else {}
        if where.bot_inside:
            owners["0"] = str(where.guild.id) if where.guild else "0"
        return owners

    def _typed(
        self,
        name: str,
        options: Mapping[str, Any],
        where: Channel,
        user: int,
        owners: Json,
        focused: str | None = None,
    ) -> Json:
        root, *path = name.split(" ")
        command = self._command(root, SLASH, where, user, owners)
        typing = Typing(
            command, lambda n, c: self._world.store(where, n, c, ephemeral=True), focused
        )
        typing.fill(command, path, options)
        return typing.data

    def _command(self, name: str, kind: int, where: Channel, user: int, owners: Json) -> Json:
        """Raises ValueError where the command is not offered to this person in this place."""
        guild_id = where.guild.id if where.guild else None
        command = self._world.commands.find(name, kind, guild_id)
        context, contexts = where.context, command["contexts"]
        if contexts is not None and context not in contexts:
            raise ValueError(f"{name} is not offered in context {context}, only in {contexts}")
        if not {int(owner) for owner in owners} & set(command["integration_types"]):
            types = command["integration_types"]
            raise ValueError(f"{name} is not offered to {set(owners)}, only to {types}")
        needed = int(command["default_member_permissions"] or 0)
        guild = where.guild
        allowed = guild is None or user in guild.offered
        if guild is not None and not allowed and needed & ~guild.permissions_of(user):
            raise ValueError(f"{name} is not offered to user {user}")
        return command

    def _component(
        self, message: Message, control: Json, more: Json, user: int, locale: str
    ) -> Interaction:
        if message.deleted or message.ephemeral_to not in (None, user):
            raise ValueError(f"user {user} does not see this message")
        if control.get("disabled"):
            raise ValueError(f"{label(control)} is disabled")
        where = self._world.channels[message.channel_id]
        owners = (message.metadata or {}).get("authorizing_integration_owners")
        owners = owners or self._owners(where, user, own=False)
        data = {"custom_id": control["custom_id"], "component_type": control["type"]}
        data |= {"id": control["id"]} | more
        return self._announce(COMPONENT, user, where, owners, data, locale, message)

    def _announce(
        self,
        kind: int,
        user: int,
        where: Channel,
        owners: Json,
        data: Json,
        locale: str,
        source: Message | None = None,
    ) -> Interaction:
        interaction = self._world.interactions.add(kind, user, where, owners, data, locale)
        interaction.source = source
        return announce(self._world, interaction)


def _button(message: Message, name: str) -> Json:
    buttons = [c for c in message.look.controls() if c["type"] == BUTTON]
    buttons = [c for c in buttons if c["style"] != LINK_STYLE]
    exact = [c for c in buttons if c["custom_id"] == name]
    named = [c for c in buttons if name in label(c)]
    if not exact + named:
        raise LookupError(f"no button {name!r} among {message.buttons}")
    return (exact + named)[0]
