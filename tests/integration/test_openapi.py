"""The API against the schema that it publishes: schemathesis asks what the schema allows, and
what it does not, over real HTTP."""

import json
from typing import Any

import httpx
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

OPERATIONS = (
    ("POST", "/v1/images/generations"),
    ("POST", "/v1/images/edits"),
    ("POST", "/v1/images/variations"),
    ("GET", "/v1/images/files/{name}"),
    ("GET", "/v1/models"),
    ("GET", "/v1/models/{name}"),
    ("GET", "/healthz"),
    ("GET", "/metrics"),
    ("POST", "/prompt"),
    ("GET", "/prompt"),
    ("GET", "/queue"),
    ("POST", "/queue"),
    ("POST", "/interrupt"),
    ("GET", "/history"),
    ("POST", "/history"),
    ("GET", "/history/{prompt_id}"),
    ("GET", "/view"),
    ("POST", "/upload/image"),
    ("POST", "/upload/mask"),
    ("GET", "/object_info"),
    ("GET", "/object_info/{name}"),
    ("GET", "/system_stats"),
    ("GET", "/models"),
    ("GET", "/models/{folder}"),
    ("GET", "/embeddings"),
    ("GET", "/extensions"),
    ("GET", "/features"),
    ("POST", "/free"),
)
#: Of the others every request is a good one, or what is wrong with it is passed over, as in
#: ComfyUI.
TAKING = (OPERATIONS[0], OPERATIONS[3], ("POST", "/prompt"))
TRIED = [
    *((*operation, GenerationMode.POSITIVE) for operation in OPERATIONS),
    *((*operation, GenerationMode.NEGATIVE) for operation in TAKING),
]
NOT_COMFYUI = ("/v1/", "/healthz", "/metrics")
ID = {"prompt_id": "x"}
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
)


@pytest.fixture(scope="module")
def api_schema(served_api: str) -> BaseSchema:
    return schemathesis.openapi.from_url(f"{served_api}/openapi.json")


def test_every_operation_is_tried(api_schema: BaseSchema) -> None:
    paths: dict[str, dict[str, Any]] = api_schema.raw_schema["paths"]
    found = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert found == set(OPERATIONS)


def test_it_tells_of_no_answer_that_is_never_given(api_schema: BaseSchema) -> None:
    """What FastAPI would answer to wrong parameters."""
    assert "ValidationError" not in json.dumps(api_schema.raw_schema)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_each_of_comfyuis_is_there_under_api_too_and_described_once(
    api_schema: BaseSchema, served_api: str, method: str
) -> None:
    paths = [path for one, path in OPERATIONS if one == method and not path.startswith(NOT_COMFYUI)]
    assert paths
    with httpx.Client(base_url=served_api) as program:
        for path in paths:
            assert f"/api{path}" not in api_schema.raw_schema["paths"]
            for prefix in ("", "/api"):
                answer = program.request(method, prefix + path.format(name="x", folder="x", **ID))
                unknown = "unknown_address" in answer.text and "{folder}" not in path
                assert answer.status_code != 405
                assert not unknown, (prefix, path)
    (tag,) = api_schema.raw_schema["tags"]
    assert "`/api`" in tag["description"]


@pytest.mark.parametrize(("method", "path", "mode"), TRIED)
def test_answers_are_what_the_schema_says(
    api_schema: BaseSchema, method: str, path: str, mode: GenerationMode
) -> None:
    @settings(
        max_examples=30,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=api_schema[path][method].as_strategy(generation_mode=mode))
    def holds(case: schemathesis.Case[Any]) -> None:
        case.validate_response(case.call(timeout=30), checks=list(CHECKS))

    holds()
