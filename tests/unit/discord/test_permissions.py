"""Whether the bot can send a picture by itself."""

from types import SimpleNamespace
from typing import Any
from unittest.mock import create_autospec

import discord
import pytest

from bot.adapters.discord.permissions import may_send
from bot.core.errors import TryLater

ALL = discord.Permissions(
    view_channel=True, send_messages=True, send_messages_in_threads=True, attach_files=True
)


def channel(kind: Any = discord.TextChannel, *, timed_out: bool = False, **more: Any) -> Any:
    me = SimpleNamespace(is_timed_out=lambda: timed_out)
    one = create_autospec(kind, instance=True, guild=SimpleNamespace(me=me))
    one.permissions_for.return_value = ALL
    for name, value in more.items():
        setattr(one, name, value)
    return one


def thread(**more: Any) -> Any:
    one = channel(discord.Thread, **{"locked": False, "archived": False, "me": None, **more})
    one.is_private.return_value = more.get("private", False)
    return one


def test_where_nothing_is_missing():
    assert may_send(channel())
    assert may_send(thread())
    # It opens when something is sent.
    assert may_send(thread(archived=True))
    assert may_send(thread(private=True, me=object()))


def test_where_something_is():
    assert not may_send(channel(timed_out=True))
    assert not may_send(thread(locked=True))
    assert not may_send(thread(private=True))
    lacking = channel()
    lacking.permissions_for.return_value = discord.Permissions(view_channel=True)
    assert not may_send(lacking)


def test_who_keeps_threads_in_order_may_write_in_all():
    one = thread(locked=True, private=True)
    one.permissions_for.return_value = ALL | discord.Permissions(manage_threads=True)
    assert may_send(one)


@pytest.mark.parametrize("unknown", ["me", "parent"])
def test_what_is_not_known_yet_is_asked_again(unknown):
    one = thread()
    if unknown == "me":
        one.guild.me = None
    else:
        one.parent = None
    with pytest.raises(TryLater):
        may_send(one)
