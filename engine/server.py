"""The wire of engine/contract.py: HTTP and Server-Sent Events."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi import Path as FromPath
from fastapi.responses import JSONResponse, StreamingResponse

from engine import encode
from engine.contract import (
    EVENT,
    MAX_INPUT_BYTES,
    EngineCondition,
    EngineInfo,
    ErrorCode,
    Job,
    JobKey,
)
from engine.desk import Desk, Refused
from engine.inputs import WrongInput
from engine.metrics import MEDIA_TYPE, Metrics
from engine.spool import Spool
from engine.subscribers import Subscriber

_STATUS = {
    ErrorCode.QUEUE_FULL: 429,
    ErrorCode.STARTING: 503,
    ErrorCode.STOPPING: 503,
    ErrorCode.STALE_ATTEMPT: 409,
    ErrorCode.INPUT_MISSING: 409,
}
_IS_INVALID, _TOO_LARGE, _NO_SPACE = 422, 413, 507


def _key(
    generation_id: Annotated[str, FromPath(pattern=r"^[0-9a-z]{1,12}$")],
    attempt: Annotated[int, FromPath(ge=1)],
) -> JobKey:
    return JobKey(generation_id=generation_id, attempt=attempt)


Key = Annotated[JobKey, Depends(_key)]
Sha256 = Annotated[str, FromPath(pattern=r"^[0-9a-f]{64}$")]
_JOB = "/v1/jobs/{generation_id}/{attempt}"


def create_app(
    desk: Desk,
    spool: Spool,
    info: Callable[[], EngineInfo],
    tokenizer_json: Callable[[], bytes | None],
    metrics: Metrics,
    condition: Callable[[], EngineCondition],
) -> FastAPI:
    """The HTTP application over one engine."""
    app = FastAPI(title="zdraw engine", openapi_url=None)
    _add_jobs(app, desk)
    _add_inputs(app, spool)
    _add_results(app, desk, spool)
    _add_engine(app, desk, info, tokenizer_json)
    _add_state(app, metrics, condition)
    return app


def _add_jobs(app: FastAPI, desk: Desk) -> None:
    @app.post("/v1/jobs", status_code=202)
    async def submit(job: Job) -> Response:
        try:
            desk.submit(job)
        except Refused as refused:
            status = _STATUS.get(refused.refusal.code, _IS_INVALID)
            return JSONResponse(refused.refusal.model_dump(mode="json"), status)
        return Response(status_code=202)

    @app.delete(_JOB, status_code=204)
    async def cancel(key: Key) -> None:
        await desk.cancel(key)

    @app.post(_JOB + "/ack", status_code=204)
    async def acknowledge(key: Key) -> None:
        await desk.acknowledge(key)


def _add_inputs(app: FastAPI, spool: Spool) -> None:
    @app.put("/v1/inputs/{sha256}", status_code=204)
    async def put(sha256: Sha256, body: Request) -> None:
        content = bytearray()
        async for part in body.stream():
            content += part
            if len(content) > MAX_INPUT_BYTES:
                raise HTTPException(_TOO_LARGE)
        try:
            await asyncio.to_thread(spool.inputs.keep, sha256, bytes(content))
        except WrongInput:
            raise HTTPException(_IS_INVALID) from None
        except OSError:
            raise HTTPException(_NO_SPACE) from None


def _add_results(app: FastAPI, desk: Desk, spool: Spool) -> None:
    # Read in the event loop: a file written a moment ago lies in memory, and reading it takes
    # less than handing it to a thread.
    @app.get(_JOB + "/preview.jpg")
    async def preview(key: Key) -> Response:
        return file(key, "preview.jpg", "image/jpeg")

    @app.get(_JOB + "/{n}.png")
    async def picture(key: Key, n: int) -> Response:
        return file(key, f"{n}.png", "image/png")

    @app.get(_JOB + "/sketch.jpg")
    async def sketch(key: Key) -> Response:
        opened = desk.opened(key)
        if opened is None:
            raise HTTPException(404)
        opened.is_watched = True
        if opened.sketch is None:
            return Response(status_code=204)
        job = opened.job
        small = encode.sketch(opened.sketch, job.width, job.height)
        return Response(small, media_type="image/jpeg")

    def file(key: JobKey, name: str, media_type: str) -> Response:
        if desk.result(key) is None:
            raise HTTPException(404)
        try:
            return Response(spool.read(key, name), media_type=media_type)
        except FileNotFoundError:
            raise HTTPException(404) from None


def _add_engine(
    app: FastAPI,
    desk: Desk,
    info: Callable[[], EngineInfo],
    tokenizer_json: Callable[[], bytes | None],
) -> None:
    @app.get("/v1/engine")
    async def engine() -> EngineInfo:
        return info()

    @app.get("/v1/tokenizer")
    async def tokenizer() -> Response:
        content = tokenizer_json()
        if content is None:
            raise HTTPException(503, ErrorCode.STARTING)
        return Response(content, media_type="application/json")

    @app.get("/v1/events")
    async def events() -> StreamingResponse:
        headers = {"cache-control": "no-store"}
        return StreamingResponse(_stream(desk), media_type="text/event-stream", headers=headers)


def _add_state(app: FastAPI, metrics: Metrics, condition: Callable[[], EngineCondition]) -> None:
    @app.get("/v1/condition")
    async def now() -> EngineCondition:
        return condition()

    @app.get("/metrics")
    async def exposed() -> Response:
        return Response(metrics.exposed(), media_type=MEDIA_TYPE)


async def _stream(desk: Desk) -> AsyncIterator[bytes]:
    subscriber: Subscriber = desk.subscribe()
    try:
        async for gathered in subscriber.events():
            yield b"".join(b"data: " + EVENT.dump_json(event) + b"\n\n" for event in gathered)
    finally:
        desk.unsubscribe(subscriber)
