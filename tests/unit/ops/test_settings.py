"""A wrong setting stops the start with one line; nothing is guessed."""

from pathlib import Path

import pytest

from bot.core.errors import StartupError
from bot.load_settings import load_settings
from bot.settings import ENGINE_ONLY, BotSettings, LogLevel
from engine.settings import EngineSettings

TOKEN = "123456:not-a-real-token-but-it-looks-like-one"


def refused() -> StartupError:
    with pytest.raises(StartupError) as caught:
        load_settings()
    assert caught.value.exit_code == 78
    assert "\n" not in str(caught.value)
    return caught.value


def test_without_any_setting_the_demo_model_and_the_board_are_on():
    settings = load_settings()
    assert settings.telegram_token is None
    assert settings.model == "demo"
    assert settings.board_port == 7860
    assert settings.database_url == "sqlite+aiosqlite:///state/zdraw.db"


def test_database_follows_the_state_folder(monkeypatch):
    monkeypatch.setenv("ZDRAW_STATE_DIR", "/srv/zdraw")
    assert load_settings().database_url == "sqlite+aiosqlite:////srv/zdraw/zdraw.db"


def test_environment_wins_over_the_file(monkeypatch):
    Path(".env").write_text("ZDRAW_LOG_LEVEL=debug\nZDRAW_QUEUE_HOURS=3\n")
    monkeypatch.setenv("ZDRAW_LOG_LEVEL", "error")
    settings = load_settings()
    assert (settings.log_level, settings.queue_hours) == (LogLevel.ERROR, 3)


@pytest.mark.parametrize("field", sorted(BotSettings.model_fields))
def test_blank_value_is_the_same_as_none(monkeypatch, field):
    monkeypatch.setenv(f"ZDRAW_{field.upper()}", "")
    assert load_settings() == BotSettings()


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("ZDRAW_BOARD_PORT", "http", "a whole number from 0 to 65535"),
        ("ZDRAW_BOARD_PORT", "70000", "a whole number from 0 to 65535"),
        ("ZDRAW_QUEUE_HOURS", "0", "a whole number from 1 to 720"),
        ("ZDRAW_MAX_QUEUED", "1.5", "a whole number from 1 to 1000000"),
        ("ZDRAW_LOG_LEVEL", "loud", "debug, info, warning, error"),
        ("ZDRAW_LOG_FORMAT", "xml", "console, json"),
        ("ZDRAW_MODEL", "z-image-trubo", "z-image-turbo, demo"),
        ("ZDRAW_STATE_DIR", "~/zdraw", "a path without ~"),
        ("ZDRAW_TELEGRAM_API_BASE", "api.telegram.org", "an address starting with http"),
        ("ZDRAW_TELEGRAM_API_BASE", "https://api.telegram.org/", "without a closing /"),
        ("ZDRAW_TELEGRAM_API_BASE", "http://127.0.0.1:http", "an address"),
        ("ZDRAW_DISCORD_API_BASE", "discord.com/api/v10", "an address starting with http"),
        ("ZDRAW_DISCORD_GATEWAY_URL", "https://gateway.discord.gg", "ws:// or wss://"),
    ],
)
def test_wrong_value_is_refused_with_name_value_and_what_is_allowed(
    monkeypatch, name, value, allowed
):
    monkeypatch.setenv(name, value)
    line = str(refused())
    assert line.startswith(f"{name}={value} is refused; allowed: ")
    assert allowed in line
    assert line.count("ZDRAW_") == 1


def test_all_wrong_values_are_named_at_once(monkeypatch):
    monkeypatch.setenv("ZDRAW_BOARD_PORT", "x")
    monkeypatch.setenv("ZDRAW_LOG_LEVEL", "y")
    line = str(refused())
    assert "ZDRAW_BOARD_PORT=x" in line
    assert "ZDRAW_LOG_LEVEL=y" in line


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZDRAW_TELEGRAM_TOKEN", "not-a-token-hunter2"),
        ("ZDRAW_DISCORD_TOKEN", "a-client-secret-hunter2"),
        ("ZDRAW_PROXY", "ftp://user:hunter2@proxy"),
        ("ZDRAW_DATABASE_URL", "mysql://user:hunter2@db/zdraw"),
    ],
)
def test_refusal_of_a_secret_does_not_repeat_it(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    line = str(refused())
    assert line.startswith(f"{name} is refused; allowed: ")
    assert "hunter2" not in line


def test_settings_can_be_printed_without_giving_secrets_away(monkeypatch):
    monkeypatch.setenv("ZDRAW_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("ZDRAW_PROXY", "socks5://user:hunter2@proxy:1080")
    settings = load_settings()
    assert settings.telegram_token is not None
    assert settings.telegram_token.get_secret_value() == TOKEN
    assert TOKEN not in repr(settings)
    assert "hunter2" not in repr(settings)


def test_a_name_like_no_other_is_refused_without_a_guess(monkeypatch):
    monkeypatch.setenv("ZDRAW_FOO", "1")
    line = str(refused())
    assert line == "ZDRAW_FOO is not a setting of zdraw; see docs/configuration.md"


def test_misspelt_name_in_the_environment_is_refused_with_the_nearest_one(monkeypatch):
    monkeypatch.setenv("ZDRAW_TELEGRAM_TOKN", TOKEN)
    line = str(refused())
    assert line == (
        "ZDRAW_TELEGRAM_TOKN is not a setting of zdraw; did you mean ZDRAW_TELEGRAM_TOKEN?"
    )


def test_misspelt_name_in_the_file_is_refused_with_the_nearest_one():
    Path(".env").write_text("ZDRAW_ENGINE_QUEUE=2\n")
    assert "did you mean ZDRAW_ENGINE_QUEUE_SIZE?" in str(refused())


def test_other_programs_names_in_the_file_are_no_business_of_zdraw():
    Path(".env").write_text("HTTP_PORT=80\nZDRAW_QUEUE_HOURS=3\n")
    assert load_settings().queue_hours == 3


def test_settings_of_the_engine_may_stand_beside_those_of_the_bot(monkeypatch):
    assert set(EngineSettings.model_fields) - set(BotSettings.model_fields) == ENGINE_ONLY
    for field in ENGINE_ONLY:
        monkeypatch.setenv(f"ZDRAW_{field.upper()}", "1")
    assert load_settings() == BotSettings()


def test_short_password_of_the_board_is_refused_without_showing_it(monkeypatch):
    monkeypatch.setenv("ZDRAW_BOARD_PASSWORD", "eleven char")
    assert str(refused()) == "ZDRAW_BOARD_PASSWORD is refused; allowed: at least 12 characters"
