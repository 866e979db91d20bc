"""How the client gets out, and what the library may say."""

import logging
from typing import Any

import pytest
import structlog

from bot.adapters.discord.client import Client, quieten_library


async def made(proxy: str | None) -> Client:
    # Nobody presses: it needs no desk.
    # The desk is not asked before the client is connected.
    return Client(None, structlog.get_logger(), proxy=proxy)  # type: ignore[arg-type]


@pytest.mark.parametrize("proxy", [None, "http://user:hunter2@proxy:3128"])
async def test_a_plain_proxy_is_what_the_library_takes(proxy):
    client = await made(proxy)
    assert client.http.proxy == proxy


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
async def test_a_socks_proxy_looks_names_up_on_its_side(scheme):
    client = await made(f"{scheme}://user:hunter2@127.0.0.1:1080")
    connector: Any = client.http.connector
    assert client.http.proxy is None
    assert type(connector).__name__ == "ProxyConnector"
    assert connector._rdns is True
    await connector.close()


async def test_only_guilds_are_listened_to_and_nothing_is_kept():
    client = await made(None)
    assert client.intents.value == 1
    assert list(client.cached_messages) == []
    assert client.allowed_mentions is not None
    assert not any((client.allowed_mentions.everyone, client.allowed_mentions.users))


def test_an_outage_is_not_a_traceback_for_each_attempt(caplog):
    quieten_library()
    log = logging.getLogger("discord.client")
    log.error("Attempting a reconnect in %.2fs", 1.0)
    log.warning("something else")
    log.info("a detail")
    assert [record.getMessage() for record in caplog.records] == ["something else"]
