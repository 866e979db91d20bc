"""What concerns a chat as a whole: how people are spoken to there, that it goes on under another
id."""

from dataclasses import replace

from bot.core.chat_ports import ChatMoves
from bot.core.generation import Origin
from bot.core.group_rules import RulesHere
from bot.core.news import News


class ChatDesk:
    """Knows what a chat wants for all who ask there, and hears of chats that move."""

    def __init__(self, *, moves: ChatMoves, rules: RulesHere, news: News) -> None:
        self._moves = moves
        self._rules = rules
        self._news = news

    async def settled(self, origin: Origin) -> Origin:
        rules = await self._rules(origin)
        return replace(
            origin,
            locale=rules.language or origin.locale,
            spoiler=origin.spoiler or bool(rules.spoiler),
        )

    async def moved(self, platform: str, old: str, new: str) -> None:
        """Everything stored of the chat goes along, and what is unfinished there is shown
        anew."""
        for generation_id in await self._moves.move(platform, old, new):
            self._news.moved(generation_id)
