"""Pictures of finished requests, in the format that a program wants."""

import asyncio
import io
import re
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from bot.adapters.http_api.callers import PLATFORM, Caller
from bot.adapters.http_api.links import Links
from bot.adapters.http_api.problem import Problem
from bot.core.generation import Generation, Outcome
from bot.core.picture_port import Pictures
from bot.core.ports import Admissions

FORMATS = ("png", "jpeg", "webp")
#: Of 100, where the program does not say.
QUALITY = 90
_NAME = re.compile(r"([0-9a-z]{1,12})-([1-9])\.(png|jpeg|webp)", re.ASCII)


@dataclass(frozen=True)
class Format:
    """How a picture is handed out. Only PNG carries prompt and seed inside."""

    name: str = "png"
    #: 0 to 100; no PNG has one.
    quality: int = QUALITY

    @property
    def media_type(self) -> str:
        return f"image/{self.name}"


def picture_name(generation: Generation, number: int, form: Format) -> str:
    """`number` from 1."""
    return f"{generation.id}-{number}.{form.name}"


class Album:
    """Reads pictures; a file that is gone is a Problem."""

    def __init__(self, *, admissions: Admissions, pictures: Pictures, links: Links) -> None:
        self._admissions = admissions
        self._pictures = pictures
        self._links = links

    async def bytes_of(self, generation: Generation, number: int, form: Format) -> bytes:
        """Raises Problem."""
        path = self._pictures.path(generation.pictures[number - 1])
        try:
            if form.name == "png":
                return await asyncio.to_thread(path.read_bytes)
            return await self._pictures.convert(_encoded, path, form)
        except OSError:
            raise Problem(410, "picture_gone") from None

    async def named(self, name: str, key: str | None, caller: Caller | None) -> Generation:
        """The finished request whose picture `name` is: for who has its key, and for who asked
        for it. Raises Problem, the same for what is not there and what is not theirs."""
        unknown = Problem(404, "picture_gone")
        match = _NAME.fullmatch(name)
        if match is None:
            raise unknown
        generation = await self._admissions.get(match[1])
        if generation is None or generation.address.platform != PLATFORM:
            raise unknown
        theirs = caller is not None and generation.requester == caller.requester
        if not theirs and not (key and self._links.opens(key, name)):
            raise unknown
        if generation.outcome is not Outcome.FINISHED:
            raise unknown
        if not 1 <= int(match[2]) <= len(generation.pictures):
            raise unknown
        return generation


def number_and_format(name: str, quality: int) -> tuple[int, Format]:
    """Of a name that `Album.named` knows."""
    match = _NAME.fullmatch(name)
    assert match is not None
    return int(match[2]), Format(match[3], quality)


def _encoded(path: Path, form: Format) -> bytes:
    encoded = io.BytesIO()
    with Image.open(path) as picture:
        picture.convert("RGB").save(encoded, form.name, quality=form.quality)
    return encoded.getvalue()
