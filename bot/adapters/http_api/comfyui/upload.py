"""`/upload/image` and `/upload/mask`: pictures that workflows begin from."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from bot.adapters.http_api.comfyui.body import object_in
from bot.adapters.http_api.comfyui.file_names import INPUT, MAX_SENT_NAME, file_named
from bot.adapters.http_api.comfyui.files import Files
from bot.adapters.http_api.comfyui.published import IMAGE, MASK, Kept, errors
from bot.adapters.http_api.intake import Intake, read_to_the_end
from bot.adapters.http_api.language import locale_asked
from bot.adapters.http_api.problem import Problem, problem_of
from bot.core.draw import Draw
from bot.core.errors import Refusal
from bot.core.uploads import UploadName, Uploads

#: Of a form.
MAX_FILES, MAX_FIELDS = 2, 20
_YES = ("true", "1")


class Upload:
    """Takes pictures."""

    def __init__(self, *, uploads: Uploads, files: Files, draw: Draw, intake: Intake) -> None:
        self._uploads = uploads
        self._files = files
        self._draw = draw
        self._intake = intake

    def router(self) -> APIRouter:
        router = APIRouter()
        for path, endpoint, taken in (
            ("/upload/image", self.image, IMAGE),
            ("/upload/mask", self.mask, MASK),
        ):
            router.add_api_route(
                path,
                endpoint,
                methods=["POST"],
                responses={200: {"model": Kept}, **errors(403, 404, 408, 410)},
                openapi_extra=taken,
            )
        return router

    async def image(self, request: Request) -> dict[str, str]:
        """Under which name it is kept."""
        async with self._form_of(request) as form:
            return await self._kept(request, form, await _image(form).read())

    async def mask(self, request: Request) -> dict[str, str]:
        """The picture that `original_ref` names, as opaque as the one that comes along."""
        async with self._form_of(request) as form:
            original = await self._original(request, form)
            content = await _image(form).read()
            try:
                masked = await self._uploads.masked(original, content)
            except Refusal as refusal:
                raise problem_of(refusal) from None
            return await self._kept(request, form, masked)

    @asynccontextmanager
    async def _form_of(self, request: Request) -> AsyncIterator[FormData]:
        """Raises Problem."""
        try:
            # First: of whoever may not draw no picture is taken.
            await self._draw.check(request.state.caller.origin(locale_asked(request.headers)))
        except Refusal as refusal:
            await read_to_the_end(request)
            raise problem_of(refusal) from None
        limits = {"files": MAX_FILES, "fields": MAX_FIELDS}
        async with self._intake.form(request, bad="bad_upload", **limits) as form:
            yield form

    async def _kept(self, request: Request, form: FormData, content: bytes) -> dict[str, str]:
        at = file_named(_image(form).filename or "", _text(form, "subfolder"), _kind(form))
        if len(at.name) > MAX_SENT_NAME:
            raise Problem(400, "bad_file_name")
        overwrite = _text(form, "overwrite") in _YES
        requester = request.state.caller.requester
        try:
            kept = await self._uploads.take(requester, at, content, overwrite=overwrite)
        except Refusal as refusal:
            raise problem_of(refusal) from None
        return {"name": kept.name, "subfolder": kept.subfolder, "type": kept.kind}

    async def _original(self, request: Request, form: FormData) -> bytes:
        """Raises Problem."""
        sent = _text(form, "original_ref")
        if not sent:
            raise Problem(400, "missing_parameter", name="original_ref")
        try:
            return (await self._files.read(request.state.caller.requester, _named(sent))).content
        except Refusal as refusal:
            raise problem_of(refusal) from None


def _named(original_ref: str) -> UploadName:
    """Raises Problem."""
    sent: dict[str, Any] = object_in(original_ref.encode(errors="replace"))
    match sent:
        case {"filename": str() as filename}:
            subfolder, kind = sent.get("subfolder", ""), sent.get("type", "output")
            if isinstance(subfolder, str) and isinstance(kind, str):
                return file_named(filename, subfolder, kind)
    raise Problem(400, "bad_file_name")


def _image(form: FormData) -> UploadFile:
    """Raises Problem."""
    file = form.get("image")
    if not isinstance(file, UploadFile):
        raise Problem(400, "missing_parameter", name="image")
    return file


def _text(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""


def _kind(form: FormData) -> str:
    return _text(form, "type") or INPUT
