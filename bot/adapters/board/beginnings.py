"""Pictures that requests of the board begin from: sent by the page, or those of earlier ones."""

import asyncio
import base64
import secrets
from io import BytesIO

from PIL import Image
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from bot.adapters.board.visitor import PLATFORM, REQUESTER, origin
from bot.adapters.shared.trouble import trouble
from bot.core.errors import Refusal
from bot.core.log import Log
from bot.core.own_pictures import OwnPictures
from bot.core.replies import refusal_text, reply
from bot.core.sources import Given, Sources
from bot.core.uploads import UploadName, Uploads

#: Where the page sends one, as the body of a request.
PICTURE = "/picture"
#: Of a file, as bot/store/sources.py takes it.
MAX_MEGABYTES = 20
#: Held in memory at once.
_AT_ONCE = 2
#: Others wait for as long as one is sent.
SEND_SECONDS = 120.0
#: Pixels, of the longer side of what is shown of one.
_THUMBNAIL = 240


class Beginnings:
    """A picture is named by what was answered when it was sent, or by `#` and the id of a request
    that began from one."""

    def __init__(self, *, uploads: Uploads, sources: Sources, own: OwnPictures, log: Log) -> None:
        self._uploads = uploads
        self._sources = sources
        self._own = own
        self._log = log
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers what is sent to PICTURE: its name, or in each language why not. Raises
        HTTPException and ClientDisconnect."""
        async with self._turn:
            told = await self._told(await _body(Request(scope, receive)))
        await JSONResponse(told)(scope, receive, send)

    async def take(self, content: bytes) -> str:
        """Its name. Raises Refusal."""
        at = _named(secrets.token_hex(16))
        return (await self._uploads.take(REQUESTER, at, content, overwrite=False)).name

    async def given(self, name: str) -> Given | None:
        """None where no picture is named. Raises Refusal."""
        if not name:
            return None
        if name.startswith("#"):
            one, _ = await self._own.one(origin("zh"), name[1:])
            if not one.spec.source:
                raise Refusal("source_gone")
            return await self._sources.load(one.spec.source)
        try:
            _, content = await self._uploads.read(REQUESTER, _named(name))
        except Refusal:
            raise Refusal("source_gone") from None
        return await self._sources.make_ready(content)

    async def _told(self, content: bytes) -> dict[str, object]:
        try:
            return {"name": await self.take(content)}
        except Refusal as refusal:
            said = {locale: refusal_text(refusal, locale, PLATFORM) for locale in ("zh", "en")}
        except Exception as error:
            self._log.error("board_request_failed", **trouble(error))
            said = {locale: reply("internal_error", locale) for locale in ("zh", "en")}
        return {"said": said}


async def _body(request: Request) -> bytes:
    """Raises HTTPException."""
    try:
        async with asyncio.timeout(SEND_SECONDS):
            return await request.body()
    except TimeoutError:
        raise HTTPException(408) from None


def _named(name: str) -> UploadName:
    """No path, whatever it is: names are looked up as rows."""
    return UploadName(kind=PLATFORM, subfolder="", name=name)


def thumbnail(given: Given) -> str:
    """A small JPEG, as an address of its own; what is transparent is white."""
    with Image.open(BytesIO(given.png), formats=("PNG",)) as opened:
        shown = opened.convert("RGBA")
    shown.thumbnail((_THUMBNAIL, _THUMBNAIL))
    white = Image.new("RGBA", shown.size, "white")
    out = BytesIO()
    Image.alpha_composite(white, shown).convert("RGB").save(out, "jpeg", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"
