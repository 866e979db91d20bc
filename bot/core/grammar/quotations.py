"""Where a prompt quotes text that is to be drawn: 写着「新年快乐」."""

import re

_PAIRS = {"「": "」", "『": "』", "“": "”", "«": "»", "《": "》", "‘": "’"}
_OPENERS = {closer: opener for opener, closer in _PAIRS.items()}
#: Straight quotes pair within one line. A straight or curly single quote between two letters
#: or digits is an apostrophe.
_STRAIGHT = re.compile(
    r"""["＂][^"＂\n]*["＂]|(?<!\w)['＇](?:[^'＇\n]|(?<=\w)['＇](?=\w))*['＇](?!\w)"""
)


def quoted_spans(text: str) -> list[tuple[int, int]]:
    """Every quotation as (start, end), its marks included. What is never closed quotes nothing."""
    spans = [match.span() for match in _STRAIGHT.finditer(text)]
    open_marks: list[tuple[str, int]] = []
    waiting = dict.fromkeys(_PAIRS, 0)
    for index, character in enumerate(text):
        if character in _PAIRS:
            open_marks.append((character, index))
            waiting[character] += 1
        elif character in _OPENERS and waiting[_OPENERS[character]]:
            if character == "’" and _is_apostrophe(text, index):
                continue
            opener, start = "", 0
            while opener != _OPENERS[character]:
                opener, start = open_marks.pop()
                waiting[opener] -= 1
            spans.append((start, index + 1))
    return spans


def _is_apostrophe(text: str, index: int) -> bool:
    return text[index - 1 : index].isalnum() and text[index + 1 : index + 2].isalnum()
