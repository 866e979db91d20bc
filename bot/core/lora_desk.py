"""/loras: which LoRA files there are to draw with."""

from collections.abc import Sequence

from bot.core.answers import Answers
from bot.core.generation import Origin
from bot.core.loras import Loras, spelling
from bot.core.replies import lora_problem, reply
from engine.lora import MAX_LORAS, LoraInfo

#: Characters of the list: what any platform takes in one message, with room for the rest.
_LONGEST = 1500


class LoraDesk:
    """Tells people what they can name."""

    def __init__(self, *, loras: Loras, answers: Answers) -> None:
        self._loras = loras
        self._answers = answers

    async def tell(self, origin: Origin, words: str = "") -> None:
        """All of them, or those with `words` in what is known of them."""
        await self._answers.say(origin, list_text(self.like(words), origin.locale), private=True)

    def like(self, words: str) -> Sequence[LoraInfo]:
        """Those with `words` in a name, a title or a trigger word."""
        wanted = spelling(words)
        return [info for info in self._loras.all if wanted in _known_of(info)]


def list_text(infos: Sequence[LoraInfo], locale: str) -> str:
    """Those that can be used, then the others with what is wrong with them."""
    usable = [info for info in infos if info.problem is None]
    rows = [_row(info, locale) for info in usable]
    rows += [_unusable(info, locale) for info in infos if info.problem is not None]
    if not rows:
        return reply("no_loras", locale)
    lines = [reply("lora_list", locale, limit=MAX_LORAS)] if usable else []
    shown = 0
    while shown < len(rows) and sum(map(len, lines)) + len(rows[shown]) <= _LONGEST:
        lines.append(rows[shown])
        shown += 1
    if shown < len(rows):
        lines.append(reply("lora_more", locale, count=len(rows) - shown))
    return "\n".join(lines)


def _row(info: LoraInfo, locale: str) -> str:
    title = reply("lora_title", locale, title=info.title) if info.title else ""
    joined = (", " if locale == "en" else "、").join(info.trigger_words)
    words = reply("lora_words", locale, words=joined) if joined else ""
    weight = "" if info.weight == 1 else f":{info.weight:g}"
    return reply("lora_row", locale, name=info.name + weight, title=title, words=words)


def _unusable(info: LoraInfo, locale: str) -> str:
    problem = lora_problem(info.problem or "", locale, info.data)
    return reply("lora_unusable", locale, name=info.name, problem=problem)


def _known_of(info: LoraInfo) -> str:
    return spelling("\n".join((info.name, info.title, *info.trigger_words)))
