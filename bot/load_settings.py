"""Reads the settings, and says in one line what is wrong with them."""

import difflib
import os
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from annotated_types import Ge, Le
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import DotEnvSettingsSource

from bot.core.errors import StartupError
from bot.settings import ENGINE_ONLY, PREFIX, BotSettings


def load_settings(env_file: Path = Path(".env")) -> BotSettings:
    """The settings in force. Raises StartupError for a wrong value or an unknown name."""
    in_file = DotEnvSettingsSource(BotSettings, env_file=env_file).env_vars
    _refuse_unknown([*os.environ, *in_file])
    try:
        return BotSettings(_env_file=env_file)
    except ValidationError as wrong:
        # A default that builds on another field is reported too when that field is wrong.
        errors = [e for e in wrong.errors() if e["type"] != "default_factory_not_called"]
        lines = [_complaint(error) for error in errors]
        raise StartupError("; ".join(lines), os.EX_CONFIG) from None


def _refuse_unknown(names: Iterable[str]) -> None:
    known = {field.upper() for field in {*BotSettings.model_fields, *ENGINE_ONLY}}
    for name in map(str.upper, names):
        own = name.removeprefix(PREFIX)
        if name.startswith(PREFIX) and own not in known:
            # Without what all have in common, which would make any two of them alike.
            near = difflib.get_close_matches(own, sorted(known), n=1)
            hint = f"did you mean {PREFIX}{near[0]}?" if near else "see docs/configuration.md"
            raise StartupError(f"{name} is not a setting of zdraw; {hint}", os.EX_CONFIG)


def _complaint(error: ErrorDetails) -> str:
    name = str(error["loc"][0])
    field = BotSettings.model_fields[name]
    secret = not field.repr or "SecretStr" in str(field.annotation)
    value = "" if secret else f"={error['input']}"
    return f"{PREFIX}{name.upper()}{value} is refused; allowed: {_allowed(field, error)}"


def _allowed(field: FieldInfo, error: ErrorDetails) -> str:
    if isinstance(field.annotation, type) and issubclass(field.annotation, StrEnum):
        return ", ".join(field.annotation)
    if field.annotation is int:
        low = next(bound.ge for bound in field.metadata if isinstance(bound, Ge))
        high = next(bound.le for bound in field.metadata if isinstance(bound, Le))
        return f"a whole number from {low} to {high}"
    return error["msg"].removeprefix("Value error, ")
