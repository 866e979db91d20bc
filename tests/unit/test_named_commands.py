"""A sentence that names a command names one that there is where it is read."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.discord.admin_words import ADMIN_COMMANDS
from bot.adapters.discord.commands import NAMES
from bot.core.commands import COMMANDS, MANAGED
from bot.core.help_text import INTRODUCTION
from bot.core.replies import FAILURES, NOTES, OWN, REPLIES, reply

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"(?<![\w/.])/(?P<name>[a-z]+)(?: (?P<under>[a-z]+))?")
#: What is said of quiet mode, which Discord does not have.
QUIET = frozenset({"bad_wish", "is_quiet", "is_not_quiet"})


def on_telegram(name: str, under: str | None) -> bool:
    return name in {command.name for command in COMMANDS}


def on_discord(name: str, under: str | None) -> bool:
    """What admins decide, they decide below /admin, `/quota` among it."""
    return under in ADMIN_COMMANDS if name == "admin" else name in NAMES - MANAGED


THERE = {"telegram": on_telegram, "discord": on_discord}


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def sentences(platform: str) -> Iterator[tuple[str, str]]:
    """(code, sentence) of all that can be read there, unfilled."""
    for code, said in {**REPLIES, **FAILURES, **NOTES, **OWN.get(platform, {})}.items():
        if not (platform == "discord" and code in QUIET):
            yield from ((code, one) for one in said)
    yield from INTRODUCTION.items()


@pytest.mark.parametrize("platform", THERE)
def test_each_named_command_is_there(platform: str) -> None:
    missing = [
        (code, named[0])
        for code, sentence in sentences(platform)
        for named in NAMED.finditer(sentence)
        if not THERE[platform](named["name"], named["under"])
    ]
    assert missing == []


@pytest.mark.parametrize("platform", OWN)
def test_what_a_platform_says_itself_stands_for_a_sentence_with_the_same_data(
    platform: str,
) -> None:
    for code, (chinese, english) in OWN[platform].items():
        assert fields(chinese) == fields(english) <= fields(REPLIES[code][0])


def test_where_nobody_watches_no_command_is_named() -> None:
    for platform in ("board", "cli"):
        said = (
            reply(
                code, "zh", platform, limit=1, option="x", id="k3x", usual=1.8, name="x", near="y"
            )
            for code in OWN[platform]
        )
        assert [one for one in said if NAMED.search(one)] == []


def test_whoever_says_one_of_them_says_where() -> None:
    own = {code for table in OWN.values() for code in table}
    forgotten = [
        f"{path.name}:{node.lineno}"
        for path in (ROOT / "bot").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("reply", "refusal_text")
        and len(node.args) < 3
        and _says_one_of(node, own)
    ]
    assert forgotten == []


def _says_one_of(call: ast.Call, own: set[str]) -> bool:
    """A refusal that is not known here may be any."""
    first = call.args[0]
    if isinstance(first, ast.Call):
        (first,) = first.args
    elif isinstance(call.func, ast.Name) and call.func.id == "refusal_text":
        return True
    return isinstance(first, ast.Constant) and first.value in own
