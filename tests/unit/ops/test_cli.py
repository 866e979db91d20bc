"""What `zdraw` prints and the codes it exits with."""

import asyncio
import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from bot.cli import main
from bot.draw_report import Drawn, DrawProgress

TOKEN = "123456:not-a-real-token-but-it-looks-like-one"


def exit_code(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.fixture
def drawing(monkeypatch):
    """A bot that answers `zdraw draw` at once; keeps what it was asked."""
    asked = SimpleNamespace(prompt=None, out=None)

    async def run_draw(_settings, prompt, out, on_progress):
        asked.prompt, asked.out = prompt, out
        await asyncio.sleep(0)
        on_progress(DrawProgress(generation_id="k3x", ahead=2))
        on_progress(DrawProgress(generation_id="k3x", ahead=2, paused=True))
        on_progress(DrawProgress(generation_id="k3x", step=1, steps=8))
        return Drawn(
            generation_id="k3x",
            files=(out or Path("k3x.png"),),
            width=512,
            height=768,
            seed=42,
            seconds=1.26,
            remarks=("这是演示模型。",),
        )

    draw_once = ModuleType("bot.draw_once")
    draw_once.run_draw = run_draw  # type: ignore[attr-defined]  # a module made for this test
    monkeypatch.setitem(sys.modules, "bot.draw_once", draw_once)
    return asked


def failing(monkeypatch, error: BaseException) -> None:
    def fail(**_arguments):
        raise error

    monkeypatch.setattr("bot.cli.app.app", fail)


def test_version_is_printed(capsys):
    assert exit_code("version") == 0
    assert capsys.readouterr().out == "0.1.0\n"


def test_unknown_command_is_code_2():
    assert exit_code("paint") == 2


@pytest.mark.parametrize("command", ["run", "bot", "draw cat"])
def test_wrong_setting_is_one_line_and_code_78(monkeypatch, capsys, command):
    monkeypatch.setenv("ZDRAW_BOARD_PORT", "http")
    assert exit_code(*command.split()) == 78
    assert capsys.readouterr().err == (
        "zdraw: ZDRAW_BOARD_PORT=http is refused; allowed: a whole number from 0 to 65535\n"
    )


@pytest.mark.parametrize("command", ["run", "engine"])
def test_missing_engine_libraries_are_one_line_and_code_69(monkeypatch, capsys, command):
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert exit_code(command) == 69
    assert capsys.readouterr().err == (
        "zdraw: the engine's libraries are not installed; pip install 'zdraw[engine]'\n"
    )


def test_interrupt_is_code_130(monkeypatch):
    failing(monkeypatch, KeyboardInterrupt())
    assert exit_code("run") == 130


def test_unexpected_error_is_one_line_and_its_traceback_is_kept_without_the_token(
    monkeypatch, capsys, tmp_path
):
    (tmp_path / "state").mkdir()
    failing(monkeypatch, RuntimeError(f"no answer\nfrom {TOKEN}"))
    assert exit_code("run") == 70
    assert capsys.readouterr().err == (
        "zdraw: unexpected error: RuntimeError: no answer from [token]; "
        "the traceback is in state/crash.log\n"
    )
    kept = (tmp_path / "state" / "crash.log").read_text()
    assert "Traceback (most recent call last)" in kept
    assert TOKEN not in kept


def test_unexpected_error_without_a_state_folder_says_how_to_see_more(monkeypatch, capsys):
    failing(monkeypatch, RuntimeError("boom"))
    assert exit_code("run") == 70
    assert capsys.readouterr().err == (
        "zdraw: unexpected error: RuntimeError: boom; set ZDRAW_LOG_LEVEL=debug to see where\n"
    )


def test_unexpected_error_is_shown_whole_when_debugging(monkeypatch, capsys):
    monkeypatch.setenv("ZDRAW_LOG_LEVEL", "debug")
    failing(monkeypatch, RuntimeError(f"from {TOKEN}"))
    assert exit_code("run") == 70
    shown = capsys.readouterr().err
    assert "Traceback (most recent call last)" in shown
    assert TOKEN not in shown


def test_draw_prints_file_size_seed_and_seconds(drawing, capsys):
    assert exit_code("draw", "红色的圆") == 0
    assert capsys.readouterr().out == "k3x.png  512x768  seed 42  1.3 s\n这是演示模型。\n"
    assert (drawing.prompt, drawing.out) == ("红色的圆", None)


def test_draw_takes_the_options_of_the_chat_command_as_part_of_the_prompt(drawing):
    assert exit_code("draw", "红色的圆", "--seed", "7", "-o", "a.png") == 0
    assert (drawing.prompt, drawing.out) == ("红色的圆 --seed 7", Path("a.png"))


def test_draw_prints_json_for_programs(drawing, capsys):
    assert exit_code("draw", "--json", "红色的圆") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == {
        "id": "k3x",
        "files": ["k3x.png"],
        "width": 512,
        "height": 768,
        "seed": 42,
        "seconds": 1.26,
        "remarks": ["这是演示模型。"],
    }


@pytest.mark.parametrize(
    ("out", "code", "line"),
    [
        ("a.jpg", 65, "zdraw: --out a.jpg is refused; allowed: a name ending in .png\n"),
        ("no/such/folder/a.png", 73, "zdraw: --out no/such/folder/a.png cannot be written\n"),
    ],
)
def test_draw_refuses_a_file_it_could_not_write_before_drawing(drawing, capsys, out, code, line):
    assert exit_code("draw", "-o", out, "红色的圆") == code
    assert capsys.readouterr().err == line
    assert drawing.prompt is None
