r"""The regular expressions of the grammar, made from the table of options.

They run on a copy of the text (see request_copy.py) in which widths are folded, invisible
characters and quotations are out of the way, and every run of whitespace is one character.
The patterns of TAIL end with \Z: the parser takes options from the end of the text backwards.
"""

import re
from dataclasses import dataclass

from bot.core.draw_options import (
    OPTIONS,
    RATIO_WORDS,
    Option,
    RatioWord,
    SwitchWord,
    option_named,
)

#: Between two options, and between the prompt and the first one.
SEPARATORS = ",、;|"
#: After one of these an option may begin; so it may at the start of the text.
BOUNDARY = " \n。!?" + SEPARATORS
_BEFORE = rf"(?:(?<=[{BOUNDARY}])|(?<![\s\S]))"

#: Phones turn `--` into one of these. They are punctuation of prose too, so after one of them
#: an English name counts only in lower case: 「海报——No Smoking」 is a prompt.
_LONG = "—–―‒⸺⸻"
DASHES = "-" + _LONG
_HYPHENS = f"(?<![{DASHES}])-{{2,}}+"
_ONE_HYPHEN = rf"{_BEFORE}-"
_LONG_DASH = rf"(?<![0-9A-Za-z{DASHES}])-*+[{_LONG}][{DASHES}]*+"
_ANY_DASH = f"(?:{_HYPHENS}|{_ONE_HYPHEN}|{_LONG_DASH})"

_IS = " ?[:=] ?"
_NUMBER = "[-+]?[0-9.]+"
_NUMERAL = "[一二两三四五六七八九十]{1,3}"
#: After a colon or an equals sign this is meant as a value, whatever the option wants.
_MEANT = "[0-9A-Za-z.+%:/×*-]+"
_NOT_A_LETTER = "(?![A-Za-z0-9_-])"


def _any_of(spellings: tuple[str, ...]) -> str:
    return "|".join(sorted(map(re.escape, spellings), key=len, reverse=True))


def _english(names: tuple[str, ...], gap: str = "") -> str:
    spelled = _any_of(names).replace(r"\-", "[-_]")
    hyphens = f"(?:{_HYPHENS}{gap}|{_ONE_HYPHEN})(?i:{spelled})"
    return f"(?:{hyphens}|{_LONG_DASH}(?:{spelled}))"


_RATIO_VALUES = "|".join(_any_of((*word.zh, *word.en, *word.zh[0][:1])) for word in RATIO_WORDS)
#: What reads as a value after the name and a space, or right after the name.
_VALUES = {
    "ratio": rf"[0-9.]+(?: ?[:xX×*/比] ?[0-9.]+)?|(?i:{_RATIO_VALUES})",
    "size": r"[0-9.]+(?: ?[xX×*] ?[0-9.]+)?",
    "count": rf"(?:{_NUMBER}|{_NUMERAL})(?: ?张)?",
    "seed": rf"{_NUMBER}|随机|(?i:random)",
    "steps": rf"{_NUMBER}(?: ?步)?",
    "guidance": _NUMBER,
    "strength": rf"{_NUMBER}|[小中大]|(?i:small|medium|large)",
    "loras": rf"[^ \n:<>\0{SEPARATORS}]+(?::{_NUMBER})?",
}
#: Values that need no name. Capital X4 is a car; a ratio that pictures do not have may be a
#: time of day, except where a line or a ｜ has just opened.
_SHORTHANDS = {
    "ratio": r"(?<![0-9.:])(?<!比分 )(?<!score )(?:1:1|4:3|3:4|3:2|2:3|16:9|9:16|21:9|9:21)"
    r"|(?:(?<=[\n|])|(?<=\| ))[0-9]{1,2}:[0-9]{1,2}",
    "size": r"(?<![0-9.])[0-9]{3,4} ?[xX×*] ?[0-9]{3,4}",
    "count": rf"[来画出要]?(?:(?<![0-9.])[0-9]{{1,2}}|{_NUMERAL}) ?张"
    r"|(?<![0-9A-Za-z])[x×*][0-9]{1,2}",
    "seed": "随机",
}


@dataclass(frozen=True, kw_only=True)
class TailPattern:
    """One way to type an option at the end of the text. Group `dashed` holds its dashes and
    name, where it has dashes."""

    key: str
    pattern: re.Pattern[str]
    #: The option's name comes first and the groups `given` (after a colon) or `value` hold its
    #: value. Otherwise the whole match is the value: 「横图」「4张」.
    named: bool


def _named(option: Option) -> TailPattern:
    chinese = _any_of(option.zh)
    dashed = f"{_english(option.en, ' ?')}|{_ANY_DASH} ?(?:{chinese})"
    value = _VALUES[option.key]
    pattern = (
        rf"(?:(?P<dashed>{dashed})|{chinese})"
        rf"(?:{_IS}(?P<given>{value}|{_MEANT})?|[ \n]?(?P<value>{value}))\Z"
    )
    return TailPattern(key=option.key, pattern=re.compile(pattern), named=True)


def _word(key: str, word: RatioWord | SwitchWord) -> TailPattern:
    chinese = _any_of(word.zh)
    pattern = rf"(?:(?P<dashed>{_english(word.en)}|{_ANY_DASH}(?:{chinese}))|{chinese})\Z"
    return TailPattern(key=key, pattern=re.compile(pattern), named=False)


def _shorthand(key: str) -> TailPattern:
    # Never after dashes: 「三——四张」 says how many from one to the other.
    pattern = rf"(?P<dashed>(?!))?(?:{_SHORTHANDS[key]})\Z"
    return TailPattern(key=key, pattern=re.compile(pattern), named=False)


TAIL: tuple[TailPattern, ...] = (
    *(_named(option) for option in OPTIONS if option.key in _VALUES),
    *(_word(option.key, word) for option in OPTIONS for word in option.words),
    *(_shorthand(key) for key in _SHORTHANDS),
)

_NEGATIVE = option_named("negative")
_NEGATIVE_NAMES = _any_of(_NEGATIVE.zh)
_NEGATIVE_COLON = _any_of(_NEGATIVE.zh + _NEGATIVE.zh_with_colon)
#: Opens a negative prompt. Without dashes it needs a space or a colon: 「负面情绪」 is a prompt;
#: and at the start of the text, where nothing is said yet that it could add to, a colon.
NEGATIVE = re.compile(
    rf"(?:{_english(_NEGATIVE.en)}{_NOT_A_LETTER}|{_ANY_DASH}(?:{_NEGATIVE_COLON}))(?:{_IS}|[ \n]?)"
    rf"|{_BEFORE}(?:{_NEGATIVE_COLON}){_IS}"
    rf"|(?<=[{BOUNDARY}])(?:{_NEGATIVE_NAMES})[ \n]"
)
#: A negative prompt that is announced and missing.
NEGATIVE_MISSING = re.compile(rf"{_BEFORE}(?:{_NEGATIVE_COLON}) ?[:=]\Z")

#: A prompt does not end with these, so a bare word after them and a space is still prompt:
#: 「桌上有 四张」, 「女孩的 头像」, "girl with x4". Characters that end nouns as well are left
#: out: 佛像, 棉被, 祥和.
UNFINISHED = re.compile(
    r"(?:(?<!目)的|(?<!公)共|(?<!行)为|[有第这那每是或之]|好像|大约|一[个幅款]"
    r"|\b(?:(?i:with|of|the|an?|and|or|has|have|is|are|in|on|at|by|for|to|from|as|no))) \Z"
)

#: Dashes with a word right after them.
MARK = re.compile(
    rf"(?<![{DASHES}])(?P<dashes>[{DASHES}]++)"
    r"(?P<name>[A-Za-z]+(?:[-_][A-Za-z]+)*|[\u4e00-\u9fff]+)(?P<more>[A-Za-z0-9_-]*)"
)
#: What follows an em dash that is glued to the prompt where an option is meant.
SHORT_VALUE = re.compile(r" ?[:=]? ?[0-9][0-9.:x×*]*\Z|\Z")
#: The value that an option in the midst of the text seems to have.
NEXT_TOKEN = re.compile(rf" ?[:=]? ?(?P<value>[^ \n{SEPARATORS}]*)")
