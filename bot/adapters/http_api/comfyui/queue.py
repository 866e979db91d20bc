"""`/queue`, `/interrupt` and `/history`: each client sees and ends its own."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.adapters.http_api.callers import Caller
from bot.adapters.http_api.comfyui.body import json_object, names_in
from bot.adapters.http_api.comfyui.history import (
    history_entry,
    is_running,
    is_told_of,
    queue_item,
)
from bot.adapters.http_api.comfyui.published import (
    CHOICE,
    HISTORY,
    ONE,
    QUEUE,
    answering,
    errors,
)
from bot.adapters.http_api.language import locale_asked
from bot.core.cancel import Cancel
from bot.core.cards import Cards
from bot.core.errors import AlreadySeen, Refusal
from bot.core.generation import TERMINAL
from bot.core.program_jobs import ListedJob, ProgramJobs, StartedJob, portions

#: So many are told of at once; ComfyUI keeps 10,000 for everybody.
MAX_ITEMS = 500


class Queue:
    """What waits, what runs, and what there was."""

    def __init__(self, *, jobs: ProgramJobs, cancel: Cancel, cards: Cards) -> None:
        self._jobs = jobs
        self._cancel = cancel
        self._cards = cards

    def router(self) -> APIRouter:
        router = APIRouter()
        for path, endpoint, schema in (
            ("/queue", self.show, QUEUE),
            ("/history", self.history, HISTORY),
            ("/history/{prompt_id}", self.entry, HISTORY),
        ):
            told = {**answering(schema), **errors()}
            router.add_api_route(path, endpoint, methods=["GET"], responses=told)
        for path, endpoint, taken in (
            ("/queue", self.change, CHOICE),
            ("/interrupt", self.interrupt, ONE),
            ("/history", self.forget, CHOICE),
        ):
            router.add_api_route(
                path,
                endpoint,
                methods=["POST"],
                response_class=Response,
                responses=errors(),
                openapi_extra=taken,
            )
        return router

    async def show(self, request: Request) -> Response:
        """Items of five each: number, id, workflow, extra data, outputs."""
        live = await self._live(request.state.caller)
        running = [one for one in live if is_running(one.generation)]
        pending = [one for one in live if not is_running(one.generation)]

        async def body() -> AsyncIterator[bytes]:
            yield b'{"queue_running":['
            async for part in self._told(running, _queued):
                yield part
            yield b'],"queue_pending":['
            async for part in self._told(pending, _queued):
                yield part
            yield b"]}"

        return _streamed(body())

    async def change(self, request: Request) -> Response:
        """Take back what waits: all of it, or some."""
        sent = await json_object(request)
        names = names_in(sent, "delete")
        live = await self._live(request.state.caller)
        waiting = [one for one in live if not is_running(one.generation)]
        await self._end(
            request, [one for one in waiting if sent.get("clear") is True or one.name in names]
        )
        return Response()

    async def interrupt(self, request: Request) -> Response:
        """Stop what runs, or only the one that is named, if it runs."""
        name = (await json_object(request, optional=True)).get("prompt_id")
        live = await self._live(request.state.caller)
        running = [one for one in live if is_running(one.generation)]
        await self._end(request, [one for one in running if not name or one.name == name])
        return Response()

    async def history(
        self, request: Request, max_items: int | None = None, offset: int = -1
    ) -> Response:
        """What has ended, the oldest first."""
        limit = MAX_ITEMS if max_items is None else max(0, min(max_items, MAX_ITEMS))
        reach = limit if offset < 0 else MAX_ITEMS
        jobs = await self._jobs.of_user(request.state.caller.requester, ended=True, limit=reach)
        told = [one for one in jobs if is_told_of(one.generation)]
        if offset >= 0:
            told = told[offset : offset + limit]

        async def body() -> AsyncIterator[bytes]:
            yield b"{"
            async for part in self._told(told, self._entry):
                yield part
            yield b"}"

        return _streamed(body())

    async def entry(self, request: Request, prompt_id: str) -> Response:
        """One of them; {} until it has ended."""
        started = await self._jobs.get(request.state.caller.requester, prompt_id)
        ended = started is not None and started.generation.outcome in TERMINAL
        if started is None or not ended or not is_told_of(started.generation):
            return Response(b"{}", media_type=_JSON)
        entry = await asyncio.to_thread(self._entry, started)
        return Response(b"{%b}" % entry, media_type=_JSON)

    async def forget(self, request: Request) -> Response:
        """Take ended ones off the list: all of them, or some. Their pictures stay."""
        sent = await json_object(request)
        requester = request.state.caller.requester
        if sent.get("clear") is True:
            await self._jobs.drop(requester)
        names = names_in(sent, "delete")
        if names:
            await self._jobs.drop(requester, names)
        return Response()

    async def _live(self, caller: Caller) -> Sequence[ListedJob]:
        return await self._jobs.of_user(caller.requester, ended=False, limit=MAX_ITEMS)

    async def _end(self, request: Request, jobs: Sequence[ListedJob]) -> None:
        locale = locale_asked(request.headers)
        for one in jobs:
            origin = request.state.caller.origin(locale)
            try:
                await self._cancel(one.generation, origin)
            except (Refusal, AlreadySeen):
                # It ended by itself meanwhile.
                continue

    async def _told(
        self, jobs: Sequence[ListedJob], tell: Callable[[StartedJob], bytes]
    ) -> AsyncIterator[bytes]:
        """What is told of each, with commas in between: some at a time, because all of them may be
        hundreds of megabytes. In a thread: each takes longer than others should wait."""
        comma = b""
        for portion in portions(jobs):
            for started in await self._jobs.whole([one.serial for one in portion]):
                yield comma + await asyncio.to_thread(tell, started)
                comma = b","

    def _entry(self, started: StartedJob) -> bytes:
        entry = history_entry(started, self._cards.remarks(started.generation))
        return b"%b:%b" % (_json(started.job.name), _json(entry))


_JSON = "application/json"


def _streamed(body: AsyncIterator[bytes]) -> Response:
    return StreamingResponse(body, media_type=_JSON)


def _queued(started: StartedJob) -> bytes:
    return _json(queue_item(started))


def _json(item: Any) -> bytes:
    return json.dumps(item, ensure_ascii=False).encode()
