"""画质增强: words that are put beside a person's, as the model's profile has them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.token_counter import TokenCounter
from engine.contract import ErrorCode
from engine.profiles import Profile

_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
#: Behind one of these a sentence or a part of it has ended.
_ENDS = "。！？，、；.!?,;"


@dataclass(frozen=True, kw_only=True)
class Enhancement:
    """What it adds. A picture is drawn from these words, whatever a profile says later."""

    #: Behind the prompt, with what parts the two; "" = nothing.
    quality: str = ""
    #: As the negative prompt, where the person wrote none.
    negative: str = ""


def enhancement_of(
    prompt: str, negative: str, *, guided: bool, profile: Profile, tokens: TokenCounter
) -> Enhancement:
    """For that prompt and negative prompt. Without guidance nothing can be unwanted."""
    return Enhancement(
        quality=_fitting(prompt, _behind(prompt, profile), tokens),
        negative=profile.flaws[_language(prompt)] if guided and not negative else "",
    )


def lacks_room(prompt: str, enhancement: Enhancement | None, profile: Profile) -> bool:
    """Whether words of quality were left out, because the model would not have read them."""
    left_out = enhancement is not None and not enhancement.quality
    return left_out and bool(_behind(prompt, profile))


def blamed_on(enhancement: Enhancement | None, code: str, data: Mapping[str, Any]) -> str:
    """`code` of an engine's refusal, or that of what zdraw added itself: before the first engine
    has handed over its tokenizer nobody knows whether there is room for words of quality. Asked for
    again, that is known. `data` as engine.contract says."""
    if code != ErrorCode.PROMPT_TOO_LONG or enhancement is None:
        return code
    lost = data.get("lost", "")
    return "enhanced_too_long" if lost and enhancement.quality.endswith(lost) else code


def as_typed(prompt: str, negative: str, profile: Profile) -> tuple[str, str]:
    """What a person wrote, of the prompt and the negative prompt that were drawn enhanced."""
    language = _language(prompt)
    quality = profile.quality[language]
    without = prompt.removesuffix(quality) if quality else prompt
    for typed in (without, without.removesuffix("，"), without.rstrip(" ").removesuffix(",")):
        if typed.strip() and typed + _behind(typed, profile) == prompt:
            prompt = typed
            break
    return prompt, "" if negative == profile.flaws[language] else negative


def _language(prompt: str) -> int:
    """Which of a pair a profile has for it."""
    return 0 if _CHINESE.search(prompt) else 1


def _behind(prompt: str, profile: Profile) -> str:
    language = _language(prompt)
    words = profile.quality[language]
    # Said already, as in the prompt of a picture that was drawn so.
    if not words or prompt.endswith(words):
        return ""
    ended = prompt.rstrip().endswith(tuple(_ENDS))
    parted = "" if ended else "，,"[language]
    return parted + " " * language + words


def _fitting(prompt: str, behind: str, tokens: TokenCounter) -> str:
    count = tokens.measure(prompt + behind) if behind else None
    return "" if count is not None and count.lost else behind
