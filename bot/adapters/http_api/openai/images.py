"""`POST /v1/images/generations` and `/edits`, and the pictures that their links lead to."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, Query, Request
from starlette.responses import Response

from bot.adapters.http_api.callers import Caller
from bot.adapters.http_api.intake import Intake, read_to_the_end
from bot.adapters.http_api.language import locale_asked
from bot.adapters.http_api.links import Links
from bot.adapters.http_api.openai.body import ImagesBody
from bot.adapters.http_api.openai.edits import MAX_FIELDS, MAX_FILES, SCHEMA, Edit, edit_in
from bot.adapters.http_api.openai.models import Models
from bot.adapters.http_api.openai.reply import (
    ImagesReply,
    errors,
    reply_head,
    with_bytes,
    with_links,
)
from bot.adapters.http_api.pictures import (
    QUALITY,
    Album,
    Format,
    number_and_format,
    picture_name,
)
from bot.adapters.http_api.problem import Problem, problem_of
from bot.adapters.http_api.waiting import Waiting
from bot.core.cards import Cards
from bot.core.draw import Draw
from bot.core.errors import AlreadySeen, Refusal
from bot.core.generation import Generation, Origin, Outcome
from bot.core.replies import program_text
from bot.core.sources import Sources

FILES = "/v1/images/files"
#: Nobody reads it: whoever asked has gone.
_GONE = 499
#: As a program sees it, a request that zdraw could not draw is the server's fault, but for these.
_ASKED_WRONGLY = (
    *("prompt_too_long", "enhanced_too_long", "bad_size", "bad_steps", "bad_guidance"),
    "no_lora",
)
_KEY = r"^[\x21-\x7e]{1,255}$"
Key = Annotated[str | None, Header(alias="Idempotency-Key", pattern=_KEY)]
_ERRORS = errors(400, 401, 403, 404, 408, 409, 410, 413, 422, 429, 500, 503)


class Images:
    """Draws for programs that speak OpenAI's images API."""

    def __init__(
        self,
        *,
        draw: Draw,
        sources: Sources,
        intake: Intake,
        cards: Cards,
        waiting: Waiting,
        album: Album,
        links: Links,
        models: Models,
    ) -> None:
        self._draw = draw
        self._sources = sources
        self._intake = intake
        self._cards = cards
        self._waiting = waiting
        self._album = album
        self._links = links
        self._models = models

    def router(self) -> APIRouter:
        router = APIRouter(tags=["images"], responses=_ERRORS)
        router.add_api_route(
            "/v1/images/generations",
            self.generate,
            methods=["POST"],
            responses={200: {"model": ImagesReply}},
        )
        router.add_api_route(
            "/v1/images/edits",
            self.edit,
            methods=["POST"],
            responses={200: {"model": ImagesReply}},
            openapi_extra=SCHEMA,
        )
        router.add_api_route("/v1/images/variations", self.vary, methods=["POST"])
        router.add_api_route(f"{FILES}/{{name}}", self.file, methods=["GET"])
        return router

    async def generate(
        self,
        request: Request,
        body: Annotated[ImagesBody, Body()],
        key: Key = None,
    ) -> Response:
        """Draw, wait, and answer with the pictures. A request that is repeated with the same
        Idempotency-Key is the same request."""
        return await self._answered(request, body, key, await self._admitted(request, body, key))

    async def edit(self, request: Request, key: Key = None) -> Response:
        """The same from a picture: where that, or its mask, is transparent it is drawn anew, and
        without either all of it."""
        body, generation = await self._edited(request, key)
        return await self._answered(request, body, key, generation)

    async def _edited(self, request: Request, key: str | None) -> tuple[ImagesBody, Generation]:
        """Nothing of the pictures is held when it returns. Raises Problem."""
        try:
            await self._draw.check_new(_origin(request, key))
        except Refusal as refusal:
            await read_to_the_end(request)
            raise problem_of(refusal) from None
        limits = {"files": MAX_FILES, "fields": MAX_FIELDS}
        async with self._intake.form(request, bad="bad_form", **limits) as form:
            asked = edit_in(form)
            return asked.body, await self._admitted(request, asked.body, key, asked)

    async def _answered(
        self, request: Request, body: ImagesBody, key: str | None, generation: Generation
    ) -> Response:
        """Once it has ended. Raises Problem."""
        form, name, locale = body.form, self._name(body), locale_asked(request.headers)
        ended = await self._waiting.end_of(generation.id, request.receive)
        if ended is None:
            return self._left_waiting(key)
        _check_finished(ended)
        head = reply_head(ended, form, self._remarks(ended, name, locale))
        numbers = range(1, len(ended.pictures) + 1)
        if body.links:
            names = [picture_name(ended, number, form) for number in numbers]
            links = [self._link(request, name, form) for name in names]
            answer = with_links(head, links, ended.spec.seed)
        else:
            pictures = [await self._album.bytes_of(ended, number, form) for number in numbers]
            answer = await asyncio.to_thread(with_bytes, head, pictures, ended.spec.seed)
        return Response(answer, media_type="application/json")

    async def vary(self, request: Request) -> Response:
        """No."""
        await read_to_the_end(request)
        raise Problem(400, "no_variations", param="image")

    async def file(
        self,
        request: Request,
        name: str,
        key: Annotated[str | None, Query()] = None,
        quality: Annotated[int, Query(ge=0, le=100)] = QUALITY,
    ) -> Response:
        """A picture, for who has its link or has asked for it."""
        caller = getattr(request.state, "caller", None)
        generation = await self._album.named(name, key, caller)
        number, form = number_and_format(name, quality)
        picture = await self._album.bytes_of(generation, number, form)
        headers = {"cache-control": "private", "x-content-type-options": "nosniff"}
        return Response(picture, media_type=form.media_type, headers=headers)

    def _left_waiting(self, key: str | None) -> Response:
        """Raises Problem where it is zdraw that goes. Without a key a repetition would draw
        again."""
        if not self._waiting.stopping:
            return Response(status_code=_GONE)
        problem = Problem(503, "shutting_down")
        raise problem if key is None else problem.later(1)

    def _link(self, request: Request, name: str, form: Format) -> str:
        query = {"key": self._links.key(name)}
        if form.quality != QUALITY:
            query["quality"] = f"{form.quality}"
        address = request.base_url.replace(path=f"{FILES}/{name}")
        given = {name: value for name, value in query.items() if value is not None}
        return str(address.include_query_params(**given))

    async def _admitted(
        self,
        request: Request,
        body: ImagesBody,
        key: str | None,
        edit: Edit | None = None,
    ) -> Generation:
        """Raises Problem."""
        # Whatever is wrong with those is told first.
        _ = body.form, self._name(body)
        origin = _origin(request, key)
        try:
            given = None
            if edit is not None:
                await self._draw.foresee(origin, body.request())
                mask = None if edit.mask is None else await edit.mask.read()
                given = await self._sources.make_ready(await edit.image.read(), mask)
            return (await self._draw.values(origin, body.request(), given)).generation
        except Refusal as refusal:
            raise problem_of(refusal) from None
        except AlreadySeen:
            raise Problem(422, "key_reused") from None

    def _name(self, body: ImagesBody) -> str | None:
        """Of the model. Raises Problem."""
        return None if body.model is None else self._models.known(body.model)

    def _remarks(self, generation: Generation, name: str | None, locale: str) -> list[str]:
        remarks = list(self._cards.remarks(generation))
        if name is not None and self._models.stands_in(name):
            stood_in = {"name": name, "model": generation.model}
            remarks.append(program_text("stood_in", locale, {}, **stood_in))
        return remarks


def _origin(request: Request, key: str | None) -> Origin:
    caller: Caller = request.state.caller
    return caller.origin(locale_asked(request.headers), None if key is None else f"key:{key}")


def _check_finished(ended: Generation) -> None:
    """Raises Problem for every other end."""
    match ended.outcome:
        case Outcome.FINISHED if ended.pictures and ended.forgotten is None:
            return
        case Outcome.FINISHED:
            raise Problem(410, "picture_gone")
        case Outcome.CANCELLED:
            raise Problem(409, "cancelled")
        case Outcome.EXPIRED:
            raise Problem(503, "expired")
        case _:
            code = ended.error_code or "engine_error"
            status = 400 if code in _ASKED_WRONGLY else 500
            data: dict[str, Any] = ended.error_data
            raise Problem(status, code, **data)
