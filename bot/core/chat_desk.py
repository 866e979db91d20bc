"""What concerns a chat as a whole: that it goes on under another id."""

from bot.core.chat_ports import ChatMoves
from bot.core.news import News


class ChatDesk:
    """Hears of chats that move."""

    def __init__(self, *, moves: ChatMoves, news: News) -> None:
        self._moves = moves
        self._news = news

    async def moved(self, platform: str, old: str, new: str) -> None:
        """Everything stored of the chat goes along, and what is unfinished there is shown
        anew."""
        for generation_id in await self._moves.move(platform, old, new):
            self._news.moved(generation_id)
