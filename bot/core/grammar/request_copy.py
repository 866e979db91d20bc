"""The copy of a request on which options are recognised, and the way back to the original."""

from dataclasses import dataclass

from bot.core.grammar.folding import INVISIBLE, fold
from bot.core.grammar.quotations import quoted_spans

#: Stands for each character of a quotation. Control characters are refused in requests, so no
#: pattern and no person can mean it.
QUOTED = "\0"


@dataclass(frozen=True, kw_only=True)
class RequestCopy:
    """`seen[i]` was made from `original[at[i]]`; `at` has one index more, for the end.

    In `seen`, widths are folded, quotations are QUOTED, invisible characters are gone, and a
    run of whitespace is one newline if it has one, else one space.
    """

    original: str
    seen: str
    at: tuple[int, ...]

    def typed(self, start: int, end: int) -> str:
        """The original of seen[start:end], without whitespace around it."""
        return self.original[self.at[start] : self.at[end]].strip()


def copy_of(original: str) -> RequestCopy:
    """The copy of `original`, which has no control characters but whitespace."""
    folded = list(fold(original))
    for start, end in quoted_spans(original):
        folded[start:end] = QUOTED * (end - start)
    seen: list[str] = []
    at: list[int] = []
    for index, character in enumerate(folded):
        if character in INVISIBLE:
            continue
        if not character.isspace():
            seen.append(character)
            at.append(index)
            continue
        space = "\n" if character in "\n\r\u2028\u2029" else " "
        if seen and seen[-1] in " \n":
            seen[-1] = "\n" if space == "\n" else seen[-1]
        else:
            seen.append(space)
            at.append(index)
    return RequestCopy(original=original, seen="".join(seen), at=(*at, len(original)))
