"""What people type into a command, as the bot gets it.

https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object-application-command-data-structure
"""

from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.discord_api.commands import SUB_COMMAND, SUB_COMMAND_GROUP
from tests.fakes.discord_api.errors import Json
from tests.fakes.discord_api.messages import Attachment
from tests.fakes.discord_api.places import user_json

STRING, INTEGER, BOOLEAN, USER, NUMBER, ATTACHMENT = 3, 4, 5, 6, 10, 11
PYTHON: dict[int, type | tuple[type, ...]] = {
    STRING: str,
    INTEGER: int,
    BOOLEAN: bool,
    USER: int,
    NUMBER: (int, float),
    ATTACHMENT: tuple,
}
#: (file name, content) -> the file, uploaded.
UploadFile = Callable[[str, bytes], Attachment]


class Typing:
    """One command being filled in; `data` is what is sent. ValueError where the client of a
    person would not have let it be sent."""

    def __init__(self, command: Json, upload: UploadFile, focused: str | None = None) -> None:
        self._upload = upload
        self._focused = focused
        self.data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
        if "guild_id" in command:
            self.data["guild_id"] = command["guild_id"]

    def fill(self, command: Json, path: list[str], values: Mapping[str, Any]) -> None:
        """`path` names the subcommand, if the command has any."""
        where, spec = self.data, command
        for name in path:
            spec = _named(spec, name)
            inner: Json = {"name": spec["name"], "type": spec["type"]}
            where["options"] = [inner]
            where = inner
        specs: list[Json] = spec.get("options") or []
        if any(one["type"] in {SUB_COMMAND, SUB_COMMAND_GROUP} for one in specs):
            raise ValueError(f"{spec['name']} needs a subcommand")
        given = {_named(spec, name)["name"]: value for name, value in values.items()}
        for one in specs:
            if one.get("required") and one["name"] not in given and self._focused is None:
                raise ValueError(f"{one['name']} is required")
        where["options"] = [self._option(o, given[o["name"]]) for o in specs if o["name"] in given]

    def _option(self, spec: Json, value: Any) -> Json:
        option: Json = {"name": spec["name"], "type": spec["type"], "value": value}
        if self._focused == spec["name"]:
            # Unfinished: it is text, and nothing has been checked yet.
            return option | {"value": str(value), "focused": True}
        _check_value(spec, value)
        if spec["type"] == ATTACHMENT:
            file = self._upload(*value)
            self._resolve("attachments", str(file.id), file.to_json())
            option["value"] = str(file.id)
        elif spec["type"] == USER:
            self._resolve("users", str(value), user_json(value))
            option["value"] = str(value)
        return option

    def _resolve(self, kind: str, key: str, value: Json) -> None:
        self.data.setdefault("resolved", {}).setdefault(kind, {})[key] = value


def _named(spec: Json, name: str) -> Json:
    for option in spec.get("options") or []:
        if name in {option["name"], *(option.get("name_localizations") or {}).values()}:
            return dict(option)
    raise ValueError(f"{spec['name']} has no option {name!r}")


def _check_value(spec: Json, value: Any) -> None:
    kind, name = spec["type"], spec["name"]
    if kind not in PYTHON:
        raise ValueError(f"{name}: options of type {kind} are not simulated")
    fits = isinstance(value, PYTHON[kind]) and isinstance(value, bool) == (kind == BOOLEAN)
    if not fits:
        raise ValueError(f"{name} cannot be {value!r}")
    if kind == STRING:
        _check_range(spec, "min_length", "max_length", len(value))
    elif kind in {INTEGER, NUMBER}:
        _check_range(spec, "min_value", "max_value", value)
    choices = spec.get("choices") or []
    if choices and value not in [choice["value"] for choice in choices]:
        raise ValueError(f"{name} offers no {value!r}")


def _check_range(spec: Json, least: str, most: str, value: float) -> None:
    low, high = spec.get(least), spec.get(most)
    if (low is not None and value < low) or (high is not None and value > high):
        raise ValueError(f"{spec['name']} must be between {low} and {high}, not {value}")
