"""The LoRA files that the engine told of, and what people mean when they name them."""

import asyncio
import difflib
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

from bot.core.errors import Refusal
from bot.core.grammar.folding import fold
from engine.contract import EngineInfo, ErrorCode
from engine.lora import MAX_LORAS, Lora, LoraInfo

#: Names that a refusal lists.
_NEAR = 3


@dataclass(frozen=True, kw_only=True)
class WantedLora:
    """As a request names it. A weight of None is what is usual for it."""

    name: str
    weight: float | None = None


class KeptLoras(Protocol):
    """What an engine told last, kept over restarts."""

    def read(self) -> tuple[LoraInfo, ...] | None:
        """None where nothing is kept."""
        ...

    def keep(self, infos: Sequence[LoraInfo]) -> None:
        """Raises OSError."""
        ...


class Loras:
    """Until an engine has been heard what the last one told: titles and weights count at once, and
    a name that is not among it may be a new file's."""

    def __init__(self, kept: KeptLoras | None = None) -> None:
        self._kept = kept
        remembered = kept.read() if kept else None
        self._remembers = remembered is not None
        self._heard = asyncio.Event()
        self._infos = remembered or ()
        #: Told earlier, by name, of files that have gone: what a request meant by a title.
        self._former: dict[str, LoraInfo] = {}

    def hear(self, engine: EngineInfo) -> None:
        """One that loads its model does not know yet what fits it."""
        if engine.ready:
            self.take(engine.loras)

    def take(self, infos: Sequence[LoraInfo]) -> None:
        """What an engine says that it has."""
        changed = tuple(infos) != self._infos or not self._remembers
        self._former |= {info.name: info for info in self._infos}
        self._heard.set()
        self._infos = tuple(infos)
        if self._kept is not None and changed:
            # The next start remembers less where the disk is full.
            with suppress(OSError):
                self._kept.keep(self._infos)
                self._remembers = True

    def believe(self) -> None:
        """What is kept is what a bot that runs has just heard."""
        if self._remembers:
            self._heard.set()

    async def heard(self) -> None:
        """Waits until it is known which there are."""
        await self._heard.wait()

    @property
    def all(self) -> tuple[LoraInfo, ...]:
        """Those that cannot be used too."""
        return self._infos

    @property
    def usable(self) -> tuple[LoraInfo, ...]:
        return tuple(info for info in self._infos if info.problem is None)

    def resolve(self, wanted: Sequence[WantedLora]) -> tuple[Lora, ...]:
        """Each by the name that its file has, with a weight. Nothing is known of names before an
        engine was heard: it will say. Raises Refusal."""
        _check_number(wanted)
        found = [self._found(one) for one in wanted]
        for n, lora in enumerate(found):
            if lora.name in (other.name for other in found[:n]):
                raise Refusal("lora_twice", name=lora.name)
        return tuple(found)

    def by_name(self, wanted: Sequence[WantedLora]) -> tuple[WantedLora, ...]:
        """By the names that files have, where one is known. Raises Refusal."""
        # First: each of them is compared with each file.
        _check_number(wanted)
        everything = (*self._infos, *self._former.values())
        found = [(one, _named(one.name, everything)) for one in wanted]
        return tuple(replace(one, name=info.name) if info else one for one, info in found)

    def _found(self, wanted: WantedLora) -> Lora:
        info = _named(wanted.name, self._infos)
        if info is None and not self._heard.is_set():
            return Lora(name=wanted.name, weight=1.0 if wanted.weight is None else wanted.weight)
        if info is None:
            near = self._near(wanted.name)
            if not near:
                raise Refusal("unknown_lora", name=wanted.name)
            raise Refusal("unknown_lora_near", name=wanted.name, near=near)
        if info.problem is not None and self._heard.is_set():
            raise Refusal("unfit_lora", name=info.name, problem=info.problem, lora=info.data)
        return Lora(name=info.name, weight=info.weight if wanted.weight is None else wanted.weight)

    def told(self, code: ErrorCode, data: Mapping[str, Any]) -> dict[str, Any]:
        """`data` of a job that the engine refuses with `code`, and what may have been meant."""
        near = self._near(str(data.get("name", ""))) if code is ErrorCode.NO_LORA else ()
        return {**data, "near": list(near)} if near else dict(data)

    def _near(self, name: str) -> tuple[str, ...]:
        """Names of those that may have been meant, the nearest first."""
        folded = spelling(name)
        names = {
            spelling(text): info.name for info in self.usable for text in (info.name, info.title)
        }
        names.pop("", None)
        close = difflib.get_close_matches(folded, names, n=_NEAR, cutoff=0.5)
        parts = [known for known in names if folded in known or known in folded]
        return tuple(dict.fromkeys(names[one] for one in (*close, *parts)))[:_NEAR]


def _named(name: str, infos: Sequence[LoraInfo]) -> LoraInfo | None:
    """By its own name; else by that or a title in another spelling."""
    folded = spelling(name)
    for called in (
        lambda info: info.name == name,
        lambda info: spelling(info.name) == folded,
        lambda info: spelling(info.title) == folded,
    ):
        for info in infos:
            if called(info):
                return info
    return None


def _check_number(wanted: Sequence[WantedLora]) -> None:
    """Raises Refusal."""
    if len(wanted) > MAX_LORAS:
        raise Refusal("too_many_loras", limit=MAX_LORAS)


def spelling(name: str) -> str:
    """The same for names that look the same."""
    return fold(unicodedata.normalize("NFKC", name)).casefold().strip()


def tag(lora: Lora | WantedLora) -> str:
    """As people type it."""
    weight = "" if lora.weight is None else f":{lora.weight:g}"
    return f"<lora:{lora.name}{weight}>"
