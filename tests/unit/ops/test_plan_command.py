"""`zdraw plan`: what it prints, what it refuses, and that docs/memory.md shows what it prints."""

import os
import re
from pathlib import Path

import pytest

from bot.cli import main
from engine.memory.cards import TYPICAL_CARDS

PAGE = Path(__file__).parents[3] / "docs" / "memory.md"


@pytest.fixture
def zdraw(capsys):
    """Runs `zdraw plan` with arguments; (exit code, standard output, standard error)."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["plan", *arguments])
        assert isinstance(ended.value.code, int)
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


def rows(output: str) -> list[list[str]]:
    """Cells of the Markdown table, its rule left out."""
    lines = [line for line in output.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if set("".join(row)) - {"-"}]


def test_a_card_is_told_in_both_languages(zdraw):
    code, out, err = zdraw("--vram", "6", "--size", "768x768")
    assert (code, err) == (0, "")
    told = dict(rows(out))
    assert told["显卡 card"] == "6 GB"
    assert told["常驻块 blocks that stay"] == "11/34"
    assert told["文本编码器 text encoder"] == "流式 streams"
    assert told["VAE 分块 VAE tile"] == "512"
    assert 5 < float(told["去噪 denoise"].removesuffix(" GB")) < 6
    assert "未在显卡上实测" in out
    assert "not measured on a card" in out


def test_what_is_asked_for_matters(zdraw):
    usual = ("--vram", "8", "--size", "1024x1024")
    told = dict(rows(zdraw(*usual)[1]))
    for option in (("--batch", "4"), ("--storage", "fp8"), ("--guided",), ("--model", "demo")):
        changed = dict(rows(zdraw(*usual, *option)[1]))
        assert changed["常驻块 blocks that stay"] != told["常驻块 blocks that stay"], option


def test_all_cards_are_one_table_with_and_without_being_asked_for(zdraw):
    code, out, _ = zdraw("--all")
    assert code == 0
    header, *cards = rows(out)
    assert [row[0] for row in cards] == [f"{card.size} GB" for card in TYPICAL_CARDS]
    assert all(len(row) == len(header) for row in cards)
    assert zdraw()[1] == out


def test_a_card_that_is_too_small_stands_in_the_table_with_what_it_can(zdraw):
    _, out, _ = zdraw("--all", "--size", "2048x2048", "--batch", "8", "--guided")
    assert "显存不足，最大 " in rows(out)[1][2]
    assert rows(out)[-1][2] == "34/34"


def test_a_size_that_does_not_fit_is_refused_with_the_largest_that_does(zdraw):
    code, out, err = zdraw("--vram", "2", "--size", "2048x2048")
    assert (code, out) == (os.EX_DATAERR, "")
    assert err.startswith("zdraw: 显存不足，请降低分辨率或关闭画质增强")
    assert len(err.splitlines()) == 1
    largest = re.search(r"最大 (\d+x\d+)", err)
    assert largest
    assert zdraw("--vram", "2", "--size", largest[1])[0] == 0


def test_a_main_memory_that_is_too_small_is_refused_with_what_would_do(zdraw):
    code, _, err = zdraw("--vram", "6", "--host", "8")
    assert code == os.EX_DATAERR
    assert err.startswith("zdraw: 内存不足")
    assert "17.5 GB" in err


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("--size", "100x100"), "--size 100x100"),
        (("--size", "1024"), "--size 1024"),
        (("--size", "4096x4096"), "--size 4096x4096"),
        (("--size", "1000x1000"), "multiples of 16"),
        (("--storage", "fp4"), "allowed: bf16, fp8, int8"),
        (("--storage", "fp32"), "allowed: bf16, fp8, int8"),
        (("--model", "dall-e"), "dall-e"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_allowed(zdraw, arguments, named):
    code, out, err = zdraw("--vram", "8", *arguments)
    assert (code, out) == (os.EX_DATAERR, "")
    assert named in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [("--vram", "0"), ("--vram", "8", "--all"), ("--batch", "0")])
def test_a_wrong_command_line_is_a_wrong_command_line(zdraw, arguments):
    assert zdraw(*arguments)[0] == 2


def test_a_terminal_gets_a_drawn_table(zdraw, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    out = zdraw("--vram", "6")[1]
    assert "11/34" in out
    assert "│" in out
    assert "|--" not in out


def test_the_page_shows_what_the_command_prints(zdraw):
    text = PAGE.read_text(encoding="utf-8")
    block = text.partition("<!-- plan:begin -->")[2].partition("<!-- plan:end -->")[0]
    assert block.strip() == zdraw("--all")[1].strip()
