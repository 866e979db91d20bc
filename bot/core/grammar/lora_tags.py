"""`<lora:name:0.8>`, as people know it from A1111: anywhere in a text, no part of the prompt."""

import re

from bot.core.grammar.folding import fold
from bot.core.grammar.patterns import SEPARATORS
from bot.core.grammar.quotations import quoted_spans
from bot.core.grammar.values import bad_value, read_value
from bot.core.loras import WantedLora

_GAP = rf"[\s{SEPARATORS}]*"
#: Behind the last tag nothing but these: the text ends there.
_END = f" \n。.!{SEPARATORS}"
_TAG = re.compile(rf"(?P<before>{_GAP})<(?i:lora|lyco) ?:(?P<value>[^<>\n]*)>(?P<after>{_GAP})")
_OPENED = re.compile(r"<(?i:lora|lyco) ?:[^\n]*")


def without_tags(text: str) -> tuple[str, tuple[WantedLora, ...]]:
    """`text` without its tags, and what they say. What is quoted is to be written on the picture.
    Raises Refusal("bad_value")."""
    # The copy has an index for each of the original's.
    seen = list(fold(text))
    for start, end in quoted_spans(text):
        seen[start:end] = "\0" * (end - start)
    copy = "".join(seen)
    kept, wanted, done = "", [], 0
    for match in _TAG.finditer(copy):
        start, end = match.span("value")
        wanted.append(read_value("loras", text[start:end]))
        ends = not copy[match.end() :].strip(_END)
        kept += text[done : match.start()] + ("" if ends else _between(match, text))
        done = len(text) if ends else match.end()
    rest = copy[done:]
    opened = _OPENED.search(rest)
    if opened is not None:
        raise bad_value("loras", text[done + opened.start() : done + opened.end()])
    return kept + text[done:], tuple(wanted)


def _between(match: re.Match[str], text: str) -> str:
    """What is left between that which stood before a tag and that which stood behind it."""
    if match.start() == 0:
        return ""
    before, after = (text[slice(*match.span(name))] for name in ("before", "after"))
    for gap in (before, after):
        if gap.strip():
            return gap
    return "\n" if "\n" in before + after else (before or after)[:1]
