"""Pictures that requests begin from: what somebody gave, and where it is kept."""

from dataclasses import dataclass, field
from typing import Protocol

from bot.core.draw_options import MAX_RATIO

#: Of what somebody sends; the Bot API of Telegram hands out no more.
MAX_BYTES = 20 * 1000 * 1000
#: Where nothing is said: enough for another subject, too little for another composition.
USUAL_STRENGTH = 0.6
#: What is transparent shows nothing that could be kept.
MASKED_STRENGTH = 1.0
#: Shapes that differ by less look alike.
_ALIKE = 1.05


@dataclass(frozen=True, kw_only=True)
class Given:
    """A picture that somebody gave, made ready: upright, without metadata, within bounds."""

    #: What is transparent is drawn anew, the rest is kept; without transparency all is drawn anew.
    png: bytes = field(repr=False)
    #: Pixels.
    width: int
    height: int
    masked: bool = False

    @property
    def ratio(self) -> tuple[int, int]:
        """Its shape, or the nearest that can be drawn."""
        width = min(self.width, MAX_RATIO * self.height)
        return width, min(self.height, MAX_RATIO * width)

    @property
    def usual_strength(self) -> float:
        return MASKED_STRENGTH if self.masked else USUAL_STRENGTH

    def is_cut(self, width: int, height: int) -> bool:
        """Whether much of it lies outside a picture of that shape."""
        stretch = self.width * height / (self.height * width)
        return not 1 / _ALIKE <= stretch <= _ALIKE


@dataclass(frozen=True, kw_only=True)
class MaskFrom:
    """A picture that says where another one is drawn anew."""

    content: bytes = field(repr=False)
    #: Of its channels: alpha: where it is transparent; red, green, blue: where that is bright.
    channel: str = "alpha"


class Sources(Protocol):
    """Makes pictures ready, and keeps them in the state folder, one for each request."""

    async def make_ready(self, content: bytes, mask: bytes | None = None) -> Given:
        """`content` as somebody sent it. `mask`, of the same size: white or transparent is drawn
        anew. Raises Refusal("not_a_picture" | "picture_too_large" | "mask_of_another_size")."""
        ...

    async def laid_under(self, content: bytes, mask: MaskFrom | None) -> Given:
        """`content` without its own transparency. `mask` is stretched to its size. Raises
        Refusal("not_a_picture" | "picture_too_large" | "empty_mask")."""
        ...

    async def load(self, path: str) -> Given:
        """A picture of the state folder. Raises Refusal("source_gone")."""
        ...

    async def keep(self, generation_id: str, given: Given) -> str:
        """Durable when it returns; its path, relative to the state folder."""
        ...

    async def drop(self, path: str) -> None:
        """Nobody will ask for it. Harmless to repeat."""
        ...
