"""docs/commands.md says what the tables say, and its examples are understood."""

import re
from pathlib import Path

import pytest

from bot.core.commands import COMMANDS, command_rows
from bot.core.draw_options import OPTIONS, SwitchWord, help_rows, options_markdown
from bot.core.draw_syntax import parse_draw
from bot.core.help_text import commands_markdown
from bot.core.text_trigger import match_command

PAGE = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")
EXAMPLES = [
    line.replace("@机器人", "@zdraw_bot")
    for block in re.findall(r"```\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]


@pytest.mark.parametrize(
    ("name", "expected"), [("options", options_markdown()), ("commands", commands_markdown())]
)
def test_block_equals_its_table(name, expected):
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    block = PAGE.partition(begin)[2].partition(end)[0].strip()
    assert block == expected, f"put this between {begin} and {end}:\n\n{expected}\n"


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_on_the_page_is_understood(example):
    call = match_command(example, "zdraw_bot")
    assert call is not None
    assert call[0] == "draw"
    assert parse_draw(call[1]).prompt


@pytest.mark.parametrize("locale", ["zh", "zh-hans", "en"])
def test_every_option_in_help_does_what_its_row_says(locale):
    for option, (how, _) in zip(OPTIONS, help_rows(locale), strict=True):
        for example in re.split(" 或 | or ", how):
            request = parse_draw(f"一只猫 {example}")
            assert request.prompt == "一只猫"
            assert getattr(request, option.key) is not None, example


def test_every_spelling_in_the_options_table_is_accepted():
    samples = {"ratio": "16:9", "size": "1024x768", "negative": "blur", "strength": "0.5"}
    for option in OPTIONS:
        value = samples.get(option.key, "2")
        for name in (*option.zh, *(f"--{en}" for en in option.en)):
            assert getattr(parse_draw(f"一只猫，{name} {value}"), option.key) is not None, name
        for name in option.zh_with_colon:
            assert getattr(parse_draw(f"一只猫，{name}：{value}"), option.key) is not None, name
        for word in option.words:
            for name in (*word.zh, *(f"--{en}" for en in word.en)):
                meant = word.on if isinstance(word, SwitchWord) else word.ratio
                assert getattr(parse_draw(f"一只猫 {name}"), option.key) == meant


def test_every_command_in_the_table_is_matched_by_its_name_triggers_and_example():
    for command in COMMANDS:
        after = f" {command.words[0]}" if command.words else ""
        triggers = [trigger + after for trigger in command.written_triggers()]
        calls = (f"/{command.name}", command.example, *triggers)
        assert {(match_command(call, "bot") or ("",))[0] for call in calls} == {command.name}
    assert len(command_rows("zh")) == len(command_rows("en")) == len(COMMANDS)
