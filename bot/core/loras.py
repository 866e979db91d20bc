"""The LoRA files that the engine told of, and what people mean when they name them."""

import difflib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.errors import Refusal
from bot.core.grammar.folding import fold
from engine.contract import EngineInfo
from engine.lora import MAX_LORAS, Lora, LoraInfo

#: Names that a refusal lists.
_NEAR = 3


@dataclass(frozen=True, kw_only=True)
class WantedLora:
    """As a request names it. A weight of None is what is usual for it."""

    name: str
    weight: float | None = None


class Loras:
    """Empty until an engine has been heard."""

    def __init__(self) -> None:
        self._heard = False
        self._infos: tuple[LoraInfo, ...] = ()

    def hear(self, engine: EngineInfo) -> None:
        """One that loads its model does not know yet what fits it."""
        if engine.ready:
            self.take(engine.loras)

    def take(self, infos: Sequence[LoraInfo]) -> None:
        """What an engine says that it has."""
        self._heard = True
        self._infos = tuple(infos)

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
        found = [(one, self._named(one.name)) for one in wanted]
        return tuple(replace(one, name=info.name) if info else one for one, info in found)

    def _found(self, wanted: WantedLora) -> Lora:
        weight = 1.0 if wanted.weight is None else wanted.weight
        if not self._heard:
            return Lora(name=wanted.name, weight=weight)
        info = self._named(wanted.name)
        if info is None:
            near = self._near(wanted.name)
            if not near:
                raise Refusal("unknown_lora", name=wanted.name)
            raise Refusal("unknown_lora_near", name=wanted.name, near=near)
        if info.problem is not None:
            raise Refusal("unfit_lora", name=info.name, problem=info.problem, lora=info.data)
        return Lora(name=info.name, weight=info.weight if wanted.weight is None else weight)

    def _named(self, name: str) -> LoraInfo | None:
        """By its own name; else by that or a title in another spelling."""
        folded = spelling(name)
        for called in (
            lambda info: info.name == name,
            lambda info: spelling(info.name) == folded,
            lambda info: spelling(info.title) == folded,
        ):
            for info in self._infos:
                if called(info):
                    return info
        return None

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
