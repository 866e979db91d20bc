"""docs/configuration.md and .env.example name every setting, with the default that holds."""

import os
import re
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from pydantic.fields import FieldInfo

from bot.load_settings import load_settings
from bot.settings import BotSettings
from engine.settings import EngineSettings

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `(ZDRAW_\w+)` \| (none|`[^`]+`) \| \S.*\|$", re.MULTILINE)
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
DOCUMENTED = dict(ROW.findall((ROOT / "docs/configuration.md").read_text(encoding="utf-8")))
FIELDS = {**EngineSettings.model_fields, **BotSettings.model_fields}


def shown_default(field: FieldInfo) -> str:
    default: Any = field.get_default(call_default_factory=True, validated_data={})
    if default is None:
        return "none"
    if isinstance(default, Enum):
        default = default.value
    if isinstance(default, bool):
        default = str(default).lower()
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


@pytest.fixture
def without_settings(monkeypatch, tmp_path):
    for name in list(os.environ):
        if name.startswith("ZDRAW_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_setting_is_documented_with_its_default(name):
    assert DOCUMENTED[f"ZDRAW_{name.upper()}"] == shown_default(FIELDS[name])


def test_nothing_else_is_documented():
    assert set(DOCUMENTED) == {f"ZDRAW_{name.upper()}" for name in FIELDS}


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_setting_says_what_it_means(name):
    assert FIELDS[name].description


@pytest.mark.parametrize(
    "name", sorted(set(BotSettings.model_fields) & set(EngineSettings.model_fields))
)
def test_bot_and_engine_agree_on_the_default_of_a_shared_setting(name):
    bot, engine = BotSettings.model_fields[name], EngineSettings.model_fields[name]
    assert shown_default(bot) == shown_default(engine)


def test_example_names_every_setting():
    named = set(re.findall(r"^#?(ZDRAW_\w+)=", EXAMPLE, re.MULTILINE))
    assert named == set(DOCUMENTED)


@pytest.mark.usefixtures("without_settings")
@pytest.mark.parametrize("settings", [BotSettings, EngineSettings])
def test_blank_value_is_the_same_as_none(settings):
    Path(".env").write_text("".join(f"ZDRAW_{name.upper()}=\n" for name in FIELDS))
    assert settings() == settings(_env_file=None)


@pytest.mark.parametrize("text", [EXAMPLE, EXAMPLE.replace("#ZDRAW_", "ZDRAW_")])
@pytest.mark.usefixtures("without_settings")
def test_example_is_accepted_as_it_stands_and_with_every_line_in_force(text):
    Path(".env").write_text(text, encoding="utf-8")
    assert load_settings().model == "demo"
    assert EngineSettings().model == "demo"
