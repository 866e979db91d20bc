"""What holds in a group, with buttons that change it. Each carries the value that it sets, so that
pressing twice, or one that is out of date, does no more than it says."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from bot.core.admin.group_syntax import MAX_COOLDOWN_S, SETTINGS, Bounded, Setting
from bot.core.draw_size import as_size, least_largest
from bot.core.group_rules import GroupRules
from bot.core.messages import Button
from bot.core.press import command_button
from bot.core.quota import UNIT, units
from bot.core.replies import reply
from engine.contract import MAX_PICTURES

#: What the buttons step through.
DAILY = tuple(UNIT * step for step in (1, 2, 3, 5, 10, 15, 20, 30, 50, 100, 200, 500, 1000))
#: The first one where there was no limit.
FIRST_DAILY = 20 * UNIT
COOLDOWNS = (0, 10, 30, 60, 120, 300, 600, 1800, MAX_COOLDOWN_S)
QUEUED = (1, 2, 3, 5, 10, 20, 50, 100)
COUNTS = tuple(range(1, MAX_PICTURES + 1))
SIDES = (256, 384, 512, 640, 768, 1024, 1280, 1536, 2048)
RATIOS = {"1:1": "square", "16:9": "wide", "9:16": "tall", "usual": "usual_ratio"}
#: Values that are put into words.
WORDS = frozenset({"unlimited", "none", "auto", "zh", "en", "on", "off", "full", "quiet"})


class GroupPanel:
    """One rendering. `own` is what was decided, `quiet` whether progress is; None where there is no
    such thing. `limits`: also what nobody decides in a private chat."""

    def __init__(
        self,
        own: GroupRules,
        bounded: Bounded,
        locale: str,
        platform: str,
        *,
        quiet: bool | None,
        limits: bool,
    ) -> None:
        self._own = own
        self._usual = bounded.usual
        self._now = own.over(bounded.usual)
        self._profile = bounded.profile
        self._locale = locale
        self._platform = platform
        self._quiet = quiet
        self._limits = limits

    def text(self) -> str:
        shown = [
            self._line(setting)
            for setting in SETTINGS
            if (self._limits or not setting.limit)
            and (setting.rule is not None or self._quiet is not None)
        ]
        heading, hint = ("group", "hint") if self._limits else ("own_chat", "hint_own")
        return "\n".join([self._say(f"panel_{heading}"), *shown, self._say(f"panel_{hint}")])

    def buttons(self) -> tuple[Button, ...]:
        """In five rows at most, for which there is room in Discord."""
        rows = [[*self._switches()], [*self._languages(), self._enhance()], [*self._ratios()]]
        if self._limits:
            usual, largest = self._usual, self._profile.max_pixels
            cooldowns = [step for step in COOLDOWNS if step >= (usual.cooldown_s or 0)]
            caps = [step for step in QUEUED if step <= (usual.queue_cap or step)]
            areas = [side**2 for side in SIDES]
            areas = [one for one in areas if least_largest(self._profile) <= one <= largest]
            daily = self._steps("daily", DAILY, units)
            cooldown = self._steps("cooldown", cooldowns, str)
            queue, count = self._steps("queue", caps, str), self._steps("count", COUNTS, str)
            rows[0] = [*self._steps("size", areas, as_size), *rows[0]]
            rows = [[*daily, *cooldown], [*queue, *count], *rows]
        return tuple(
            replace(button, new_row=number == 0)
            for row in rows
            for number, button in enumerate(row)
        )

    # --- lines --------------------------------------------------------------------------------

    def _line(self, setting: Setting) -> str:
        if setting.rule is None:
            own, value = bool(self._quiet), "quiet" if self._quiet else "full"
        else:
            own = getattr(self._own, setting.rule) is not None
            value = self._shown(setting.name, getattr(self._now, setting.rule))
        return self._say(
            "panel_line" if own else "panel_line_usual",
            setting=self._say(f"setting_{setting.name}"),
            value=self._say(f"value_{value}") if value in WORDS else value,
        )

    def _shown(self, name: str, value: Any) -> str:
        """As people read it, or one of WORDS."""
        match name:
            case "daily":
                return "unlimited" if value is None else units(value)
            case "cooldown":
                return self._say("value_seconds", value=value) if value else "none"
            case "size":
                return as_size(value)
            case "ratio":
                return self._ratio_shown(value or self._profile.default_size)
            case "language":
                return value or "auto"
            case "spoiler" | "enhance":
                return "on" if value else "off"
            case _:
                return str(value)

    def _ratio_shown(self, ratio: tuple[int, int]) -> str:
        divisor = math.gcd(*ratio)
        return f"{ratio[0] // divisor}:{ratio[1] // divisor}"

    # --- buttons ------------------------------------------------------------------------------

    def _steps(
        self, name: str, steps: Sequence[int], written: Callable[[int], str]
    ) -> Iterator[Button]:
        """One down and one up: to the next step, or to what is usual where that is nearer."""
        rule = next(setting.rule for setting in SETTINGS if setting.name == name)
        assert rule is not None, "there is no less of it"
        now, usual = getattr(self._now, rule), getattr(self._usual, rule)
        known = sorted({*steps} if usual is None else {*steps, usual})
        if now is None:
            yield self._step("lower", name, FIRST_DAILY, usual, written)
            return
        lower = [step for step in known if step < now]
        higher = [step for step in known if step > now]
        if lower:
            yield self._step("lower", name, lower[-1], usual, written)
        if higher or usual is None:
            yield self._step("higher", name, higher[0] if higher else None, usual, written)

    def _step(
        self,
        way: str,
        name: str,
        step: int | None,
        usual: int | None,
        written: Callable[[int], str],
    ) -> Button:
        value = self._say("value_unlimited") if step is None else written(step)
        label = self._say(f"button_{way}", setting=self._say(f"short_{name}"), value=value)
        # What is usual may become something else, and is to be followed then.
        word = "usual" if step is None or step == usual else value.replace("×", "x")
        return self._button(f"{name} {word}", label)

    def _switches(self) -> Iterator[Button]:
        hidden = bool(self._now.spoiler)
        yield self._button(
            "spoiler usual" if hidden else "spoiler on",
            self._say("button_spoiler_off" if hidden else "button_spoiler_on"),
        )
        if self._quiet is not None:
            wish = "full" if self._quiet else "quiet"
            yield self._button(f"progress {wish}", self._say(f"button_progress_{wish}"))

    def _languages(self) -> Iterator[Button]:
        for language in ("auto", "zh", "en"):
            label = self._say("button_auto" if language == "auto" else f"value_{language}")
            chosen = language == (self._own.language or "auto")
            yield self._button(f"language {language}", label, chosen=chosen)

    def _enhance(self) -> Button:
        # Switched off, not as usual: a person's own word goes before their groups'.
        wish = "off" if self._now.enhance else "on"
        return self._button(f"enhance {wish}", self._say(f"button_enhance_{wish}"))

    def _ratios(self) -> Iterator[Button]:
        own = "usual" if self._own.ratio is None else self._ratio_shown(self._own.ratio)
        for ratio, name in RATIOS.items():
            yield self._button(f"ratio {ratio}", self._say(f"button_{name}"), chosen=ratio == own)

    def _button(self, words: str, label: str, *, chosen: bool = False) -> Button:
        if chosen:
            label = self._say("button_chosen", value=label)
        return command_button(label, f"group {words}")

    def _say(self, code: str, **data: Any) -> str:
        return reply(code, self._locale, self._platform, **data)
