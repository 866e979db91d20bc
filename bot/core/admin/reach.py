"""How far a decision reaches: this group, or all of them with the word for it."""

from bot.core.admin.ask import Ask
from bot.core.moderation.area import EVERYTHING, Area, area_of
from bot.core.replies import reply
from bot.core.staff import Level


async def reach(ask: Ask) -> tuple[Ask, Area]:
    """The ask without that word, and where it holds. Raises Refusal where they may not decide."""
    everywhere = ask.everywhere()
    await ask.require(Level.FLEET_ADMIN if everywhere else Level.GROUP_ADMIN)
    return (ask, area_of(ask.origin)) if everywhere is None else (everywhere, EVERYTHING)


def reach_text(area: Area, locale: str) -> str:
    """What an answer adds where it holds everywhere."""
    return reply("where_everywhere", locale) if area == EVERYTHING else ""
