"""A copy of typed text in which spellings that mean the same look the same.

Only the copy is folded; what people wrote is never changed. Folding keeps every character at
its place, so an index into the copy is an index into the original.
"""

import unicodedata
from functools import lru_cache

#: Characters without width: joiners inside emoji, direction marks, variation selectors.
INVISIBLE = frozenset(
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufe0e\ufe0f\ufeff"
)
#: Traditional characters of the words that zdraw recognises, and look-alikes of its signs.
_SAME = str.maketrans(
    "種橫圖豎張兩數導負畫機紙頭隨爲為繪詞屏圖電腦寬高長來幫構個這與還歷參記啟啓動∶✕✖⨯−∗",
    "种横图竖张两数导负画机纸头随为为绘词屏图电脑宽高长来帮构个这与还历参记启启动:×××-*",
)


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    # Full NFKC would also turn x² into x2, which then reads as "two pictures".
    if unicodedata.decomposition(character).startswith(("<wide>", "<narrow>")):
        character = unicodedata.normalize("NFKC", character)
    return character.translate(_SAME)


def fold(text: str) -> str:
    """Full-width forms become ASCII, traditional words simplified; the length stays."""
    return "".join(map(_fold_character, text))
