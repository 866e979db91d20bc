"""What /info tells: everything that is known of one generation."""

from bot.core.chat_ports import Removals
from bot.core.enhancement import Enhancement
from bot.core.generation import Generation, Origin
from bot.core.group_rules import RulesHere
from bot.core.history_view import outcome_text
from bot.core.local_time import local_time
from bot.core.loras import tag
from bot.core.ports import Clock
from bot.core.quota import units
from bot.core.replies import reply


class InfoView:
    """Puts a row into words."""

    def __init__(self, *, removals: Removals, clock: Clock, rules: RulesHere) -> None:
        self._removals = removals
        self._clock = clock
        self._rules = rules

    async def __call__(self, one: Generation, origin: Origin) -> str:
        """All but the prompt, which is shown by itself, to be copied."""
        locale, zone = origin.locale, await self._rules.time_zone(origin)
        removed = await self._removals.removed(one.id)
        spec = one.spec
        lines = [
            reply("info", locale, id=one.id, outcome=outcome_text(one, locale, removed=removed)),
            reply("info_drawn", locale, width=spec.width, height=spec.height, count=spec.count),
            reply(
                "info_settings",
                locale,
                steps=spec.steps,
                guidance=f"{spec.guidance:g}",
                seed=spec.seed,
                model=one.model,
            ),
        ]
        if spec.strength is not None:
            lines.append(reply("info_source", locale, strength=f"{spec.strength:g}"))
        if spec.loras:
            lines.append(reply("info_loras", locale, loras=" ".join(map(tag, spec.loras))))
        if spec.negative_prompt:
            lines.append(reply("info_negative", locale, negative=spec.negative_prompt))
        if spec.enhancement is not None:
            lines.append(_enhanced(spec.enhancement, locale))
        lines.append(self._times(one, locale, zone))
        price = units(one.price) if one.price else reply("info_unpriced", locale)
        lines.append(reply("info_attempts", locale, attempts=one.attempt, price=price))
        return "\n".join(lines)

    def _times(self, one: Generation, locale: str, zone: str) -> str:
        asked = local_time(one.created_ms, self._clock(), zone)
        told = reply("info_asked", locale, time=asked)
        # An engine may have had it in its own queue for a while.
        begun = one.begun_ms or one.started_ms
        if begun is None or one.finished_ms is None:
            return told
        wait, drawing = _seconds(begun - one.created_ms), _seconds(one.finished_ms - begun)
        return told + reply("info_took", locale, wait=wait, drawing=drawing)


def _enhanced(enhancement: Enhancement, locale: str) -> str:
    """With the words that it added."""
    quality = enhancement.quality.strip(" ，,")
    parts = {"info_enhanced_quality": quality, "info_enhanced_negative": enhancement.negative}
    words = "".join(reply(code, locale, words=words) for code, words in parts.items() if words)
    return reply("info_enhanced", locale, words=words)


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1000:.1f}"
