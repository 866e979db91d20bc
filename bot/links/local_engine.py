"""The wire to an engine on this machine: HTTP and Server-Sent Events over a Unix socket.

The counterpart of engine/server.py; engine/contract.py says what crosses.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import structlog
from pydantic import ValidationError

from bot.core.engine_ports import EngineLost, Rendered
from bot.core.errors import EngineBusy, EngineRefused
from engine.contract import (
    EVENT,
    HEARTBEAT_SECONDS,
    AnyEvent,
    EngineCondition,
    ErrorCode,
    Hello,
    Job,
    JobKey,
    Refusal,
)

#: Between tries to reach an engine that is away.
RECONNECT_SECONDS = 0.2
#: Three missed heartbeats: the engine hangs.
SILENCE_SECONDS = 3 * HEARTBEAT_SECONDS
CALL_SECONDS = 10.0
#: A sketch that takes longer is of a step that is over.
SKETCH_SECONDS = 1.0
#: Whoever asks for figures asks again soon.
METRICS_SECONDS = 2.0
UNPROCESSABLE, NO_SPACE = 422, 507


_log = structlog.get_logger("bot")


class LocalEngine:
    """EngineLink and Sketches over a Unix socket. Use as an async context manager."""

    def __init__(self, socket: Path, on_tokenizer: Callable[[bytes], None]) -> None:
        """`on_tokenizer` is given the model's tokenizer.json whenever an engine is ready."""
        self._socket = socket
        self._on_tokenizer = on_tokenizer
        self._puzzled = False
        self._client = self._new_client()

    def _new_client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.AsyncHTTPTransport(uds=str(self._socket)),
            base_url="http://engine/v1",
            timeout=CALL_SECONDS,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    async def submit(self, job: Job, source: bytes | None = None) -> None:
        response = await self._post(job)
        refusal = None if response.is_success else _refusal(response)
        if refusal is not None and refusal.code is ErrorCode.INPUT_MISSING and source is not None:
            # Not before it is asked for: another try, or another picture of it, may have put it
            # there.
            await self._put(job, source)
            response = await self._post(job)
            refusal = None if response.is_success else _refusal(response)
        if response.is_success:
            return
        if response.status_code == UNPROCESSABLE:
            # Without a Refusal the engine could not read the job, and never will.
            code = refusal.code if refusal else ErrorCode.ENGINE_ERROR
            raise EngineRefused(code, refusal.data if refusal else {})
        raise EngineBusy(refusal.code if refusal else None)

    async def _post(self, job: Job) -> httpx.Response:
        try:
            return await self._client.post(
                "/jobs",
                content=job.model_dump_json(),
                headers={"content-type": "application/json"},
            )
        except httpx.HTTPError as error:
            raise EngineBusy from error

    async def _put(self, job: Job, source: bytes) -> None:
        assert job.source is not None
        try:
            response = await self._client.put(f"/inputs/{job.source.sha256}", content=source)
        except httpx.HTTPError as error:
            raise EngineBusy from error
        if response.status_code == NO_SPACE:
            raise EngineBusy
        if not response.is_success:
            raise EngineRefused(ErrorCode.ENGINE_ERROR, {})

    async def cancel(self, key: JobKey) -> None:
        await self._try("DELETE", _path(key))

    async def acknowledge(self, key: JobKey) -> None:
        await self._try("POST", f"{_path(key)}/ack")

    async def _try(self, method: str, path: str) -> None:
        """Best effort: an engine that is away hears of it by the next reconciliation."""
        try:
            await self._client.request(method, path)
        except httpx.HTTPError:
            return

    async def fetch(self, key: JobKey, pictures: int) -> Rendered:
        names = [f"{n}.png" for n in range(1, pictures + 1)] + ["preview.jpg"]
        *pngs, preview = await asyncio.gather(
            *(self._get(f"{_path(key)}/{name}") for name in names)
        )
        return Rendered(pictures=tuple(pngs), preview=preview)

    async def condition(self) -> EngineCondition | None:
        """Implements bot.core.figures.EngineGauge."""
        try:
            response = await self._client.get("/condition")
            response.raise_for_status()
            return EngineCondition.model_validate_json(response.content)
        except (httpx.HTTPError, ValidationError):
            return None

    async def metrics(self) -> bytes | None:
        """Implements bot.core.figures.EngineMetrics."""
        try:
            response = await self._client.get("http://engine/metrics", timeout=METRICS_SECONDS)
            response.raise_for_status()
        except httpx.HTTPError:
            return None
        return response.content

    async def sketch(self, key: JobKey) -> bytes | None:
        try:
            response = await self._client.get(f"{_path(key)}/sketch.jpg", timeout=SKETCH_SECONDS)
        except httpx.HTTPError:
            return None
        return response.content if response.status_code == httpx.codes.OK else None

    async def _get(self, path: str) -> bytes:
        try:
            response = await self._client.get(path)
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise EngineBusy from error
        return response.content

    async def events(self) -> AsyncIterator[AnyEvent | EngineLost]:
        """Reconnects for ever. EngineLost comes once for each connection that broke."""
        while True:
            connected = False
            try:
                async for event in self._stream():
                    connected = True
                    yield event
            except httpx.HTTPError:
                # Away, or cut off.
                pass
            if connected:
                yield EngineLost()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _stream(self) -> AsyncIterator[AnyEvent]:
        timeout = httpx.Timeout(CALL_SECONDS, read=SILENCE_SECONDS)
        async with self._client.stream("GET", "/events", timeout=timeout) as response:
            response.raise_for_status()
            async for line in response.aiter_lines():
                if line.startswith("data:"):
                    event = self._parsed(line.removeprefix("data:").strip())
                    if isinstance(event, Hello) and event.info.ready:
                        await self._hand_over_tokenizer()
                    if event is not None:
                        yield event

    def _parsed(self, line: str) -> AnyEvent | None:
        """None for what this version does not understand, which is logged once."""
        try:
            return EVENT.validate_json(line)
        except ValidationError as error:
            if not self._puzzled:
                _log.warning("event_not_understood", problems=error.error_count())
            self._puzzled = True
            return None

    async def _hand_over_tokenizer(self) -> None:
        try:
            tokenizer = await self._get("/tokenizer")
            # A real one is megabytes of JSON: parsed here it would stop the loop.
            await asyncio.to_thread(self._on_tokenizer, tokenizer)
        except (EngineBusy, OSError, ValueError) as error:
            # Prompts are then measured by the engine alone.
            _log.warning("no_tokenizer", error=type(error).__name__)


def _path(key: JobKey) -> str:
    return f"/jobs/{key.generation_id}/{key.attempt}"


def _refusal(response: httpx.Response) -> Refusal | None:
    try:
        return Refusal.model_validate_json(response.content)
    except ValidationError:
        return None
