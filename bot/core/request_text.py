"""A request as a person would type it: what ✏️ offers for editing."""

from bot.core.draw_options import ENHANCE_WORDS, RATIO_WORDS, option_named
from bot.core.draw_size import size_here, usual_size
from bot.core.draw_syntax import DrawRequest
from bot.core.errors import Refusal
from bot.core.group_rules import GroupRules
from bot.core.loras import tag
from engine.profiles import Profile

#: Shapes that are named rather than measured, the first that fits.
RATIOS = ((1, 1), (16, 9), (9, 16), (4, 3), (3, 4), (3, 2), (2, 3), (21, 9), (9, 21))


def request_text(request: DrawRequest, profile: Profile, rules: GroupRules, locale: str) -> str:
    """The prompt, and in a line of their own the options that are not as usual where `rules`
    hold; never the seed.

    A line break is the clearest border between the two: what stands behind it is read as
    options whatever the prompt ends with.
    """
    options = _options(request, profile, rules, locale)
    return "\n".join([request.prompt, *([" ".join(options)] if options else [])])


def _options(request: DrawRequest, profile: Profile, rules: GroupRules, locale: str) -> list[str]:
    said = []
    if request.size not in (None, usual_size(profile, rules)):
        assert request.size is not None
        said.append(_shape(request.size, profile, rules, locale))
    if request.count not in (None, 1):
        said.append(_option("count", f"{request.count}", locale))
    if request.steps not in (None, profile.steps):
        said.append(_option("steps", f"{request.steps}", locale))
    # With enhancement it is another one by itself.
    if request.guidance is not None and (request.enhance or request.guidance != profile.guidance):
        said.append(_option("guidance", f"{request.guidance:g}", locale))
    if request.strength is not None:
        said.append(_option("strength", f"{request.strength:g}", locale))
    said += [tag(lora) for lora in request.loras]
    if request.enhance is not None and request.enhance != bool(rules.enhance):
        said.append(switch_text(request.enhance, locale))
    if request.negative:
        # The last one: it goes on to the next option. A colon, which nothing can be taken for an
        # option behind.
        between = " " if locale == "en" else "："
        said.append(f"{option_named('negative').label(locale)}{between}{request.negative}")
    return said


def switch_text(on: bool, locale: str) -> str:
    """How 画质增强 is switched on or off."""
    word = next(word for word in ENHANCE_WORDS if word.on == on)
    return f"--{word.en[0]}" if locale == "en" else word.zh[0]


def _option(key: str, value: str, locale: str) -> str:
    return f"{option_named(key).label(locale)} {value}"


def _shape(size: tuple[int, int], profile: Profile, rules: GroupRules, locale: str) -> str:
    for ratio in RATIOS:
        if _size_of(ratio, profile, rules) == size:
            return _ratio(ratio, locale)
    return _option("size", f"{size[0]}x{size[1]}", locale)


def _size_of(ratio: tuple[int, int], profile: Profile, rules: GroupRules) -> tuple[int, int] | None:
    try:
        return size_here(DrawRequest(prompt="", ratio=ratio), profile, rules)
    except Refusal:
        return None


def _ratio(ratio: tuple[int, int], locale: str) -> str:
    for word in RATIO_WORDS:
        if word.ratio == ratio:
            return f"--{word.en[0]}" if locale == "en" else word.zh[0]
    return _option("ratio", f"{ratio[0]}:{ratio[1]}", locale)
