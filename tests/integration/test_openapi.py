"""The API against the schema that it publishes: schemathesis asks what the schema allows, and
what it does not, over real HTTP."""

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


@pytest.fixture(scope="module")
def api_schema(served_api: str) -> BaseSchema:
    return schemathesis.openapi.from_url(f"{served_api}/openapi.json")


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
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=api_schema[path][method].as_strategy(generation_mode=mode))
    def holds(case: schemathesis.Case[Any]) -> None:
        case.validate_response(case.call(timeout=30), checks=list(CHECKS))

    holds()
