"""Every code that the core can raise has a sentence, in both languages, that can be filled."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.draw_options import OPTIONS
from bot.core.errors import Refusal
from bot.core.replies import (
    FAILURES,
    NOTES,
    OWN,
    OWN_FAILURES,
    PROGRAMS,
    REPLIES,
    failure_text,
    program_text,
    refusal_text,
)
from bot.core.sentences.servers import OF_TELEGRAM
from engine.contract import ErrorCode
from engine.lora import LoraProblem

ROOT = Path(__file__).parents[2]
#: What an engine refuses an offer with, or answers about itself: such a job stays queued.
NOT_FAILURES = {
    ErrorCode.QUEUE_FULL,
    ErrorCode.STARTING,
    ErrorCode.STOPPING,
    ErrorCode.STALE_ATTEMPT,
    ErrorCode.INPUT_MISSING,
}
#: As engine/contract.py documents them.
FAILURE_DATA: dict[str, dict[str, object]] = {
    "prompt_too_long": {"tokens": 600, "limit": 504, "lost": "樱花"},
    "bad_size": {"width": 100, "height": 64, "multiple": 16, "minimum": 256, "maximum": 2048},
    "bad_steps": {"steps": 99, "minimum": 1, "maximum": 50},
    "bad_guidance": {"guidance": 11, "minimum": 0, "maximum": 10},
    "no_lora": {"name": "水墨"},
    "unfit_lora": {"name": "水墨", "problem": "other_model", "layer": "unet.0"},
}


def refusals_raised(files: str = "**/*.py") -> Iterator[tuple[str, set[str]]]:
    """(code, names of data) of every `Refusal("code", name=...)` in the bot."""
    for path in (ROOT / "bot").glob(files):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "Refusal"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                yield str(node.args[0].value), {keyword.arg or "" for keyword in node.keywords}


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize(("code", "data"), sorted(refusals_raised(), key=str))
def test_every_refusal_has_a_sentence_that_its_data_fills(code: str, data: set[str]) -> None:
    for sentence in REPLIES[code]:
        assert fields(sentence) <= data


@pytest.mark.parametrize("code", sorted(set(ErrorCode) - NOT_FAILURES))
def test_every_failure_has_a_sentence(code: str) -> None:
    for locale in ("zh", "en"):
        assert failure_text(code, locale, **FAILURE_DATA.get(code, {}))
    assert code in FAILURES


def test_both_languages_of_a_sentence_say_the_same_values() -> None:
    tables = (REPLIES, FAILURES, NOTES, PROGRAMS, OWN["board"], OWN_FAILURES["board"])
    for chinese, english in [sentences for table in tables for sentences in table.values()]:
        assert fields(chinese) == fields(english)


def test_an_unknown_option_is_named_back_with_the_nearest_one() -> None:
    near = Refusal("unknown_option", option="--sed", nearest="--seed")
    assert refusal_text(near, "zh") == "不认识参数「--sed」，是想写「--seed」吗？"
    far = Refusal("unknown_option", option="--zzz", nearest=None)
    assert refusal_text(far, "en").startswith("“--zzz” is not an option. Remove it")


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.key)
def test_a_wrong_value_names_the_option_in_the_persons_language(option) -> None:
    wrong = Refusal("bad_value", key=option.key, value="x", allowed="1 – 4")
    words = option.words[0] if option.words else option
    assert (*option.zh, *option.zh_with_colon, *words.zh)[0] in refusal_text(wrong, "zh")
    assert f"--{(*option.en, *words.en)[0]}" in refusal_text(wrong, "en")


def test_every_note_that_draw_can_make_has_a_sentence() -> None:
    source = ast.parse((ROOT / "bot/core/resolver.py").read_text())
    notes = next(
        node.value
        for node in ast.walk(source)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)
    )
    assert isinstance(notes, ast.Dict)
    assert {key.value for key in notes.keys if isinstance(key, ast.Constant)} == set(NOTES)


def test_a_program_is_told_by_its_own_names_and_of_no_button_or_command() -> None:
    names = {"guidance": "guidance_scale"}
    wrong = {"key": "guidance", "value": "11", "allowed": "0 – 10"}
    said = program_text("bad_value", "en", names, **wrong)
    assert said == "“guidance_scale” cannot be “11”; allowed: 0 – 10."
    assert "guidance_scale" in program_text("negative_needs_guidance", "zh", names, usual=1.8)
    for code in PROGRAMS:
        for sentence in PROGRAMS[code]:
            assert "🔁" not in sentence
            assert " /cancel" not in sentence


@pytest.mark.parametrize(("code", "data"), [("of_a_newer_version", {}), ("bad_steps", {})])
def test_a_program_is_told_of_an_internal_error_where_there_are_no_words(
    code: str, data: dict[str, object]
) -> None:
    assert program_text(code, "en", {}, **data) == PROGRAMS["engine_error"][1]


AT_THE_BOARD = {**OWN["board"], **OWN_FAILURES["board"]}


@pytest.mark.parametrize("code", sorted(AT_THE_BOARD))
def test_a_page_is_told_the_same_without_commands_and_buttons_that_it_lacks(code: str) -> None:
    usual = {**REPLIES, **FAILURES}[code]
    for sentence, elsewhere in zip(AT_THE_BOARD[code], usual, strict=True):
        assert fields(sentence) <= fields(elsewhere)
        assert "🔁" not in sentence
        assert "/" not in sentence


#: Of what others asked for, or is forgotten: no page and no terminal has one of those repeated.
OF_OTHERS = {"others_picture", "private_request", "forgotten"}


@pytest.mark.parametrize("platform", ["board", "cli"])
def test_what_anybody_may_be_told_of_a_request_names_no_command_where_there_are_none(
    platform: str,
) -> None:
    raised = (*refusals_raised("core/draw*.py"), *refusals_raised("core/resolver.py"))
    codes = {code for code, _ in raised} - OF_OTHERS
    assert "strength_needs_picture" in codes
    for code in codes:
        for sentence in OWN[platform].get(code, REPLIES[code]):
            assert not re.search(r"(^|\W)/[a-z]", sentence)


IN_DISCORD = {**REPLIES, **OWN["discord"]}


@pytest.mark.parametrize("code", sorted(IN_DISCORD.keys() - OF_TELEGRAM))
def test_in_discord_a_group_is_a_server(code: str) -> None:
    chinese, english = IN_DISCORD[code]
    # What holds everywhere does in groups too.
    assert "群" not in chinese.replace("所有群", "")
    assert not re.search(r"\bgroups?\b", re.sub(r"(all|every) groups?|/admin group", "", english))
    assert fields(chinese) == fields(english)


def test_nothing_that_discord_says_otherwise_is_said_without_asking_where() -> None:
    for path in (ROOT / "bot").glob("core/**/*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                named = {one.value for one in node.args if isinstance(one, ast.Constant)}
                where = {path.stem, len(node.args)}
                if node.func.id == "reply" and named & OWN["discord"].keys():
                    assert len(node.args) == 3, where


@pytest.mark.parametrize("problem", [*LoraProblem, "of_a_newer_engine"])
def test_what_is_wrong_with_a_lora_file_is_said_in_words(problem: str) -> None:
    data = {"name": "水墨", "problem": problem, "layer": "unet.0", "kind": "DoRA"}
    for locale in ("zh", "en"):
        said = failure_text("unfit_lora", locale, **data)
        assert "水墨" in said
        assert not re.search(rf"{problem}|{{|}}", said.replace("is damaged", ""))
        about = {"layer": "unet.0", "kind": "DoRA"}
        refusal = Refusal("unfit_lora", name="水墨", problem=problem, lora=about)
        assert refusal_text(refusal, locale).rstrip("。.").endswith(said[-10:])


def test_a_picture_that_a_lora_may_have_spoilt_says_so() -> None:
    said = failure_text("bad_picture", "en", loras=["ink", "gold"])
    assert "(ink, gold)" in said
    assert "LoRA" not in failure_text("bad_picture", "en")
    assert failure_text("bad_picture", "en", loras=[]) == failure_text("bad_picture", "en")


def test_names_that_were_perhaps_meant_are_listed() -> None:
    near = Refusal("unknown_lora_near", name="in", near=("ink", "inkwash"))
    assert "ink、inkwash" in refusal_text(near, "zh")
    assert "ink, inkwash" in refusal_text(near, "en")
