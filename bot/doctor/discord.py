"""The Discord token: whether it works, how the application is set up, and the links to add it."""

import importlib.metadata
import os
from collections.abc import AsyncIterator
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx
from pydantic import BaseModel, Field, SecretStr, ValidationError

from bot.doctor.finding import Finding, broken, fine, reason, warning
from bot.settings import BotSettings

AUTHORIZE = "https://discord.com/oauth2/authorize"
#: https://discord.com/developers/docs/topics/permissions
PERMISSIONS = {
    "View Channels": 1 << 10,
    "Send Messages": 1 << 11,
    "Embed Links": 1 << 14,
    "Attach Files": 1 << 15,
    "Read Message History": 1 << 16,
    "Send Messages in Threads": 1 << 38,
}
#: Keys of integration_types_config.
_GUILD, _USER = "0", "1"
_ANSWER_SECONDS = 15.0
OFF = fine(
    "Discord：未开启，要用就设 ZDRAW_DISCORD_TOKEN",
    "Discord: off; ZDRAW_DISCORD_TOKEN turns it on",
)
_ID = Field(pattern=r"^\d{1,20}$")


class _Account(BaseModel):
    id: str = _ID
    username: str


class _Application(BaseModel):
    id: str = _ID
    name: str
    bot_require_code_grant: bool = False
    interactions_endpoint_url: str | None = None
    #: Which kinds of installation are ticked; None where the answer does not say.
    integration_types_config: dict[str, Any] | None = None


_Answer = TypeVar("_Answer", bound=BaseModel)


class _Refused(Exception):
    """The token is not taken."""


async def discord(
    settings: BotSettings, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[Finding]:
    """Asks Discord's API; opens no gateway, so that a bot that runs is not disturbed."""
    token = settings.discord_token
    if token is None:
        yield OFF
        return
    try:
        async with _client(settings, token, transport) as client:
            me = await _get(client, "/users/@me", _Account)
            application = await _get(client, "/oauth2/applications/@me", _Application)
    except _Refused:
        yield broken(
            os.EX_CONFIG,
            "Discord 不认这个令牌：在 Developer Portal 的 Bot 页 Reset Token，"
            "再改 ZDRAW_DISCORD_TOKEN",
            "Discord refuses the token: Bot, Reset Token in the Developer Portal, then set"
            " ZDRAW_DISCORD_TOKEN",
        )
    except (httpx.HTTPError, ValidationError) as error:
        yield broken(
            os.EX_UNAVAILABLE,
            f"连不上 Discord（{_why(error, token, settings.proxy)}）：检查网络；"
            "要走代理就设 ZDRAW_PROXY",
            "Discord cannot be reached: check the network, or set ZDRAW_PROXY",
        )
    else:
        for finding in _findings(me, application):
            yield finding


def _client(
    settings: BotSettings, token: SecretStr, transport: httpx.AsyncBaseTransport | None
) -> httpx.AsyncClient:
    version = importlib.metadata.version("zdraw")
    return httpx.AsyncClient(
        base_url=settings.discord_api_base,
        headers={
            "authorization": f"Bot {token.get_secret_value()}",
            "user-agent": f"DiscordBot (zdraw, {version})",
        },
        timeout=_ANSWER_SECONDS,
        # As the adapter: by this proxy, and by none of the environment.
        proxy=settings.proxy.get_secret_value() if settings.proxy else None,
        trust_env=False,
        transport=transport,
    )


async def _get(client: httpx.AsyncClient, path: str, kind: type[_Answer]) -> _Answer:
    """Raises _Refused, httpx.HTTPError, ValidationError."""
    answer = await client.get(path)
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise _Refused
    answer.raise_for_status()
    return kind.model_validate_json(answer.content)


def _why(error: Exception, *secrets: SecretStr | None) -> str:
    if isinstance(error, ValidationError):
        return "回答的不是 Discord"
    if isinstance(error, httpx.HTTPStatusError):
        return f"HTTP {error.response.status_code}"
    return reason(error, *secrets)


def _findings(me: _Account, application: _Application) -> list[Finding]:
    return [
        fine(
            f"Discord：机器人 {me.username}，应用 {application.name}；特权意图一个都不用开",
            f"Discord: the bot is {me.username}, its application {application.name};"
            " no privileged intent is needed",
        ),
        *_setup(application),
        *_links(application),
    ]


def _setup(application: _Application) -> list[Finding]:
    """What would keep commands from arriving, or the bot from being added."""
    found = []
    if application.interactions_endpoint_url:
        found.append(
            broken(
                os.EX_CONFIG,
                "Discord：应用设了 Interactions Endpoint URL，命令到不了 zdraw："
                "在 General Information 页清空",
                "Discord: an Interactions Endpoint URL is set, so no command reaches zdraw; clear"
                " it under General Information",
            )
        )
    if application.bot_require_code_grant:
        found.append(
            broken(
                os.EX_CONFIG,
                "Discord：勾了 Requires OAuth2 Code Grant，邀请链接不能用：在 Bot 页取消",
                "Discord: Requires OAuth2 Code Grant is ticked, so the link does not work; untick"
                " it under Bot",
            )
        )
    return found


def _links(application: _Application) -> list[Finding]:
    ticked = application.integration_types_config
    server, account = _server_link(application.id), _account_link(application.id)
    return [
        fine(f"Discord：加进服务器 {server}", "Discord: add it to a server")
        if ticked is None or _GUILD in ticked
        else _unticked("加进服务器", "Guild Install"),
        fine(f"Discord：装到自己的账号 {account}", "Discord: add it to your own account")
        if ticked is None or _USER in ticked
        else _unticked("装到自己的账号", "User Install"),
    ]


def _unticked(what: str, box: str) -> Finding:
    return warning(
        f"Discord：不能{what}，在 Developer Portal 的 Installation 页勾选 {box}",
        f"Discord: {box} is not ticked under Installation in the Developer Portal",
    )


def _server_link(application_id: str) -> str:
    permissions = sum(PERMISSIONS.values())
    query = {"client_id": application_id, "scope": "bot applications.commands"}
    return f"{AUTHORIZE}?{urlencode(query)}&permissions={permissions}"


def _account_link(application_id: str) -> str:
    query = {"client_id": application_id, "scope": "applications.commands"}
    return f"{AUTHORIZE}?{urlencode(query)}&integration_type=1"
