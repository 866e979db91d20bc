"""The grammar of `/draw`: a description, then options, in Chinese or English.

    一位穿着汉服的女孩 横图 种子 42        girl in hanfu --wide --seed 42
    <lora:水墨:0.8> 一位穿着汉服的女孩      girl in hanfu --lora ink:0.8

Options are taken from the end of the text backwards, in any order, for as long as there are
any. What is left is the prompt, and it reaches the model as it was typed. Where something may
be either an option or part of the description, dashes and colons mean an option; bare words
mean one only behind a space, a comma or a new line (see grammar/patterns.py).

Nothing is repaired: what looks like an option and is not understood is refused by name.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from bot.core.errors import Refusal
from bot.core.grammar.lora_tags import without_tags
from bot.core.grammar.marks import marks, stray_refusal
from bot.core.grammar.patterns import (
    BOUNDARY,
    DASHES,
    NEGATIVE,
    NEGATIVE_MISSING,
    SEPARATORS,
    TAIL,
    UNFINISHED,
)
from bot.core.grammar.request_copy import RequestCopy, copy_of
from bot.core.grammar.values import bad_value, read_value, shortened
from bot.core.loras import WantedLora

MAX_CHARACTERS = 4000
#: No option but the negative prompt is longer than this in the copy.
_WINDOW = 160
_SKIPPED = " \n。.!" + SEPARATORS
#: Options written without anything between them, and options in all. Saying one again is
#: harmless; saying hundreds would hold up everybody else while they are read.
_MAX_RUN = 6
_MAX_OPTIONS = 32


@dataclass(frozen=True, kw_only=True)
class DrawRequest:
    """What a person asked for. None = not said."""

    #: As typed, without the options behind it and the whitespace around it.
    prompt: str
    size: tuple[int, int] | None = None
    #: Width to height, in lowest terms.
    ratio: tuple[int, int] | None = None
    #: None = random, whether or not 随机 was said.
    seed: int | None = None
    steps: int | None = None
    guidance: float | None = None
    count: int | None = None
    negative: str | None = None
    #: How much of a picture that is given may change.
    strength: float | None = None
    loras: tuple[WantedLora, ...] = ()
    #: 画质增强.
    enhance: bool | None = None


@dataclass(frozen=True, kw_only=True)
class _Found:
    """An option at seen[start:end]; its value, not yet read, begins at `value_start`."""

    key: str
    #: The value as typed; folded, except for a negative prompt.
    typed: str
    start: int
    end: int
    value_start: int
    #: It stands without a boundary before it.
    dashed: bool
    #: It cannot be an ordinary word of the prompt.
    named: bool


def parse_draw(text: str) -> DrawRequest:
    """What `text`, the words after `/draw`, asks for.

    Raises Refusal: too_long, control_characters, empty_prompt, only_options, unknown_option,
    no_sampler, option_not_last, bad_value, given_twice.
    """
    check_characters(text)
    text, loras = without_tags(text)
    copy = copy_of(text.strip())
    if not copy.seen.strip():
        raise Refusal("only_options" if loras else "empty_prompt")
    dashed = marks(copy)
    found, cut = _take_options(copy)
    negatives = [(one.value_start, one.end) for one in found if one.key == "negative"]
    # The last one is what kept those before it from being at the end.
    for mark in reversed(dashed):
        for start, end in [(0, cut), *negatives]:
            if start <= mark.start < end:
                raise stray_refusal(copy, mark, end)
    values = _values(copy, [one for one in found if one.key != "loras"])
    named = [read_value(one.key, one.typed) for one in reversed(found) if one.key == "loras"]
    if not copy.seen[:cut].strip():
        raise Refusal("only_options")
    return DrawRequest(
        prompt=copy.original[: copy.at[cut]].strip(), loras=(*loras, *named), **values
    )


def check_characters(text: str) -> None:
    """Raises Refusal: too_long, control_characters."""
    if len(text) > MAX_CHARACTERS:
        raise Refusal("too_long", length=len(text), limit=MAX_CHARACTERS)
    for character in text:
        if character not in "\n\r\t" and unicodedata.category(character) in ("Cc", "Cs"):
            raise Refusal("control_characters", character=f"U+{ord(character):04X}")


def _take_options(copy: RequestCopy) -> tuple[list[_Found], int]:
    """The options at the end, the last one first, and where the prompt before them ends."""
    seen = copy.seen
    negatives = list(NEGATIVE.finditer(seen))
    found: list[_Found] = []
    cut = len(seen)
    while True:
        end = len(seen[:cut].rstrip(_SKIPPED))
        taken = _ending_at(seen, end) or _negative_ending_at(copy, negatives, end)
        if not taken:
            break
        found += taken
        cut = taken[-1].start
        if len(found) > _MAX_OPTIONS:
            last = copy.typed(taken[-1].start, taken[-1].end)
            raise _given_twice(taken[-1].key, last, last)
    if found:
        head = seen[:cut].rstrip()
        cut = len(head[:-1].rstrip() if head.endswith(tuple(SEPARATORS)) else head)
    return found, cut


def _ending_at(seen: str, end: int) -> list[_Found]:
    """The option that ends at `end`, with those glued in front of it: 「两张横图」."""
    run: list[_Found] = []
    while len(run) < _MAX_RUN:
        one = _longest_ending_at(seen, run[-1].start if run else end)
        if one is None:
            break
        run.append(one)
        if one.dashed or one.start == 0:
            return run
        if seen[one.start - 1] in BOUNDARY:
            belongs_to_prompt = not one.named and _is_unfinished(seen, one.start)
            return [] if belongs_to_prompt else run
    return []


def _longest_ending_at(seen: str, end: int) -> _Found | None:
    longest: _Found | None = None
    for tail in TAIL:
        match = tail.pattern.search(seen, max(0, end - _WINDOW), end)
        if match is None or (longest is not None and longest.start <= match.start()):
            continue
        groups = match.groupdict()
        dashed = groups["dashed"] is not None
        if tail.named:
            typed = groups["given"] or groups["value"] or ""
        else:
            typed = match.group().lstrip(DASHES)
        longest = _Found(
            key=tail.key,
            typed=typed,
            start=match.start(),
            end=end,
            value_start=end - len(typed),
            dashed=dashed,
            named=tail.named,
        )
    return longest


def _is_unfinished(seen: str, start: int) -> bool:
    return UNFINISHED.search(seen, max(0, start - 12), start) is not None


def _negative_ending_at(copy: RequestCopy, openings: list[re.Match[str]], end: int) -> list[_Found]:
    """The negative prompt that ends at `end`. Uses up `openings` from the end."""
    if NEGATIVE_MISSING.search(copy.seen, max(0, end - _WINDOW), end):
        raise bad_value("negative", "")
    while openings:
        opening = openings.pop()
        if opening.end() < end:
            return [
                _Found(
                    key="negative",
                    typed=copy.typed(opening.end(), end),
                    start=opening.start(),
                    end=end,
                    value_start=opening.end(),
                    dashed=True,
                    named=True,
                )
            ]
    return []


def _values(copy: RequestCopy, found: list[_Found]) -> dict[str, Any]:
    """The value of each option that was given. Raises Refusal for one given two ways."""
    values: dict[str, Any] = {}
    words: dict[str, str] = {}
    for one in reversed(found):
        value, typed = read_value(one.key, one.typed), copy.typed(one.start, one.end)
        if values.get(one.key, value) != value:
            raise _given_twice(one.key, words[one.key], typed)
        values[one.key] = value
        words.setdefault(one.key, typed)
    if "size" in values and "ratio" in values:
        (width, height), (wide, tall) = values["size"], values["ratio"]
        if width * tall != height * wide:
            raise _given_twice("size", words["ratio"], words["size"])
    return values


def _given_twice(key: str, first: str, second: str) -> Refusal:
    return Refusal("given_twice", key=key, first=shortened(first), second=shortened(second))
