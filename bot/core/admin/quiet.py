"""/quiet: whether a chat is told how its requests go."""

from bot.core.acts import ActKind, act_of
from bot.core.admin.ask import Ask, Said
from bot.core.admin.switch import switched
from bot.core.chat_ports import ChatSettings
from bot.core.errors import Refusal
from bot.core.quota import scope_of
from bot.core.replies import reply
from bot.core.staff import Level


class Quiet:
    """Implements AdminCommand; without words it only says how things are."""

    def __init__(self, settings: ChatSettings) -> None:
        self._settings = settings

    async def __call__(self, ask: Ask) -> Said:
        origin, wish = ask.origin, ask.words
        platform, chat = origin.address.platform, origin.address.chat
        if not wish:
            now = await self._settings.quiet(platform, chat)
            return Said(text=reply("is_quiet" if now else "is_not_quiet", origin.locale))
        quiet = switched(wish)
        if quiet is None:
            raise Refusal("bad_wish", wish=wish[:20])
        await ask.require(Level.GROUP_ADMIN, own_chat=True)
        act = act_of(origin, ActKind.QUIET, scope=scope_of(origin), target=chat, detail=ask.words)
        await self._settings.set_quiet(platform, chat, quiet=quiet, act=act)
        return Said(text=reply("quiet_on" if quiet else "quiet_off", origin.locale))
