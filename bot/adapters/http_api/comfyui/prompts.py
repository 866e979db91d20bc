"""`POST /prompt`: a workflow becomes a row."""

import asyncio
import uuid
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request

from bot.adapters.http_api.callers import Caller
from bot.adapters.http_api.comfyui.bad_graph import BadGraph, no_output_left
from bot.adapters.http_api.comfyui.beginning import drawn_size
from bot.adapters.http_api.comfyui.body import names_in, object_in
from bot.adapters.http_api.comfyui.errors import node_errors
from bot.adapters.http_api.comfyui.given import Loader
from bot.adapters.http_api.comfyui.graph import Graph, check
from bot.adapters.http_api.comfyui.history import adapted
from bot.adapters.http_api.comfyui.narrator import Narrator
from bot.adapters.http_api.comfyui.nodes import NodeClass
from bot.adapters.http_api.comfyui.published import WORKFLOW, ExecInfo, Queued, errors
from bot.adapters.http_api.comfyui.reading import Wish, blamed, read
from bot.adapters.http_api.comfyui.workflow import Workflow, accepted, document, kept
from bot.adapters.http_api.language import locale_asked
from bot.adapters.http_api.problem import Problem, problem_of
from bot.core.draw import Draw
from bot.core.errors import AlreadySeen, Refusal
from bot.core.generation import Origin
from bot.core.program_jobs import ProgramJob, ProgramJobs, StartedJob
from bot.core.sources import Given
from engine.profiles import Profile

#: Pictures in memory at once.
AT_ONCE = 4
#: Of extra_data, what is not kept: keys to somebody else's services.
_SECRETS = ("api_key_comfy_org", "auth_token_comfy_org")


@dataclass(frozen=True)
class _Asked:
    """A workflow that was understood."""

    prompt_id: str
    graph: Graph
    wish: Wish
    workflow: Workflow


@dataclass(frozen=True)
class _Done:
    """One that was accepted, now or before."""

    started: StartedJob
    workflow: Workflow


class Prompts:
    """Takes workflows."""

    def __init__(
        self,
        *,
        draw: Draw,
        jobs: ProgramJobs,
        loader: Loader,
        narrator: Narrator,
        profile: Profile,
        classes: Mapping[str, NodeClass],
    ) -> None:
        self._draw = draw
        self._jobs = jobs
        self._loader = loader
        self._narrator = narrator
        self._profile = profile
        self._classes = classes
        #: For those that begin from pictures.
        self._turn = asyncio.Semaphore(AT_ONCE)

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route(
            "/prompt",
            self.queue,
            methods=["POST"],
            responses={200: {"model": Queued}, **errors(403)},
            openapi_extra=WORKFLOW,
        )
        router.add_api_route(
            "/prompt",
            self.remaining,
            methods=["GET"],
            responses={200: {"model": ExecInfo}, **errors()},
        )
        return router

    async def remaining(self, request: Request) -> dict[str, Any]:
        """How many of one's own have not ended."""
        remaining = await self._jobs.live(request.state.caller.requester)
        return {"exec_info": {"queue_remaining": remaining}}

    async def queue(self, request: Request) -> dict[str, Any]:
        """Accept a workflow. One that is sent again under its id is the same request."""
        # In a thread: a large workflow takes longer than others should wait.
        asked = await asyncio.to_thread(self._understood, await request.body())
        locale, caller = locale_asked(request.headers), request.state.caller
        # First: its files may have gone since it was sent before.
        done = await self._known(caller.requester, asked) or await self._queued(
            caller, locale, asked
        )
        await self._narrator.follow(done.started)
        return {
            "prompt_id": asked.prompt_id,
            "number": done.started.serial,
            "node_errors": node_errors(asked.graph.node_errors, locale),
            "adapted": adapted(done.workflow, locale),
        }

    def _understood(self, body: bytes) -> _Asked:
        """Raises Problem and BadGraph."""
        sent = object_in(body)
        prompt_id = _prompt_id(sent)
        if "prompt" not in sent:
            raise BadGraph("no_prompt", "No prompt provided", "No prompt provided")
        targets = names_in(sent, "partial_execution_targets") or None
        graph = check(sent["prompt"], self._classes, targets)
        wish = read(graph, self._profile)
        more = ["fair_order"] if "front" in sent or "number" in sent else []
        workflow = accepted(sent["prompt"], _extra_data(sent), graph, wish, more)
        return _Asked(prompt_id, graph, wish, workflow)

    async def _known(self, requester: str, asked: _Asked) -> _Done | None:
        """What was sent before under the same id. Raises Problem where that was another one."""
        started = await self._jobs.get(requester, asked.prompt_id)
        if started is None:
            return None
        workflow = await asyncio.to_thread(kept, started.job.document)
        if not asked.workflow.is_same(workflow):
            raise Problem(400, "prompt_id_used")
        return _Done(started, workflow)

    async def _queued(self, caller: Caller, locale: str, asked: _Asked) -> _Done:
        """Raises Problem and BadGraph."""
        origin = caller.origin(locale, f"prompt:{asked.prompt_id}")
        async with self._turn if asked.wish.begins.picture else nullcontext():
            try:
                if asked.wish.begins.picture:
                    # First: for whoever may not draw no picture is decoded.
                    await self._draw.foresee(origin, asked.wish.request, any_size=True)
                given = await self._loader.load(caller.requester, asked.graph, asked.wish.begins)
                asked = asked if given is None else self._shaped(asked, given)
                return await self._admitted(origin, asked, given)
            except Refusal as refusal:
                raise _as_seen(asked, refusal) from None
            except AlreadySeen:
                raise Problem(400, "prompt_id_used") from None

    def _shaped(self, asked: _Asked, given: Given) -> _Asked:
        """As large as the picture that it begins from."""
        size = drawn_size(given.width, given.height, self._profile)
        request = replace(asked.wish.request, size=size)
        workflow = asked.workflow
        if size != (given.width, given.height):
            resized: list[Any] = ["resized", {"width": size[0], "height": size[1]}]
            workflow = replace(workflow, adapted=[*workflow.adapted, resized])
        return replace(asked, wish=replace(asked.wish, request=request), workflow=workflow)

    async def _admitted(self, origin: Origin, asked: _Asked, given: Given | None) -> _Done:
        """Raises Refusal, AlreadySeen and Problem; then nothing is left of it."""
        job = ProgramJob(
            requester=origin.requester,
            name=asked.prompt_id,
            event_key=origin.event_key,
            client=asked.workflow.client,
            document=await asyncio.to_thread(document, asked.workflow),
        )
        await self._draw.values(origin, asked.wish.request, given, job)
        # Another one may have been admitted under this name meanwhile, or the words of one that was
        # are forgotten.
        found = await self._known(origin.requester, asked)
        if found is None:
            raise Problem(400, "prompt_id_used")
        return found


def _as_seen(asked: _Asked, refusal: Refusal) -> Exception:
    if refusal.code == "key_reused":
        return Problem(400, "prompt_id_used")
    nodes = blamed(asked.graph, asked.wish, refusal)
    return problem_of(refusal) if nodes is None else no_output_left(nodes)


def _prompt_id(sent: dict[str, Any]) -> str:
    """Raises BadGraph for one that is no UUID in its usual form."""
    given = sent.get("prompt_id")
    if given is None:
        return str(uuid.uuid4())
    try:
        if isinstance(given, str) and str(uuid.UUID(given)) == given:
            return given
    except ValueError:
        pass
    raise BadGraph("invalid_prompt_id", "The prompt_id must be a UUID", f"{given!r:.100}")


def _extra_data(sent: dict[str, Any]) -> dict[str, Any]:
    given = sent.get("extra_data")
    extra = dict(given) if isinstance(given, dict) else {}
    if isinstance(sent.get("client_id"), str):
        extra["client_id"] = sent["client_id"]
    return {name: value for name, value in extra.items() if name not in _SECRETS}
