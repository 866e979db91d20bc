"""What `zdraw doctor` makes of Discord's answers. The whole over HTTP: tests/integration."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import discord as library
import httpx
import pytest

from bot.doctor.discord import PERMISSIONS, discord
from bot.doctor.finding import Finding, Mark
from bot.load_settings import load_settings

ROOT = Path(__file__).parents[3]
TOKEN = "aaaaaaaa.bbbbbb.not-a-real-token"
APPLICATION: dict[str, Any] = {
    "id": "1120000000000000001",
    "name": "zdraw",
    "bot_require_code_grant": False,
    "interactions_endpoint_url": None,
    "integration_types_config": {"0": {}, "1": {}},
}


class Api:
    """Discord's two answers."""

    def __init__(self) -> None:
        self.application: Any = dict(APPLICATION)
        self.status = 200
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.status != 200:
            return httpx.Response(self.status, json={"message": "no", "code": 0})
        if request.url.path == "/api/v10/users/@me":
            return httpx.Response(200, json={"id": "42", "username": "painter", "bot": True})
        assert request.url.path == "/api/v10/oauth2/applications/@me"
        return httpx.Response(200, json=self.application)


@pytest.fixture
def api():
    return Api()


@pytest.fixture
def findings(monkeypatch, api):
    monkeypatch.setenv("ZDRAW_DISCORD_TOKEN", TOKEN)

    async def ask(answer=None) -> list[Finding]:
        transport = httpx.MockTransport(answer or api)
        return [finding async for finding in discord(load_settings(), transport)]

    return ask


def links(found: list[Finding]) -> list[str]:
    return [finding.zh.split()[-1] for finding in found[-2:]]


async def test_without_a_token_it_says_which_setting_turns_it_on(monkeypatch, api):
    (finding,) = [f async for f in discord(load_settings(), httpx.MockTransport(api))]
    assert finding.mark is Mark.FINE
    assert "ZDRAW_DISCORD_TOKEN" in finding.zh
    assert api.asked == []


async def test_bot_is_named_and_needs_no_privileged_intent(findings, api):
    found = await findings()
    assert [finding.mark for finding in found] == [Mark.FINE] * 3
    assert "painter" in found[0].en
    assert "no privileged intent is needed" in found[0].en
    assert {request.headers["authorization"] for request in api.asked} == {f"Bot {TOKEN}"}


async def test_server_link_asks_for_the_permissions_that_drawing_needs_and_no_other(findings):
    server, _ = links(await findings())
    assert server.startswith("https://discord.com/oauth2/authorize?")
    asked = parse_qs(urlsplit(server).query)
    assert asked["client_id"] == [APPLICATION["id"]]
    assert asked["scope"] == ["bot applications.commands"]
    wanted = library.Permissions(
        view_channel=True,
        send_messages=True,
        send_messages_in_threads=True,
        attach_files=True,
        embed_links=True,
        read_message_history=True,
    )
    assert asked["permissions"] == [str(wanted.value)]


def test_documentation_names_the_same_permissions():
    text = (ROOT / "docs/discord.md").read_text(encoding="utf-8")
    assert text.count(str(sum(PERMISSIONS.values()))) == 2
    assert all(name in text for name in PERMISSIONS)


async def test_account_link_installs_for_the_user(findings):
    _, account = links(await findings())
    assert parse_qs(urlsplit(account).query) == {
        "client_id": [APPLICATION["id"]],
        "scope": ["applications.commands"],
        "integration_type": ["1"],
    }


@pytest.mark.parametrize(
    ("ticked", "box"), [({"1": {}}, "Guild Install"), ({"0": {}}, "User Install")]
)
async def test_installation_that_is_not_ticked_is_a_warning_without_a_link(
    findings, api, ticked, box
):
    api.application["integration_types_config"] = ticked
    (warning,) = [f for f in await findings() if f.mark is Mark.WARNING]
    assert box in warning.en
    assert "https:" not in warning.line


async def test_application_that_does_not_say_what_is_ticked_gets_both_links(findings, api):
    del api.application["integration_types_config"]
    assert [finding.mark for finding in await findings()] == [Mark.FINE] * 3


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("interactions_endpoint_url", "https://example.org/hook", "Interactions Endpoint URL"),
        ("bot_require_code_grant", True, "Requires OAuth2 Code Grant"),
    ],
)
async def test_setting_of_the_application_that_keeps_zdraw_from_working_is_broken(
    findings, api, setting, value, said
):
    api.application[setting] = value
    (wrong,) = [f for f in await findings() if f.mark is Mark.BROKEN]
    assert wrong.exit_code == os.EX_CONFIG
    assert said in wrong.zh


async def test_refused_token_is_broken_and_not_repeated(findings, api):
    api.status = 401
    (finding,) = await findings()
    assert (finding.mark, finding.exit_code) == (Mark.BROKEN, os.EX_CONFIG)
    assert "Reset Token" in finding.zh
    assert TOKEN not in finding.line


@pytest.mark.parametrize("status", [403, 429, 500, 502])
async def test_other_status_is_named(findings, api, status):
    api.status = status
    (finding,) = await findings()
    assert finding.exit_code == os.EX_UNAVAILABLE
    assert f"HTTP {status}" in finding.zh


@pytest.mark.parametrize(
    "body", [b"<html>please log in</html>", b"[]", b'{"id": "../evil", "username": "x"}']
)
async def test_answer_of_somebody_else_is_not_taken_for_discord(findings, body):
    (finding,) = await findings(lambda _request: httpx.Response(200, content=body))
    assert finding.exit_code == os.EX_UNAVAILABLE
    assert "回答的不是 Discord" in finding.zh


async def test_error_that_quotes_the_token_does_not_give_it_away(findings):
    def fail(request):
        raise httpx.ConnectError(f"no way to {TOKEN}\nat all", request=request)

    (finding,) = await findings(fail)
    assert finding.exit_code == os.EX_UNAVAILABLE
    assert "no way to … at all" in finding.line
    assert TOKEN not in finding.line
