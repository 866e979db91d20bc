"""`/view`: one's own pictures, by the names that `/history` and `/upload` give them."""

import io
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query
from PIL import Image
from starlette.requests import Request
from starlette.responses import Response

from bot.adapters.http_api.comfyui.file_names import file_named
from bot.adapters.http_api.comfyui.files import File, Files
from bot.adapters.http_api.comfyui.published import PICTURES, errors
from bot.adapters.http_api.pictures import QUALITY, Format
from bot.adapters.http_api.problem import Problem
from bot.core.errors import Refusal
from bot.core.picture_port import Pictures
from bot.deep_grey import in_eight_bits

#: Pixels, of a side: WebP holds no more.
MAX_PREVIEW_SIDE = 16_383


class View:
    """Shows pictures. Names are looked up as rows; no path is made of them."""

    def __init__(self, *, files: Files, pictures: Pictures) -> None:
        self._files = files
        self._pictures = pictures

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route(
            "/view",
            self.show,
            methods=["GET"],
            response_class=Response,
            responses={200: PICTURES, **errors(404, 410)},
        )
        return router

    async def show(
        self,
        request: Request,
        filename: str = "",
        subfolder: str = "",
        type_: Annotated[str, Query(alias="type")] = "output",
        preview: str | None = None,
        channel: str = "rgba",
    ) -> Response:
        """A picture as it is; as WebP or JPEG with `preview=webp;90`; its colours alone, or its
        opacity, with `channel=rgb` or `a`."""
        at = file_named(filename, subfolder, type_)
        try:
            file = await self._files.read(request.state.caller.requester, at)
        except Refusal:
            raise Problem(404, "picture_gone") from None
        if preview is not None or channel in ("rgb", "a"):
            file = await self.shown(file, preview, channel)
        headers = {
            "content-disposition": f"filename*=UTF-8''{quote(file.name, safe='')}",
            "cache-control": "private",
            "x-content-type-options": "nosniff",
        }
        return Response(file.content, media_type=file.media_type, headers=headers)

    async def shown(self, file: File, preview: str | None, channel: str) -> File:
        """As `show` says."""
        return await self._pictures.convert(_shown, file, preview, channel)


def _shown(file: File, preview: str | None, channel: str) -> File:
    form = Format() if preview is None else _preview(preview)
    encoded = io.BytesIO()
    with Image.open(io.BytesIO(file.content)) as opened:
        if preview is None and channel == "a":
            _opacity(opened).save(encoded, "png")
        else:
            picture = in_eight_bits(opened)
            if picture.mode != "RGB":
                picture = picture.convert("RGB")
            if preview is not None:
                picture.thumbnail((MAX_PREVIEW_SIDE, MAX_PREVIEW_SIDE))
            picture.save(encoded, form.name, quality=form.quality)
    name = f"{file.name.rpartition('.')[0] or file.name}.{form.name}"
    return File(name, encoded.getvalue(), form.media_type)


def _preview(asked: str) -> Format:
    """`webp;90`: a format, and a quality where one is named."""
    name, *rest = asked.split(";")
    quality = rest[-1] if rest else ""
    known = quality.isdecimal() and quality.isascii() and int(quality) <= 100
    return Format("jpeg" if name == "jpeg" else "webp", int(quality) if known else QUALITY)


def _opacity(picture: Image.Image) -> Image.Image:
    """A picture that shows how opaque another one is."""
    alpha: Any = in_eight_bits(picture).convert("RGBA").getchannel("A")
    shown = Image.new("RGBA", picture.size)
    shown.putalpha(alpha)
    return shown
