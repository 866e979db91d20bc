"""The lines of `zdraw doctor`, the code it ends with, and settings that cannot be read."""

import os
from pathlib import Path

import pytest

from bot.cli import main
from bot.doctor.finding import Mark, broken, fine, reason, summary, warning

SECRET = "hunter2"


@pytest.fixture
def doctor(capsys, monkeypatch):
    """Runs it; (exit code, lines)."""
    monkeypatch.setenv("PATH", "")

    def run() -> tuple[object, list[str]]:
        with pytest.raises(SystemExit) as ended:
            main(["doctor"])
        said = capsys.readouterr()
        assert said.err == ""
        return ended.value.code, said.out.splitlines()

    return run


def test_line_has_a_mark_and_both_languages():
    assert fine("好", "well").line == "✅ 好 / well"
    assert warning("当心", "look out").line == "⚠️ 当心 / look out"
    assert broken(1, "坏了", "broken").line == "❌ 坏了 / broken"


def test_warnings_do_not_change_the_exit_code():
    last = summary([fine("", ""), warning("", "")])
    assert (last.mark, last.exit_code) == (Mark.WARNING, 0)


def test_exit_code_is_that_of_the_first_that_is_broken():
    last = summary([warning("", ""), broken(73, "", ""), broken(78, "", "")])
    assert (last.mark, last.exit_code) == (Mark.BROKEN, 73)
    assert last.en.startswith("2 to fix")


def test_reason_is_one_line_of_bounded_length():
    assert reason(ValueError("a\n b")) == "a b"
    assert reason(ValueError()) == "ValueError"
    assert len(reason(ValueError("x" * 999))) == 200


def test_fresh_machine_on_the_demo_model_is_well(doctor):
    code, lines = doctor()
    assert code == 0
    assert {line[0] for line in lines} == {"✅"}
    assert lines[-1] == "✅ 一切正常 / all is well"
    assert not Path("state").exists()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ZDRAW_TELEGRAM_TOKN", "1", "did you mean ZDRAW_TELEGRAM_TOKEN?"),
        ("ZDRAW_BOARD_PORT", "http", "a whole number from 0 to 65535"),
        ("ZDRAW_ENGINE_QUEUE_SIZE", "0", "ZDRAW_ENGINE_QUEUE_SIZE=0: "),
        ("ZDRAW_TELEGRAM_TOKEN", SECRET, "ZDRAW_TELEGRAM_TOKEN is refused"),
        ("ZDRAW_DISCORD_TOKEN", SECRET, "ZDRAW_DISCORD_TOKEN is refused"),
    ],
)
def test_wrong_setting_is_one_line_and_nothing_else_is_looked_at(
    doctor, monkeypatch, name, value, said
):
    monkeypatch.setenv(name, value)
    code, (line, last) = doctor()
    assert code == os.EX_CONFIG
    assert line.startswith("❌ ")
    assert said in line
    assert SECRET not in line
    assert last.startswith("❌ ")


@pytest.mark.parametrize("content", ["ZDRAW_MODEL=demo # 演示".encode("gbk"), None])
def test_file_of_settings_that_cannot_be_read_is_named(doctor, content):
    if content is None:
        Path(".env").mkdir()
        # A folder is no file of settings, and is passed over.
        assert doctor()[0] == 0
        return
    Path(".env").write_bytes(content)
    code, (line, _) = doctor()
    assert code == os.EX_CONFIG
    assert ".env" in line


def test_nothing_to_do_is_said(doctor, monkeypatch):
    monkeypatch.setenv("ZDRAW_BOARD_PORT", "0")
    code, lines = doctor()
    assert code == os.EX_CONFIG
    (line,) = [line for line in lines[:-1] if line.startswith("❌")]
    assert "ZDRAW_TELEGRAM_TOKEN, ZDRAW_DISCORD_TOKEN" in line


def test_unwritable_state_folder_is_told_with_everything_else(doctor, monkeypatch):
    Path("file").touch()
    monkeypatch.setenv("ZDRAW_STATE_DIR", "file/state")
    code, lines = doctor()
    assert code == os.EX_CANTCREAT
    assert any("ZDRAW_STATE_DIR" in line for line in lines)
    assert any("Telegram" in line for line in lines)
