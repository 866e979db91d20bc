"""What is logged, and what never is."""

import json
import logging

import pytest
import structlog

from bot.log import redact, set_up_log
from bot.settings import LogFormat, LogLevel

TOKEN = "123456:not-a-real-token-but-it-looks-like-one"
ADDRESS = f"https://api.telegram.org/bot{TOKEN}/getMe"


def fail_with_a_token() -> None:
    try:
        raise RuntimeError(f"no answer from {ADDRESS}")
    except RuntimeError:
        structlog.get_logger("bot.links").exception("link_lost", address=ADDRESS)


@pytest.mark.parametrize("style", list(LogFormat))
def test_token_in_a_field_or_an_exception_is_not_logged(capsys, style):
    set_up_log(LogLevel.INFO, style)
    fail_with_a_token()
    logged = capsys.readouterr().err
    assert "RuntimeError: no answer from https://api.telegram.org/bot[token]/getMe" in logged
    assert TOKEN not in logged


@pytest.mark.parametrize("style", list(LogFormat))
def test_token_that_a_library_logs_is_not_logged(capsys, style):
    set_up_log(LogLevel.INFO, style)
    logging.getLogger("somelib").error("cannot reach %s", ADDRESS)
    logged = capsys.readouterr().err
    assert "cannot reach https://api.telegram.org/bot[token]/getMe" in logged


@pytest.mark.parametrize("library", ["httpx", "httpcore", "telegram", "telegram.ext", "uvicorn"])
def test_libraries_are_silent_below_warning(capsys, library):
    set_up_log(LogLevel.DEBUG, LogFormat.CONSOLE)
    logging.getLogger(library).info("HTTP Request: GET %s", ADDRESS)
    assert capsys.readouterr().err == ""


def test_console_line_begins_with_the_event(capsys):
    set_up_log(LogLevel.INFO, LogFormat.CONSOLE)
    structlog.get_logger("bot").info("started", pid=7)
    line = capsys.readouterr().err
    assert line.startswith("event=started level=info time=")
    assert line.endswith(" pid=7\n")


def test_json_line_begins_with_the_event(capsys):
    set_up_log(LogLevel.INFO, LogFormat.JSON)
    structlog.get_logger("bot").info("started", folder="状态")
    fields = json.loads(capsys.readouterr().err)
    assert list(fields) == ["event", "level", "time", "folder"]
    assert fields["folder"] == "状态"


def test_lines_below_the_level_are_left_out(capsys):
    set_up_log(LogLevel.WARNING, LogFormat.CONSOLE)
    log = structlog.get_logger("bot.core")
    log.info("unheard")
    log.warning("heard")
    logged = capsys.readouterr().err
    assert "event=heard" in logged
    assert "unheard" not in logged


def test_what_is_no_token_stays():
    assert redact("12:30 at 127.0.0.1:7860, ratio 16:9") == "12:30 at 127.0.0.1:7860, ratio 16:9"


@pytest.mark.parametrize(
    "secret",
    [
        # As Discord's look; of a bot, and of an interaction.
        "MTEyMDAwMDAwMDAwMDAwMDAwMQ.GhIjKl.abcdefghijklmnopqrstuvwxyz0123456789AB",
        "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OnNlY3JldA",
    ],
)
def test_what_looks_like_a_token_of_discord_is_redacted(secret):
    assert secret not in redact(f"refused: {secret}")


def test_a_token_of_a_program_is_redacted_wherever_it_stands():
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJrcml0YSJ9.9K2zVW0rR6BIYFeQhjF0jlIHj7X6sSIkZhLV43xUb2Y"
    assert redact(f"GET /view?token={token}&x=1") == "GET /view?token=[token]&x=1"


def test_a_token_in_an_address_of_discord_is_redacted_whatever_it_looks_like():
    for kind in ("webhooks", "interactions"):
        address = f"https://discord.com/api/v10/{kind}/112/any-token/messages/@original"
        assert redact(address) == f"https://discord.com/api/v10/{kind}/[token]/messages/@original"


def test_ordinary_lines_are_left_as_they_are():
    line = "event=delivered where=/usr/lib/python3/site-packages/discord/http.py:731 id=k3v9x2ab"
    assert redact(line) == line
