"""Who may use the HTTP API, and that nobody gets what is another's."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from structlog.testing import capture_logs

from bot.adapters.http_api.secret import FILE_NAME
from bot.adapters.http_api.tokens import DAY_MS
from tests.integration.api_life import GENERATIONS, Api, a_png, api_in

PROMPT = {"prompt": "一个红色的圆"}
LINK = PROMPT | {"response_format": "url"}


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    """Listening to others, so that everybody needs a token."""
    async with api_in(tmp_path, host="0.0.0.0") as made:
        yield made


@pytest.fixture
async def local(tmp_path: Path) -> AsyncIterator[Api]:
    async with api_in(tmp_path) as made:
        yield made


def code(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["code"])


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


# --- who asks -------------------------------------------------------------------------------------


async def test_requests_with_a_token_belong_to_its_holder(api: Api) -> None:
    program = await api.program(await api.tokens.make("krita"))
    reply = (await program.post(GENERATIONS, json=PROMPT)).json()
    row = await api.store.admissions.get(reply["zdraw"]["id"])
    assert row is not None
    assert (row.requester, row.scope) == ("api:krita", "user:krita")


async def test_a_token_may_stand_in_the_address(api: Api) -> None:
    program = await api.program()
    token = await api.tokens.make("krita")
    assert (await program.get("/v1/models", params={"token": token})).status_code == 200


async def test_without_a_token_there_is_nothing_but_health_and_the_schema(api: Api) -> None:
    program = await api.program()
    for path in ("/v1/models", "/metrics", "/v1/images/files/aaaa-1.png", "/v1/nothing"):
        answer = await program.get(path)
        assert (answer.status_code, code(answer)) == (401, "invalid_api_key")
        assert answer.headers["www-authenticate"] == "Bearer"
    assert (await program.post(GENERATIONS, json=PROMPT)).status_code == 401
    assert (await program.get("/healthz")).status_code == 200
    assert (await program.get("/openapi.json")).status_code == 200


async def test_a_revoked_token_opens_nothing_from_then_on(api: Api) -> None:
    program = await api.program(await api.tokens.make("krita"))
    assert (await program.get("/v1/models")).status_code == 200
    await api.store.api_tokens.revoke("krita")
    assert (await program.get("/v1/models")).status_code == 401


async def test_a_token_holds_for_its_days(api: Api) -> None:
    program = await api.program(await api.tokens.make("krita", days=2))
    api.store.clock.advance(2 * DAY_MS - 1)
    assert (await program.get("/v1/models")).status_code == 200
    api.store.clock.advance(1)
    assert (await program.get("/v1/models")).status_code == 401


async def test_the_token_is_not_kept(api: Api, tmp_path: Path) -> None:
    token = await api.tokens.make("krita")
    kept = json.dumps([vars(row) for row in await api.store.api_tokens.made()])
    assert not any(part in kept for part in token.split("."))
    assert (tmp_path / FILE_NAME).stat().st_mode & 0o777 == 0o600


async def test_forged_tokens_open_nothing(api: Api, tmp_path: Path) -> None:
    token = await api.tokens.make("krita")
    secret = (tmp_path / FILE_NAME).read_text()
    claims = jwt.decode(token, secret, algorithms=["HS256"])
    head, body, signature = token.split(".")
    none = f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{body}."
    other_secret = jwt.encode(claims, "x" * 64, algorithm="HS256")
    other_name = jwt.encode(claims | {"sub": "webui"}, secret, algorithm="HS256")
    other_row = jwt.encode(claims | {"jti": "0" * 16}, secret, algorithm="HS256")
    no_row = jwt.encode({"sub": "krita"}, secret, algorithm="HS256")
    stronger = jwt.encode(claims, secret, algorithm="HS512")
    flipped = f"{head}.{body}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    forged = [none, other_secret, other_name, other_row, no_row, stronger, flipped, "a.b.c", ""]
    for one in forged:
        program = await api.program()
        answer = await program.get("/v1/models", headers={"authorization": f"Bearer {one}"})
        assert answer.status_code == 401, one
        assert (await program.get("/v1/models", params={"token": one})).status_code == 401, one


async def test_a_secret_may_be_a_setting(tmp_path: Path) -> None:
    async with api_in(tmp_path, host="0.0.0.0", setting="s" * 32) as api:
        program = await api.program(await api.tokens.make("krita"))
        assert (await program.get("/v1/models")).status_code == 200
    assert not (tmp_path / FILE_NAME).exists()


# --- this machine ---------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [None, "none", "sk-local"])
async def test_programs_of_this_machine_need_no_token(local: Api, key: str | None) -> None:
    program = await local.program(key)
    reply = (await program.post(GENERATIONS, json=PROMPT)).json()
    row = await local.store.admissions.get(reply["zdraw"]["id"])
    assert row is not None
    assert row.requester == "api:local"


async def test_a_token_that_is_shown_on_this_machine_has_to_hold(local: Api) -> None:
    token = await local.tokens.make("krita")
    program = await local.program(token)
    reply = (await program.post(GENERATIONS, json=PROMPT)).json()
    row = await local.store.admissions.get(reply["zdraw"]["id"])
    assert row is not None
    assert row.requester == "api:krita"
    await local.store.api_tokens.revoke("krita")
    assert code(await program.get("/v1/models")) == "invalid_api_key"


async def test_where_a_token_is_always_asked_for_this_machine_needs_one_too(
    tmp_path: Path,
) -> None:
    async with api_in(tmp_path, always_token=True) as api:
        for headers in ({}, {"authorization": "Bearer none"}):
            program = await api.program(headers=headers)
            answer = await program.post(GENERATIONS, json=PROMPT)
            assert (answer.status_code, code(answer)) == (401, "invalid_api_key")
            assert (await program.get("/queue")).status_code == 401
            assert (await program.get("/healthz")).status_code == 200
        program = await api.program(await api.tokens.make("krita"))
        assert (await program.post(GENERATIONS, json=PROMPT)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "rebound.example"},
        {"origin": "https://elsewhere.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"x-forwarded-for": "203.0.113.7"},
        {"forwarded": "for=203.0.113.7"},
        {"via": "1.1 proxy"},
    ],
)
async def test_what_only_seems_to_come_from_this_machine_needs_a_token(
    local: Api, headers: dict[str, str]
) -> None:
    program = await local.program()
    answer = await program.post(GENERATIONS, json=PROMPT, headers=headers)
    assert (answer.status_code, code(answer)) == (401, "invalid_api_key")
    bearer = {"authorization": f"Bearer {await local.tokens.make('krita')}"}
    answer = await program.post(GENERATIONS, json=PROMPT, headers=headers | bearer)
    assert answer.status_code == 200


async def test_other_sites_are_told_nothing_by_cors(local: Api) -> None:
    program = await local.program(await local.tokens.make("krita"))
    asked = {"origin": "https://elsewhere.example", "access-control-request-method": "POST"}
    for answer in (
        await program.options(GENERATIONS, headers=asked),
        await program.get("/v1/models", headers=asked),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control-")]


# --- pictures -------------------------------------------------------------------------------------


async def drawn(program: httpx.AsyncClient) -> str:
    answer = await program.post(GENERATIONS, json=LINK)
    return str(answer.json()["data"][0]["url"])


async def test_a_link_opens_for_whoever_has_it_and_ends(api: Api) -> None:
    url = await drawn(await api.program(await api.tokens.make("krita")))
    stranger = await api.program()
    assert (await stranger.get(url)).content == a_png()
    api.store.clock.advance(DAY_MS)
    assert (await stranger.get(url)).status_code == 404


async def test_a_link_leads_to_one_picture_only(api: Api) -> None:
    program = await api.program(await api.tokens.make("krita"))
    urls = [urlsplit(await drawn(program)) for _ in range(2)]
    key = parse_qs(urls[0].query)["key"][0]
    stranger = await api.program()
    until, _, signature = key.partition(".")
    wrong = [
        (urls[1].path, key),
        (urls[0].path.replace(".png", ".jpeg"), key),
        (urls[0].path, f"{int(until) + DAY_MS}.{signature}"),
        (urls[0].path, f"{until}.{'0' * 64}"),
        (urls[0].path, ""),
        (urls[0].path, "1"),
    ]
    for path, tried in wrong:
        answer = await stranger.get(path, params={"key": tried})
        assert answer.status_code in (401, 404), (path, tried)


async def test_a_picture_without_a_link_is_its_requesters_alone(api: Api) -> None:
    owner = await api.program(await api.tokens.make("krita"))
    other = await api.program(await api.tokens.make("webui"))
    path = urlsplit(await drawn(owner)).path
    assert (await owner.get(path)).status_code == 200
    assert (await other.get(path)).status_code == 404


async def test_pictures_of_chats_have_no_address_here(local: Api, tmp_path: Path) -> None:
    row = await local.store.running()
    paths, preview = await local.pictures.save(row, [a_png()], b"")
    await local.store.outcomes.finish(row.key, paths, preview)
    signature = hmac.new(b"s", b"", hashlib.sha256).hexdigest()
    program = await local.program()
    for query in ("", f"?key=9999999999999.{signature}"):
        answer = await program.get(f"/v1/images/files/{row.id}-1.png{query}")
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd",
        "..%2f..%2fzdraw.db",
        "%2e%2e/%2e%2e/api.secret",
        "aaaa-1.png/../../api.secret",
        "aaaa-1.png%00",
        "/etc/passwd",
        "aaaa-0.png",
    ],
)
async def test_no_path_leads_elsewhere(local: Api, name: str) -> None:
    await local.tokens.make("krita")
    program = await local.program()
    answer = await program.get(f"/v1/images/files/{name}", follow_redirects=True)
    assert answer.status_code == 404


# --- too much -------------------------------------------------------------------------------------


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_that_is_too_large_is_refused(local: Api, announced: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"prompt": "'
        for _ in range(20):
            yield b"x" * 100_000

    program = await local.program()
    body: Any = b"x" * 2_000_000 if announced else pieces()
    headers = {"content-type": "application/json"}
    answer = await program.post(GENERATIONS, content=body, headers=headers)
    assert (answer.status_code, code(answer)) == (413, "body_too_large")


async def test_one_user_who_asks_too_often_is_slowed_down_and_others_are_not(
    tmp_path: Path,
) -> None:
    async with api_in(tmp_path, host="0.0.0.0", per_minute=3) as api:
        greedy = await api.program(await api.tokens.make("greedy"))
        modest = await api.program(await api.tokens.make("modest"))
        answers = [await greedy.get("/v1/models") for _ in range(4)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        assert code(answers[-1]) == "rate_limit_exceeded"
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 20
        assert (await modest.get("/v1/models")).status_code == 200


async def test_what_goes_wrong_unexpectedly_is_logged_without_words_or_tokens(
    local: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError(f"no room for {PROMPT}")

    monkeypatch.setattr(local.draw, "values", fail)
    program = await local.program(await local.tokens.make("krita"))
    with capture_logs() as logged:
        answer = await program.post(GENERATIONS, json=PROMPT)
    assert (answer.status_code, code(answer)) == (500, "internal_error")
    (line,) = [one for one in logged if one["event"] == "api_request_failed"]
    assert line["error"] == "RuntimeError"
    assert PROMPT["prompt"] not in str(logged)
