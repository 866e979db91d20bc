"""/group: what a group decides for itself; without words the panel that tells and changes it."""

from collections.abc import Container
from typing import Any

from bot.core.acts import ActKind, act_of
from bot.core.admin.ask import Ask, Said
from bot.core.admin.group_panel import GroupPanel
from bot.core.admin.group_syntax import Bounded, Setting, parse_group
from bot.core.chat_ports import ChatSettings
from bot.core.errors import Refusal
from bot.core.generation import Origin
from bot.core.group_rules import Groups, RulesHere
from bot.core.quota import scope_of
from bot.core.staff import Level
from engine.profiles import Profile


class Group:
    """Implements AdminCommand. Everybody may read it. In a private chat people decide for
    themselves how they are answered, and nobody what they may draw. `reactors`: platforms that
    have quiet chats."""

    def __init__(
        self,
        *,
        groups: Groups,
        rules: RulesHere,
        settings: ChatSettings,
        profile: Profile,
        reactors: Container[str],
    ) -> None:
        self._groups = groups
        self._rules = rules
        self._settings = settings
        self._bounded = Bounded(usual=rules.usual, profile=profile)
        self._reactors = reactors

    async def __call__(self, ask: Ask) -> Said:
        if ask.words:
            setting, value = parse_group(ask.words, self._bounded)
            await self._check(ask, setting)
            await self._decide(ask, setting, value)
        return await self._panel(ask.origin)

    async def _panel(self, origin: Origin) -> Said:
        address = origin.address
        quiet = None
        if address.platform in self._reactors:
            quiet = await self._settings.quiet(address.platform, address.chat)
        own = await self._rules.own(origin)
        panel = GroupPanel(
            own,
            self._bounded,
            # As was decided just now.
            own.language or origin.locale,
            address.platform,
            quiet=quiet,
            limits=not origin.alone,
        )
        return Said(text=panel.text(), buttons=panel.buttons())

    async def _check(self, ask: Ask, setting: Setting) -> None:
        if setting.limit and ask.origin.alone:
            raise Refusal("only_in_groups")
        if setting.rule is None and ask.origin.address.platform not in self._reactors:
            raise Refusal("no_quiet_here")
        await ask.require(Level.GROUP_ADMIN, own_chat=not setting.limit)

    async def _decide(self, ask: Ask, setting: Setting, value: Any) -> None:
        """Once for each event."""
        origin = ask.origin
        platform, chat = origin.address.platform, origin.address.chat
        scope = scope_of(origin)
        if setting.rule is None:
            act = act_of(origin, ActKind.QUIET, scope=scope, target=chat, detail=ask.words)
            await self._settings.set_quiet(platform, chat, quiet=bool(value), act=act)
        else:
            act = act_of(origin, ActKind.GROUP, scope=scope, detail=ask.words)
            # What the operator limits for all groups, their admins may limit further.
            within = None if await ask.runs_fleet() else self._rules.usual
            await self._groups.decide(platform, scope, setting.rule, value, act, within=within)
