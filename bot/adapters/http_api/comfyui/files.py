"""A user's own files, by ComfyUI's names: what was drawn for them, and what they have sent."""

from dataclasses import dataclass

from bot.adapters.http_api.comfyui.file_names import INPUT
from bot.adapters.http_api.comfyui.workflow import picture_named
from bot.adapters.http_api.pictures import Album, Format
from bot.core.generation import Generation
from bot.core.ports import Admissions
from bot.core.uploads import UploadName, Uploads


@dataclass(frozen=True)
class File:
    """One of them."""

    name: str
    content: bytes
    media_type: str


class Files:
    """Finds them. Names are looked up as rows."""

    def __init__(self, *, uploads: Uploads, admissions: Admissions, album: Album) -> None:
        self._uploads = uploads
        self._admissions = admissions
        self._album = album

    async def read(self, requester: str, at: UploadName) -> File:
        """Raises Refusal("no_upload"), the same for what is not there and what is not theirs, and
        Problem for a drawn picture whose file is gone."""
        named = None if at.kind == INPUT else picture_named(at.name)
        if named is not None:
            generation = await self._admissions.get(named[0])
            if generation is not None and _is_theirs(generation, named[1], requester):
                content = await self._album.bytes_of(generation, named[1], Format())
                return File(f"{named[0]}-{named[1]}.png", content, Format().media_type)
        upload, content = await self._uploads.read(requester, at)
        return File(upload.at.name, content, upload.media_type)


def _is_theirs(generation: Generation, number: int, requester: str) -> bool:
    return generation.requester == requester and 1 <= number <= len(generation.pictures)
