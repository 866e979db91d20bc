"""`/view`: one's own pictures, by the names that `/history` gives them."""

import asyncio
import io
from typing import Any

from fastapi import APIRouter
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response

from bot.adapters.http_api.comfyui.workflow import picture_named
from bot.adapters.http_api.pictures import QUALITY, Album, Format
from bot.adapters.http_api.problem import Problem
from bot.core.generation import Generation
from bot.core.ports import Admissions

_TYPES = ("output", "temp", "input")


class View:
    """Shows pictures. Names are looked up as rows; no path is made of them."""

    def __init__(self, *, admissions: Admissions, album: Album) -> None:
        self._admissions = admissions
        self._album = album

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/view", self.show, methods=["GET"])
        return router

    async def show(
        self,
        request: Request,
        filename: str = "",
        subfolder: str = "",
        type: str = "output",  # noqa: A002 - ComfyUI's name
        preview: str | None = None,
        channel: str = "rgba",
    ) -> Response:
        """A picture as PNG; as WebP or JPEG with `preview=webp;90`; its colours alone, or its
        opacity, with `channel=rgb` or `a`."""
        _check_name(filename, subfolder, type)
        named = picture_named(filename)
        if named is None:
            raise _missing()
        generation = await self._own(request, *named)
        form = Format() if preview is None else _preview(preview)
        picture = await self._album.bytes_of(generation, named[1], form)
        if preview is None and channel == "a":
            picture = await asyncio.to_thread(_opacity, picture)
        headers = {
            "content-disposition": f'filename="{named[0]}-{named[1]}.{form.name}"',
            "cache-control": "private",
            "x-content-type-options": "nosniff",
        }
        return Response(picture, media_type=form.media_type, headers=headers)

    async def _own(self, request: Request, generation_id: str, number: int) -> Generation:
        """Raises Problem, the same for what is not there and what is not theirs."""
        generation = await self._admissions.get(generation_id)
        if generation is None or generation.requester != request.state.caller.requester:
            raise _missing()
        if not 1 <= number <= len(generation.pictures):
            raise _missing()
        return generation


def _check_name(filename: str, subfolder: str, kind: str) -> None:
    """As ComfyUI does. Raises Problem."""
    if not filename or filename.startswith("/") or ".." in filename or kind not in _TYPES:
        raise Problem(400, "bad_file_name")
    if subfolder.startswith("/") or ".." in subfolder:
        raise Problem(403, "bad_file_name")


def _missing() -> Problem:
    return Problem(404, "picture_gone")


def _preview(asked: str) -> Format:
    """`webp;90`: a format, and a quality where one is named."""
    name, *rest = asked.split(";")
    quality = rest[-1] if rest else ""
    known = quality.isdecimal() and quality.isascii() and int(quality) <= 100
    return Format("jpeg" if name == "jpeg" else "webp", int(quality) if known else QUALITY)


def _opacity(picture: bytes) -> bytes:
    """A picture that shows how opaque another one is: zdraw's are opaque throughout."""
    encoded = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as opened:
        alpha: Any = opened.convert("RGBA").getchannel("A")
        shown = Image.new("RGBA", opened.size)
        shown.putalpha(alpha)
        shown.save(encoded, "png")
    return encoded.getvalue()
