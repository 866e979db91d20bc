"""Discord and Telegram from one bot: real processes, the demo model, both platforms on loopback.

As in test_whole.py one house serves all tests, and the last one stops it.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.discord_api import FakeDiscord, Interaction, Message
from tests.fakes.telegram_api import FakeTelegram
from tests.house import House

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

GUILD, CHANNEL = 7, 70
DRAW = "一个红色的圆 尺寸 128x128"
#: Long enough to be killed in the middle.
LONG_DRAW = "一个红色的圆 尺寸 128x128 步数 50 4张"
IDLE_MEGABYTES = 150


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with FakeDiscord() as discord, FakeTelegram() as telegram:
        discord.people.guild(GUILD)
        discord.people.channel(CHANNEL, guild=GUILD)
        with House(tmp_path_factory.mktemp("house") / "state", telegram, discord) as house:
            house.wait_until_ready()
            yield house


def ask(house: House, prompt: str = DRAW, user: int = 1) -> Interaction:
    return house.discord.people.slash("draw", {"prompt": prompt}, user=user, channel=CHANNEL)


def picture_for(house: House, asked: Interaction) -> Message:
    """The answer, once it has become a picture."""
    house.wait_for(lambda: asked.original is not None and asked.original.images, 60)
    assert asked.original is not None
    return asked.original


def telegram_picture(house: House, user: int) -> None:
    house.telegram.people.say(f"/draw {DRAW}", user=user)
    house.wait_for(lambda: house.telegram.pictures_seen(user) == 1, 60)


def test_a_command_is_answered_with_the_picture_for_it(house: House) -> None:
    asked = ask(house, f"{DRAW} 种子 42")
    message = picture_for(house, asked)
    assert message.content.startswith("一个红色的圆\n128×128 · 种子 42 · #")
    assert house.discord.pictures_seen(asked) == 1
    assert asked.answered_at is not None
    assert asked.delivered_at is not None
    assert asked.answered_at - asked.delivered_at < 1.5


def test_telegram_draws_beside_it(house: House) -> None:
    telegram_picture(house, 2)


def test_a_picture_arrives_once_after_the_bot_was_killed(house: House) -> None:
    asked = ask(house, LONG_DRAW)
    house.wait_for(lambda: asked.answered, 30)
    house.kill("bot")
    message = picture_for(house, asked)
    assert house.discord.pictures_seen(asked) == 1
    assert message is asked.original


def test_a_button_works_after_that(house: House) -> None:
    message = next(m for m in house.discord.messages(CHANNEL) if m.images)
    house.wait_for(house.discord.world.sessions.live, 30)
    pressed = house.discord.people.press(message, "再来", user=3)
    assert picture_for(house, pressed) is not message


def test_with_discord_away_telegram_goes_on_and_nothing_is_lost(house: House) -> None:
    asked = ask(house, LONG_DRAW)
    house.wait_for(lambda: asked.answered, 30)
    house.discord.stop()
    telegram_picture(house, 4)
    house.discord.start()
    picture_for(house, asked)
    assert house.discord.pictures_seen(asked) == 1


def test_with_telegram_away_discord_goes_on(house: House) -> None:
    house.telegram.stop()
    house.wait_for(lambda: house.discord.gateway.connections, 90)
    picture_for(house, ask(house))
    house.telegram.start()
    telegram_picture(house, 5)


def test_the_bot_is_small_with_both(house: House) -> None:
    process = Path(f"/proc/{house.child('bot')}")
    resident = re.search(r"VmRSS:\s+(\d+) kB", (process / "status").read_text())
    assert resident is not None
    assert int(resident[1]) / 1024 < IDLE_MEGABYTES


def test_neither_tokens_nor_prompts_are_logged(house: House) -> None:
    log = house.log.read_text(errors="replace")
    for secret in (house.discord.token, house.telegram.token, "红色", "interaction-token"):
        assert secret not in log
    assert "Traceback" not in log


def test_a_token_that_discord_refuses_leaves_telegram_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FakeDiscord() as discord, FakeTelegram() as telegram:
        wrong = House(tmp_path / "state", telegram, discord)
        usual = wrong.environment()
        token = "another.token.than-the-right-one"
        monkeypatch.setattr(wrong, "environment", lambda: usual | {"ZDRAW_DISCORD_TOKEN": token})
        with wrong:
            telegram_picture(wrong, 1)
        log = wrong.log.read_text(errors="replace")
    assert log.count("event=platform_off") == log.count("Discord refuses the token") == 1
    assert token not in log


def test_sigterm_ends_all_of_it_within_five_seconds(house: House) -> None:
    began = time.monotonic()
    assert house.stop() == 0
    assert time.monotonic() - began < 5
