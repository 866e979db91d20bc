"""Clearing the queue: in portions, between which others have their turn, and to its end."""

from bot.core.group_queue import GroupQueue
from bot.core.news import News

#: Cancelled in one transaction: whoever asks for a picture meanwhile waits no longer than this.
AT_ONCE = 50
#: So many are told at once, and the others in turn: all of them together would hold up new ones.
TOLD_AT_ONCE = 100


async def clear_on(queue: GroupQueue, news: News) -> None:
    """Grant the wishes that there are, also those of a process that died on the way."""
    told = 0
    while cleared := await queue.clear_on(AT_ONCE):
        for generation_id in cleared[: TOLD_AT_ONCE - told]:
            news.moved(generation_id)
        told = min(TOLD_AT_ONCE, told + len(cleared))
