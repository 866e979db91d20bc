"""Finds word rules in what people write. Pure: rules in, findings out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.core.moderation.spelling import is_of_word, spelled


@dataclass(frozen=True, kw_only=True)
class WordRule:
    """`text` is as it was written."""

    text: str
    #: An exception: what it covers is no part of a hit.
    allowed: bool = False


@dataclass(frozen=True, kw_only=True)
class Found:
    """A rule that a text meets."""

    word: str
    #: The exceptions that cover it wherever it stands; empty for a hit.
    saved_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Span:
    start: int
    end: int
    text: str


class _Phrases:
    """Phrases by their spelling, found in a text in the time of its length."""

    def __init__(self) -> None:
        #: Spelling -> as it was first written.
        self.written: dict[str, str] = {}
        #: First character -> how long those are that begin with it, longest first.
        self._lengths: dict[str, list[int]] = {}

    def add(self, spelling: str, text: str) -> None:
        """`text` is as it was written."""
        if not spelling:
            return
        self.written.setdefault(spelling, text)
        lengths = self._lengths.setdefault(spelling[0], [])
        if len(spelling) not in lengths:
            lengths.append(len(spelling))
            lengths.sort(reverse=True)

    def within(self, text: str) -> Iterator[_Span]:
        """`text` is spelled."""
        for start, character in enumerate(text):
            for length in self._lengths.get(character, ()):
                end = start + length
                written = self.written.get(text[start:end]) if end <= len(text) else None
                if written is not None and _is_whole(text, start, end):
                    yield _Span(start, end, written)


class Matcher:
    """The rules of one place. Chinese is found wherever it stands, with anything but letters and
    digits between its characters; words with letters or digits only as a whole."""

    def __init__(self, rules: Iterable[WordRule] = ()) -> None:
        self._rules = _Phrases()
        self._exceptions = _Phrases()
        #: Spelling -> all that were written so.
        self._same: dict[str, list[str]] = {}
        self.add(rules)

    def add(self, rules: Iterable[WordRule]) -> None:
        """Thousands take longer than others should wait: they can be added in portions."""
        for rule in rules:
            spelling = spelled(rule.text)
            (self._exceptions if rule.allowed else self._rules).add(spelling, rule.text)
            self._same.setdefault(spelling, []).append(rule.text)

    @property
    def forbids_anything(self) -> bool:
        return bool(self._rules.written)

    def same_as(self, text: str) -> tuple[str, ...]:
        """The rules and exceptions that mean the same as `text`."""
        return tuple(self._same.get(spelled(text), ()))

    def found(self, text: str) -> list[Found]:
        """What `text` meets, each once, in the order of the text."""
        if not self.forbids_anything:
            return []
        seen = spelled(text)
        exceptions = list(self._exceptions.within(seen))
        covered = bytearray(len(seen))
        for one in exceptions:
            covered[one.start : one.end] = b"\1" * (one.end - one.start)
        #: The first place of each.
        spans: dict[str, _Span] = {}
        hits: set[str] = set()
        for span in self._rules.within(seen):
            if span.text not in hits and 0 in covered[span.start : span.end]:
                hits.add(span.text)
            spans.setdefault(span.text, span)
        return [
            Found(word=word, saved_by=() if word in hits else _touching(exceptions, span))
            for word, span in spans.items()
        ]

    def hits(self, text: str) -> tuple[str, ...]:
        """The rules that forbid `text`."""
        return tuple(found.word for found in self.found(text) if not found.saved_by)


def _is_whole(text: str, start: int, end: int) -> bool:
    """A word does not go on before its beginning or behind its end."""
    goes_on_before = start > 0 and is_of_word(text[start - 1]) and is_of_word(text[start])
    goes_on_behind = end < len(text) and is_of_word(text[end]) and is_of_word(text[end - 1])
    return not goes_on_before and not goes_on_behind


def _touching(exceptions: list[_Span], span: _Span) -> tuple[str, ...]:
    found = (one.text for one in exceptions if one.start < span.end and span.start < one.end)
    return tuple(dict.fromkeys(found))
