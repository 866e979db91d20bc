"""The body of a request: JSON, or a form with JSON and files in it.

https://docs.discord.com/developers/reference#uploading-files
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.fakes.discord_api.errors import Json, not_json


@dataclass(frozen=True)
class Upload:
    """A file as it came over the wire."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Body:
    """`files` by the n of `files[n]`."""

    value: Any = None
    files: dict[int, Upload] = field(default_factory=dict)

    @property
    def fields(self) -> Json:
        return self.value if isinstance(self.value, dict) else {}


async def read_body(request: web.Request) -> Body:
    """Raises ApiError where it is not JSON, and what aiohttp raises where the client is gone."""
    if request.content_type.startswith("multipart/"):
        return await _read_form(request)
    content = await request.read()
    return Body(_parse(content)) if content else Body()


async def _read_form(request: web.Request) -> Body:
    value: Any = None
    files: dict[int, Upload] = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        content = bytes(await part.read())
        number = re.fullmatch(r"files\[(\d+)\]", part.name or "")
        if number is not None:
            files[int(number[1])] = Upload(part.filename or "unknown", content)
        elif part.name == "payload_json":
            value = _parse(content)
    return Body(value, files)


def _parse(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        raise not_json() from None
