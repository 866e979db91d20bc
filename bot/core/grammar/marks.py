"""Everything after dashes that is meant as an option, wherever it stands: `--sed`, `—seed`.

Such a word is never drawn by accident. If zdraw does not know it, it is named back; if it is
not where options are read, the refusal says what is wrong with it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.draw_options import NO_SAMPLER, Option, by_name, nearest_spelling
from bot.core.errors import Refusal
from bot.core.grammar.patterns import BOUNDARY, MARK, NEXT_TOKEN, SHORT_VALUE
from bot.core.grammar.request_copy import RequestCopy
from bot.core.grammar.values import bad_value, read_value, shortened

#: How much a name after a glued em dash has to resemble a known one.
_CLOSE = 0.75


@dataclass(frozen=True, kw_only=True)
class Mark:
    """An option's dashes and name, at seen[start:end]. `option` is None if it is unknown."""

    start: int
    end: int
    name: str
    option: Option | None


def marks(copy: RequestCopy) -> list[Mark]:
    """Every mark in the text, in order. Raises Refusal for those that zdraw does not know."""
    found = list(_find(copy.seen))
    for mark in found:
        if mark.option is None:
            raise _unknown(copy, mark)
    return found


def stray_refusal(copy: RequestCopy, mark: Mark, limit: int) -> Refusal:
    """Why `mark` is still in the text before `limit` after all options were taken from its
    end: its value is missing or wrong, or something that is no option follows it."""
    assert mark.option is not None
    key = mark.option.key
    end = mark.end
    takes_value = not any(
        mark.name.lower().replace("_", "-") in word.en or mark.name.startswith(word.zh)
        for word in mark.option.words
    )
    if takes_value:
        match = NEXT_TOKEN.match(copy.seen, mark.end, limit)
        assert match is not None
        if key == "negative":
            return bad_value(key, "")
        try:
            read_value(key, match["value"])
        except Refusal:
            return bad_value(key, copy.typed(*match.span("value")))
        end = match.end()
    return Refusal(
        "option_not_last",
        option=shortened(copy.typed(mark.start, end)),
        rest=shortened(copy.typed(end, limit)),
    )


def _find(seen: str) -> Iterator[Mark]:
    for match in MARK.finditer(seen):
        name = match["name"]
        option = by_name(name)
        if not _is_meant(seen, match, option):
            continue
        end = match.end()
        if option is not None and name.isascii():
            # `--seed42`: digits right after the name are its value.
            glued = match["more"]
            if glued and not glued.isdigit():
                option = None
            else:
                end = match.end("name")
        elif option is not None:
            end = match.start("name") + _chinese_length(option, name)
        yield Mark(start=match.start(), end=end, name=name, option=option)


def _chinese_length(option: Option, name: str) -> int:
    names = (*option.zh, *option.zh_with_colon, *(w for word in option.words for w in word.zh))
    return max(len(known) for known in names if name.startswith(known))


def _is_meant(seen: str, match: re.Match[str], option: Option | None) -> bool:
    """Whether dashes and word are an option, and not punctuation of prose."""
    dashes, name = match["dashes"], match["name"]
    before = seen[match.start() - 1 : match.start()]
    after_space = match.start() == 0 or before in BOUNDARY
    if dashes == "-":
        return False
    if set(dashes) == {"-"}:
        glued_to_word = before.isascii() and before.isalnum()
        return after_space or (name.isascii() and not glued_to_word)
    if not (name.isascii() and name.islower()):
        return False
    if after_space:
        return match.start() > 0 or option is not None
    known = option is not None or nearest_spelling(name, _CLOSE) is not None
    return known and SHORT_VALUE.match(seen, match.end("name")) is not None


def _unknown(copy: RequestCopy, mark: Mark) -> Refusal:
    option = shortened(copy.typed(mark.start, mark.end))
    if mark.name.lower().replace("_", "-").startswith(NO_SAMPLER):
        return Refusal("no_sampler", option=option)
    return Refusal("unknown_option", option=option, nearest=nearest_spelling(mark.name))
