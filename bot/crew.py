"""What is wired first, and once."""

from dataclasses import dataclass

from bot.core.cancel import Cancel
from bot.core.cards import Cards
from bot.core.draw import Draw
from bot.core.erase import Erasures
from bot.core.group_rules import RulesHere
from bot.core.loras import Loras
from bot.core.moderation.word_lists import WordLists
from bot.core.news import News
from bot.core.notify import Notifier
from bot.core.pace import Pace
from bot.core.sources import Sources
from bot.core.staff import Staff
from bot.core.waits import Waits
from bot.platforms import Platforms
from bot.store.images import PictureFolder


@dataclass(frozen=True, kw_only=True)
class Crew:
    """Those parts of the core that others are wired over."""

    draw: Draw
    cancel: Cancel
    erasures: Erasures
    notifier: Notifier
    cards: Cards
    pictures: PictureFolder
    pace: Pace
    waits: Waits
    news: News
    rules: RulesHere
    staff: Staff
    lists: WordLists
    sources: Sources
    loras: Loras
    platforms: Platforms
