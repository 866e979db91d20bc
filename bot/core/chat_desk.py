"""What concerns a chat as a whole: its quiet mode, and that it goes on under another id."""

from bot.core.chat_ports import ChatMoves, ChatSettings
from bot.core.errors import Refusal
from bot.core.generation import Origin
from bot.core.news import News
from bot.core.replies import reply

WISHES = {
    **dict.fromkeys(("on", "开", "打开", "开启"), True),
    **dict.fromkeys(("off", "关", "关闭", "关掉"), False),
}


class ChatDesk:
    """Changes chats at the wish of those who may."""

    def __init__(self, *, settings: ChatSettings, moves: ChatMoves, news: News) -> None:
        self._settings = settings
        self._moves = moves
        self._news = news

    async def set_quiet(self, origin: Origin, wish: str, *, admin: bool) -> str:
        """The sentence to answer with; with an empty `wish` it only says how things are. Raises
        Refusal."""
        platform, chat = origin.address.platform, origin.address.chat
        if not wish:
            quiet = await self._settings.quiet(platform, chat)
            return reply("is_quiet" if quiet else "is_not_quiet", origin.locale)
        if wish.lower() not in WISHES:
            raise Refusal("bad_wish", wish=wish[:20])
        if not (admin or origin.alone):
            raise Refusal("admins_only")
        quiet = WISHES[wish.lower()]
        await self._settings.set_quiet(platform, chat, quiet=quiet)
        return reply("quiet_on" if quiet else "quiet_off", origin.locale)

    async def moved(self, platform: str, old: str, new: str) -> None:
        """Everything stored of the chat goes along, and what is unfinished there is shown
        anew."""
        for generation_id in await self._moves.move(platform, old, new):
            self._news.moved(generation_id)
