"""Faults of the network and of the platforms, ready for the next call that they fit."""

import random
from collections.abc import Callable
from typing import Any

from tests.fakes.discord_api import FakeDiscord
from tests.fakes.discord_api import Fault as DiscordFault
from tests.fakes.telegram_api import FakeTelegram
from tests.fakes.telegram_api import Fault as TelegramFault

#: Everything that Discord is asked for: the first answer, a change and a deletion by token, a
#: follow-up, and what the bot does as itself.
DISCORD_CALLS = (
    ("POST", "/interactions/*/*/callback"),
    ("PATCH", "/webhooks/*/*/messages/*"),
    ("DELETE", "/webhooks/*/*/messages/*"),
    ("POST", "/webhooks/*/*"),
    ("POST", "/channels/*/messages"),
    ("PATCH", "/channels/*/messages/*"),
    ("DELETE", "/channels/*/messages/*"),
)
TELEGRAM_EDITS = ("editMessageMedia", "editMessageText")
#: Not sendMessage: a message whose answer was lost is sent again, which the design says.
TELEGRAM_CALLS = (*TELEGRAM_EDITS, "sendMessage")

Details = dict[str, Any]


def _lost_answer(_chance: random.Random) -> Details:
    return {"close": "after"}


def _lost_call(_chance: random.Random) -> Details:
    return {"close": "before"}


def _bad_gateway(chance: random.Random) -> Details:
    return {"status": chance.choice((500, 502, 503)), "times": chance.randint(1, 3)}


def _slow(chance: random.Random) -> Details:
    return {"delay": chance.uniform(1.0, 4.0)}


def _too_many(chance: random.Random) -> Details:
    return {"status": 429, "retry_after": round(chance.uniform(0.2, 2.0), 2)}


def _too_many_of_all(chance: random.Random) -> Details:
    return {"status": 429, "retry_after": chance.choice((1.0, 7.0)), "scope": "global"}


#: (what happens, how often)
DISCORD_FAULTS: tuple[tuple[Callable[[random.Random], Details], int], ...] = (
    (_lost_answer, 8),
    (_lost_call, 4),
    (_bad_gateway, 4),
    (_slow, 3),
    (_too_many, 3),
    (_too_many_of_all, 1),
)


def disturb_discord(discord: FakeDiscord, chance: random.Random) -> DiscordFault:
    method, path = chance.choice(DISCORD_CALLS)
    kinds, weights = zip(*DISCORD_FAULTS, strict=True)
    fault: Details = chance.choices(kinds, weights)[0](chance)
    return discord.faults.fail_next(method, path, fault.pop("status", None), **fault)


def disturb_telegram(telegram: FakeTelegram, chance: random.Random) -> TelegramFault:
    kind = chance.choice(("lost", "bad", "many"))
    if kind == "lost":
        return telegram.lose_answer(chance.choice(TELEGRAM_EDITS))
    if kind == "bad":
        return telegram.fail(chance.choice(TELEGRAM_CALLS), status=502, html=True)
    return telegram.fail(chance.choice(TELEGRAM_CALLS), status=429, retry_after=1)
