"""`/queue`, `/interrupt` and `/history`: each client sees and ends its own."""

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from bot.adapters.http_api.callers import Caller
from bot.adapters.http_api.comfyui.body import json_object, names_in
from bot.adapters.http_api.comfyui.history import (
    history_entry,
    is_running,
    is_told_of,
    queue_item,
)
from bot.adapters.http_api.language import locale_asked
from bot.core.cancel import Cancel
from bot.core.cards import Cards
from bot.core.errors import AlreadySeen, Refusal
from bot.core.generation import TERMINAL
from bot.core.program_jobs import ProgramJobs, StartedJob

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
        router.add_api_route("/queue", self.show, methods=["GET"])
        router.add_api_route("/queue", self.change, methods=["POST"])
        router.add_api_route("/interrupt", self.interrupt, methods=["POST"])
        router.add_api_route("/history", self.history, methods=["GET"])
        router.add_api_route("/history", self.forget, methods=["POST"])
        router.add_api_route("/history/{prompt_id}", self.entry, methods=["GET"])
        return router

    async def show(self, request: Request) -> Response:
        """Items of five each: number, id, workflow, extra data, outputs."""
        live = await self._live(request.state.caller)
        running = [one for one in live if is_running(one.generation)]
        pending = [one for one in live if not is_running(one.generation)]
        return await _answered(
            lambda: (
                b'{"queue_running":[%b],"queue_pending":[%b]}'
                % (_joined(map(queue_item, running)), _joined(map(queue_item, pending)))
            )
        )

    async def change(self, request: Request) -> Response:
        """Take back what waits: all of it, or some."""
        sent = await json_object(request)
        names = names_in(sent, "delete")
        live = await self._live(request.state.caller)
        waiting = [one for one in live if not is_running(one.generation)]
        await self._end(
            request, [one for one in waiting if sent.get("clear") is True or one.job.name in names]
        )
        return Response()

    async def interrupt(self, request: Request) -> Response:
        """Stop what runs, or only the one that is named, if it runs."""
        name = (await json_object(request, optional=True)).get("prompt_id")
        live = await self._live(request.state.caller)
        running = [one for one in live if is_running(one.generation)]
        await self._end(request, [one for one in running if not name or one.job.name == name])
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
        return await self._entries(told)

    async def entry(self, request: Request, prompt_id: str) -> Response:
        """One of them; {} until it has ended."""
        started = await self._jobs.get(request.state.caller.requester, prompt_id)
        if started is None or started.generation.outcome not in TERMINAL:
            return await self._entries([])
        return await self._entries([started] if is_told_of(started.generation) else [])

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

    async def _live(self, caller: Caller) -> Sequence[StartedJob]:
        return await self._jobs.of_user(caller.requester, ended=False, limit=MAX_ITEMS)

    async def _end(self, request: Request, jobs: Sequence[StartedJob]) -> None:
        locale = locale_asked(request.headers)
        for started in jobs:
            origin = request.state.caller.origin(locale)
            try:
                await self._cancel(started.generation, origin)
            except (Refusal, AlreadySeen):
                # It ended by itself meanwhile.
                continue

    async def _entries(self, jobs: Sequence[StartedJob]) -> Response:
        def entries() -> bytes:
            told = (history_entry(one, self._cards.remarks(one.generation)) for one in jobs)
            pairs = zip(jobs, told, strict=True)
            return b"{%b}" % b",".join(
                b"%b:%b" % (_json(one.job.name), _json(entry)) for one, entry in pairs
            )

        return await _answered(entries)


async def _answered(body: Callable[[], bytes]) -> Response:
    """Made in a thread: workflows of many jobs take longer than others should wait."""
    return Response(await asyncio.to_thread(body), media_type="application/json")


def _joined(items: Iterable[Any]) -> bytes:
    return b",".join(map(_json, items))


def _json(item: Any) -> bytes:
    """Of one job and not of all at once: while it is written no other thread runs."""
    return json.dumps(item, ensure_ascii=False).encode()
