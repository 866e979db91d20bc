"""The API against the schema that it publishes: schemathesis asks what the schema allows, and
what it does not, over real HTTP."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from bot.adapters.shared.http_server import HttpServer, listen
from tests.integration.api_life import api_in

OPERATIONS = (
    ("POST", "/v1/images/generations"),
    ("POST", "/v1/images/edits"),
    ("POST", "/v1/images/variations"),
    ("GET", "/v1/images/files/{name}"),
    ("GET", "/v1/models"),
    ("GET", "/v1/models/{name}"),
    ("GET", "/healthz"),
    ("GET", "/metrics"),
)
#: Of the others every request is a good one.
TAKING = (OPERATIONS[0], OPERATIONS[3])
TRIED = [
    *((*operation, GenerationMode.POSITIVE) for operation in OPERATIONS),
    *((*operation, GenerationMode.NEGATIVE) for operation in TAKING),
]
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
)


class Served:
    """The API with an engine that draws at once, in a thread and an event loop of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.url = ""

    def __enter__(self) -> str:
        self._thread.start()
        assert self._ready.wait(30)
        return self.url

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._serving.cancel)
        self._thread.join(30)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with api_in(self._folder, queued=1000) as api:
            with listen("127.0.0.1", 0, "") as listener:
                self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
                server = HttpServer(api.server.config(api.waiting, api.meter))
                self._serving = asyncio.create_task(
                    server.serve_until_cancelled(listener, api.waiting.let_go)
                )
                self._ready.set()
                await asyncio.gather(self._serving, return_exceptions=True)


@pytest.fixture(scope="module")
def api_schema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BaseSchema]:
    with Served(tmp_path_factory.mktemp("api")) as url:
        yield schemathesis.openapi.from_url(f"{url}/openapi.json")


def test_every_operation_is_tried(api_schema: BaseSchema) -> None:
    paths: dict[str, dict[str, Any]] = api_schema.raw_schema["paths"]
    found = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert found == set(OPERATIONS)


@pytest.mark.parametrize(("method", "path", "mode"), TRIED)
def test_answers_are_what_the_schema_says(
    api_schema: BaseSchema, method: str, path: str, mode: GenerationMode
) -> None:
    @settings(
        max_examples=30,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=api_schema[path][method].as_strategy(generation_mode=mode))
    def holds(case: schemathesis.Case[Any]) -> None:
        case.validate_response(case.call(timeout=30), checks=list(CHECKS))

    holds()
