"""The commands as Discord is told of them, by Discord's rules.

https://docs.discord.com/developers/interactions/application-commands
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot.adapters.discord.admin_words import ADMIN_COMMANDS
from bot.adapters.discord.client import Client
from bot.adapters.discord.commands import NAMES
from bot.adapters.discord.sync import payload
from bot.adapters.discord.words import COMMANDS, OPTIONS, Translator
from bot.core import commands
from bot.core.admin.group_syntax import SETTINGS
from engine.contract import MAX_PICTURES

NAME = re.compile(r"[-_'\w]{1,32}")
CHINESE = {"zh-CN", "zh-TW"}
STRING, INTEGER, BOOLEAN, NUMBER, ATTACHMENT = 3, 4, 5, 10, 11
SLASH, MESSAGE = 1, 3


async def published() -> list[dict[str, Any]]:
    client = Client(None, structlog.get_logger())  # type: ignore[arg-type]  # nobody presses
    await client.tree.set_translator(Translator())
    return await payload(client.tree)


@pytest.fixture
async def told() -> dict[str, dict[str, Any]]:
    """The slash commands, by name."""
    return {one["name"]: one for one in await published() if one["type"] == SLASH}


def named(told: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Commands, subcommands and their options."""
    for command in told.values():
        yield command
        for option in command["options"]:
            yield option
            yield from option.get("options", ())


async def test_they_are_those_that_there_are(told):
    assert {
        *("draw", "edit", "again", "cancel", "queue", "show", "quota", "help"),
        *("info", "history", "export", "forget", "loras"),
    } == NAMES
    assert set(told) == NAMES | {"admin"}
    assert {one["name"] for one in told["admin"]["options"]} == set(ADMIN_COMMANDS)
    assert set(ADMIN_COMMANDS) <= commands.MANAGED
    assert {command.name for command in commands.COMMANDS} >= NAMES


async def test_everything_is_said_in_english_and_twice_in_chinese(told):
    for one in named(told):
        assert set(one["name_localizations"]) == CHINESE
        assert set(one["description_localizations"]) == CHINESE
        assert one["name"].isascii()
        assert not any(text.isascii() for text in one["name_localizations"].values())


async def test_names_and_descriptions_keep_to_the_rules(told):
    for one in named(told):
        for name in (one["name"], *one["name_localizations"].values()):
            assert NAME.fullmatch(name), name
            assert name == name.lower()
        for text in (one["description"], *one["description_localizations"].values()):
            assert 1 <= len(text) <= 100


async def test_no_two_of_a_kind_have_the_same_name(told):
    for kind in [list(told.values()), *(command["options"] for command in told.values())]:
        for language in CHINESE:
            names = [one["name_localizations"][language] for one in kind]
            assert len(set(names)) == len(names)


async def test_a_command_is_small_enough(told):
    for command in told.values():
        assert len(command["options"]) <= 25
        longest = sum(
            max(map(len, (one[part], *one[f"{part}_localizations"].values())))
            for one in (command, *command["options"])
            for part in ("name", "description")
        )
        assert longest < 8000


async def test_what_admins_have_is_for_those_who_manage_the_guild(told):
    admin = told["admin"]
    # In private too: who runs all groups may manage none.
    assert (admin["contexts"], admin["integration_types"]) == ([0, 1], [0])
    assert int(admin["default_member_permissions"]) == 1 << 5


async def test_a_guild_decides_what_groups_decide_but_progress(told):
    (group,) = [one for one in told["admin"]["options"] if one["name"] == "group"]
    setting, value = group["options"]
    offered = {choice["value"] for choice in setting["choices"]}
    assert offered == {one.name for one in SETTINGS} - {"progress"}
    assert not any(option["required"] for option in (setting, value))


async def test_the_others_are_offered_everywhere(told):
    for name in NAMES:
        command = told[name]
        assert command["contexts"] == [0, 1, 2]
        assert command["integration_types"] == [0, 1]
        assert command["default_member_permissions"] is None


async def test_draw_offers_what_the_grammar_has(told):
    options = {option["name"]: option for option in told["draw"]["options"]}
    assert list(options) == [
        "prompt",
        "ratio",
        "count",
        "negative",
        "seed",
        "steps",
        "guidance",
        "enhance",
        "lora",
        "spoiler",
        "private",
    ]
    assert [name for name, option in options.items() if option["required"]] == ["prompt"]
    assert options["count"]["max_value"] == MAX_PICTURES
    assert options["seed"]["max_value"] == 2**53 - 1
    assert (options["guidance"]["type"], options["private"]["type"]) == (NUMBER, BOOLEAN)


async def test_edit_takes_a_picture_and_words_and_offers_three_strengths(told):
    options = {option["name"]: option for option in told["edit"]["options"]}
    assert [name for name, option in options.items() if option["required"]] == ["image", "prompt"]
    assert (options["image"]["type"], options["mask"]["type"]) == (ATTACHMENT, ATTACHMENT)
    choices = options["strength"]["choices"]
    assert [choice["value"] for choice in choices] == ["0.3", "0.6", "0.8"]
    assert [choice["name_localizations"]["zh-CN"] for choice in choices] == ["小", "中", "大"]


async def test_edit_offers_all_that_draw_does_and_what_is_about_the_picture(told):
    draw, edit = (
        {option["name"]: option for option in told[name]["options"]} for name in ("draw", "edit")
    )
    assert edit.keys() - draw.keys() == {"image", "mask", "strength"}
    assert {name: edit[name] for name in draw} == draw


async def test_no_command_says_more_than_discord_takes(told):
    """25 options, and 8000 characters of names, descriptions and choices: counted with the longest
    of each in any language."""

    def longest(one: dict[str, Any], name: str) -> int:
        return max(
            map(len, [one.get(name, ""), *(one.get(f"{name}_localizations") or {}).values()])
        )

    def said(one: dict[str, Any]) -> int:
        inner = [*one.get("options", []), *one.get("choices", [])]
        own = longest(one, "name") + longest(one, "description") + len(str(one.get("value", "")))
        return own + sum(map(said, inner))

    for command in told.values():
        assert len(command["options"]) <= 25
        assert said(command) <= 8000


async def test_the_menu_of_a_message_offers_to_change_its_picture():
    (menu,) = [one for one in await published() if one["type"] != SLASH]
    assert (menu["name"], menu["type"]) == ("Change picture", MESSAGE)
    assert menu["name_localizations"] == {"zh-CN": "改图", "zh-TW": "改圖"}
    assert (menu["contexts"], menu["integration_types"]) == ([0, 1, 2], [0, 1])


async def test_shapes_are_chosen_by_name(told):
    (ratio,) = [option for option in told["draw"]["options"] if option["name"] == "ratio"]
    assert ratio["type"] == STRING
    assert len(ratio["choices"]) <= 25
    wide = next(choice for choice in ratio["choices"] if choice["value"] == "16:9")
    assert wide["name"] == "wide 16:9"
    assert wide["name_localizations"] == {"zh-CN": "横图 16:9", "zh-TW": "橫圖 16:9"}


async def test_an_id_can_be_completed_where_it_is_ones_own_and_a_lora_by_name(told):
    completed = {
        (command["name"], option["name"])
        for command in told.values()
        for option in command["options"]
        if option.get("autocomplete")
    }
    assert completed == {("cancel", "id"), ("draw", "lora"), ("edit", "lora")}


def test_nothing_is_described_that_is_not_there():
    assert set(COMMANDS) == NAMES
    assert set(OPTIONS) >= {"prompt", "id", "all"}
