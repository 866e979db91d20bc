"""The application: routes, and what becomes of errors."""

import importlib.metadata
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.adapters.http_api.body_limit import too_large
from bot.adapters.http_api.comfyui.api import TAG
from bot.adapters.http_api.comfyui.bad_graph import BadGraph
from bot.adapters.http_api.comfyui.errors import answer_bad_graph
from bot.adapters.http_api.comfyui.published import ABOUT
from bot.adapters.http_api.forms import answer, problem_in
from bot.adapters.http_api.meter import MEDIA_TYPE, Meter
from bot.adapters.http_api.problem import Problem
from bot.core.news import News


@dataclass(frozen=True)
class Health:
    """`/healthz`: the bot answers, and whether its engine takes jobs."""

    news: News

    def router(self) -> APIRouter:
        router = APIRouter(tags=["health"])
        router.add_api_route("/healthz", self.state, methods=["GET"])
        return router

    async def state(self) -> dict[str, str]:
        """For everybody, without a token."""
        return {"status": "ok", "engine": "ready" if self.news.engine_ready else "away"}


@dataclass(frozen=True)
class Metrics:
    """`/metrics`."""

    meter: Meter

    def router(self) -> APIRouter:
        router = APIRouter(tags=["health"])
        router.add_api_route("/metrics", self.text, methods=["GET"], response_class=Response)
        return router

    async def text(self) -> Response:
        """For Prometheus, with a token where one is needed."""
        return Response(await self.meter.text(), media_type=MEDIA_TYPE)


#: What FastAPI says that it answers to parameters that are wrong; here they are a Problem.
_UNSAID = "HTTPValidationError"


class _Application(FastAPI):
    """With a schema of what is answered, and of nothing else."""

    def openapi(self) -> dict[str, Any]:
        schema = super().openapi()
        for methods in schema["paths"].values():
            for operation in methods.values():
                if _UNSAID in str(operation["responses"].get("422")):
                    del operation["responses"]["422"]
        for name in (_UNSAID, "ValidationError"):
            schema["components"]["schemas"].pop(name, None)
        return schema


def build_app(routers: list[APIRouter]) -> FastAPI:
    """Routes without what stands before them (gate.py)."""
    app = _Application(
        title="zdraw",
        openapi_tags=[{"name": TAG, "description": ABOUT}],
        version=importlib.metadata.version("zdraw"),
        # They would fetch their scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
    )
    for router in routers:
        app.include_router(router)
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(BadGraph, _on_bad_graph)
    app.add_exception_handler(RequestValidationError, _on_bad_request)
    app.add_exception_handler(HTTPException, _on_no_route)
    app.add_exception_handler(Exception, _on_unexpected)
    return app


async def _on_problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return answer(problem, request.url.path, request.headers)


async def _on_bad_graph(request: Request, bad: Exception) -> Response:
    assert isinstance(bad, BadGraph)
    return answer_bad_graph(bad, request.headers)


async def _on_bad_request(request: Request, wrong: Exception) -> Response:
    assert isinstance(wrong, RequestValidationError)
    path = request.url.path
    return answer(problem_in(wrong.errors(), path), path, request.headers)


async def _on_no_route(request: Request, error: Exception) -> Response:
    """What Starlette and FastAPI answer by themselves."""
    assert isinstance(error, HTTPException)
    path = request.url.path
    match error.status_code:
        case 404:
            problem = Problem(404, "unknown_address", path=path)
        case 405:
            problem = Problem(405, "wrong_method", path=path, method=request.method)
        case 413:
            problem = too_large(path)
        case status:
            problem = Problem(status, "bad_json")
    return answer(problem, path, request.headers)


async def _on_unexpected(request: Request, _error: Exception) -> Response:
    """The gate logs it."""
    return answer(Problem(500, "internal_error"), request.url.path, request.headers)
