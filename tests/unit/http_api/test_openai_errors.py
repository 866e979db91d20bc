"""OpenAI's form of an error: every code has a type, a parameter where there is one, and advice
to clients that try again by themselves."""

import json
from typing import Any

import pytest
from starlette.datastructures import Headers

from bot.adapters.http_api.openai.body import ALLOWED
from bot.adapters.http_api.openai.edits import EditsBody
from bot.adapters.http_api.openai.errors import answer
from bot.adapters.http_api.problem import Problem, problem_of
from bot.core.errors import Refusal

NOBODY = Headers({})


def error(problem: Problem) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(bytes(answer(problem, NOBODY).body))["error"]
    return told


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "empty_prompt", "invalid_request_error"),
        (401, "no_token", "invalid_request_error"),
        (404, "picture_gone", "invalid_request_error"),
        (429, "queue_full", "rate_limit_error"),
        (429, "pool_spent", "insufficient_quota"),
        (500, "internal_error", "server_error"),
        (503, "shutting_down", "server_error"),
    ],
)
def test_the_status_decides_the_type(status: int, code: str, kind: str) -> None:
    data: dict[str, Any] = {"limit": 1, "price": "1", "left": "0", "wait": 5}
    assert error(Problem(status, code, **data))["type"] == kind


def test_a_wrong_option_is_named_as_this_api_calls_it() -> None:
    refusal = Refusal("bad_value", key="steps", value="99", allowed="1 – 50")
    told = error(problem_of(refusal))
    assert (told["code"], told["param"]) == ("invalid_value", "num_inference_steps")
    assert told["message"] == "“num_inference_steps” cannot be “99”; allowed: 1 – 50."


def test_a_forbidden_word_is_named() -> None:
    told = error(problem_of(Refusal("forbidden_words", words="裸体")))
    assert (told["code"], told["param"]) == ("content_policy_violation", "prompt")
    assert "裸体" in told["message"]


@pytest.mark.parametrize(
    ("problem", "headers"),
    [
        (Problem(500, "internal_error"), {"x-should-retry": "false"}),
        (
            Problem(503, "shutting_down").later(7),
            {"x-should-retry": "true", "retry-after": "7"},
        ),
        (Problem(401, "no_token"), {"x-should-retry": "false", "www-authenticate": "Bearer"}),
    ],
)
def test_clients_are_told_whether_to_try_again(problem: Problem, headers: dict[str, str]) -> None:
    told = answer(problem, NOBODY).headers
    assert {name: told[name] for name in told if name in headers} == headers
    assert ("retry-after" in told) == ("retry-after" in headers)


def test_who_asks_too_soon_is_told_when_to_ask_again() -> None:
    problem = problem_of(Refusal("cooldown", seconds=17, cooldown=30))
    assert problem.status == 429
    assert error(problem)["code"] == "rate_limit_exceeded"
    assert answer(problem, NOBODY).headers["retry-after"] == "17"


def test_what_may_be_is_said_of_every_parameter() -> None:
    assert set(ALLOWED) == set(EditsBody.model_fields)
