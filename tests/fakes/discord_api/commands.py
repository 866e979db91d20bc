"""The application's commands: what a sync must look like, and what people can call.

https://docs.discord.com/developers/interactions/application-commands
"""

from collections import Counter
from collections.abc import Iterator

from tests.fakes.discord_api.clock import Clock
from tests.fakes.discord_api.errors import ApiError, Json, invalid_form

SLASH, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUB_COMMAND, SUB_COMMAND_GROUP = 1, 2
MAX_COMMANDS = {SLASH: 100, USER_MENU: 15, MESSAGE_MENU: 15}
#: A command, its options and choices together.
MAX_CHARACTERS = 8000

#: https://docs.discord.com/developers/reference#locales
_LOCALES = """
id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg ru uk hi
th zh-CN ja zh-TW ko
"""
LOCALES = frozenset(_LOCALES.split())


class Commands:
    """What is registered, for everybody (None) and by guild."""

    def __init__(self, clock: Clock, application_id: int) -> None:
        self._clock = clock
        self._application_id = application_id
        self._registered: dict[int | None, list[Json]] = {}
        #: How often they were overwritten.
        self.syncs: Counter[int | None] = Counter()

    def listed(self, guild_id: int | None = None) -> list[Json]:
        return self._registered.get(guild_id, [])

    def overwrite(self, guild_id: int | None, commands: list[Json]) -> list[Json]:
        """PUT: everything that is not in the list is gone. Commands of the same name keep ids."""
        kinds = Counter(command.get("type", SLASH) for command in commands)
        if any(kinds[kind] > most for kind, most in MAX_COMMANDS.items()):
            raise ApiError(400, 30032, "Maximum number of application commands reached")
        names = Counter((one["name"], one.get("type", SLASH)) for one in commands)
        for number, command in enumerate(commands):
            _check(command, str(number))
            if names[command["name"], command.get("type", SLASH)] > 1:
                reason = "Application command names must be unique"
                raise invalid_form(str(number), reason, "APPLICATION_COMMANDS_DUPLICATE_NAME")
        known: dict[tuple[str, int], str] = {
            (one["name"], one["type"]): one["id"] for one in self.listed(guild_id)
        }
        self._registered[guild_id] = [self._stored(c, guild_id, known) for c in commands]
        self.syncs[guild_id] += 1
        return self.listed(guild_id)

    def _stored(
        self, command: Json, guild_id: int | None, known: dict[tuple[str, int], str]
    ) -> Json:
        kind = command.get("type", SLASH)
        kept_id = known.get((command["name"], kind))
        defaults = {
            "description": "",
            "options": [],
            "default_member_permissions": None,
            "nsfw": False,
            "integration_types": [0],
            "contexts": None,
            "dm_permission": True,
        }
        given = {key: value for key, value in command.items() if value is not None}
        identity = {
            "id": kept_id or str(self._clock.snowflake()),
            "application_id": str(self._application_id),
            "version": str(self._clock.snowflake()),
            "type": kind,
        }
        return defaults | given | identity | ({"guild_id": str(guild_id)} if guild_id else {})

    def find(self, name: str, kind: int, guild_id: int | None) -> Json:
        """By its name in any language; a guild's own commands come first."""
        offered = self.listed(guild_id) + self.listed(None)
        for command in offered:
            names = {command["name"], *(command.get("name_localizations") or {}).values()}
            if command["type"] == kind and name in names:
                return command
        known = [command["name"] for command in offered]
        raise LookupError(f"nobody can use {name!r}: registered are {known}")


def _check(command: Json, at: str) -> None:
    """https://docs.discord.com/developers/interactions/application-commands#application-command-object"""
    kind = command.get("type", SLASH)
    _check_names(command, at, slash=kind == SLASH)
    if kind == SLASH:
        _check_text(command, "description", 100, at)
        _check_options(command.get("options") or [], f"{at}.options")
    if sum(_lengths(command)) > MAX_CHARACTERS:
        raise invalid_form(at, f"Command exceeds maximum size ({MAX_CHARACTERS})")


def _check_options(options: list[Json], at: str) -> None:
    if len(options) > 25:
        raise invalid_form(at, "Must be between 1 and 25 in length.")
    needed = [bool(option.get("required")) for option in options]
    if needed != sorted(needed, reverse=True):
        reason = "Required options must be placed before non-required options"
        raise invalid_form(at, reason, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID")
    for number, option in enumerate(options):
        here = f"{at}.{number}"
        _check_names(option, here, slash=True)
        _check_text(option, "description", 100, here)
        _check_choices(option.get("choices") or [], f"{here}.choices")
        _check_options(option.get("options") or [], f"{here}.options")


def _check_choices(choices: list[Json], at: str) -> None:
    if len(choices) > 25:
        raise invalid_form(at, "Must be between 1 and 25 in length.")
    for number, choice in enumerate(choices):
        _check_text(choice, "name", 100, f"{at}.{number}")


def _check_names(thing: Json, at: str, *, slash: bool) -> None:
    _check_text(thing, "name", 32, at)
    for name in [thing["name"], *(thing.get("name_localizations") or {}).values()]:
        ok = name == name.lower() and name.replace("-", "").replace("_", "").isalnum()
        if slash and not ok:
            reason = f"Command name {name!r} is invalid"
            raise invalid_form(f"{at}.name", reason, "APPLICATION_COMMAND_INVALID_NAME")


def _check_text(thing: Json, field: str, longest: int, at: str) -> None:
    localized: Json = thing.get(f"{field}_localizations") or {}
    for text in [thing.get(field) or "", *localized.values()]:
        if not 1 <= len(text) <= longest:
            raise invalid_form(f"{at}.{field}", f"Must be between 1 and {longest} in length.")
    if unknown := set(localized) - LOCALES:
        where = f"{at}.{field}_localizations"
        raise invalid_form(where, f"Unknown locales {sorted(unknown)}", "ENUM_TYPE_COERCE")


def _lengths(thing: Json) -> Iterator[int]:
    """Of names, descriptions and values; of translations only the longest counts."""
    for field in ("name", "description"):
        translated = (thing.get(f"{field}_localizations") or {}).values()
        yield max(len(text) for text in [thing.get(field) or "", *translated])
    if isinstance(thing.get("value"), str):
        yield len(thing["value"])
    for inner in [*(thing.get("options") or []), *(thing.get("choices") or [])]:
        yield from _lengths(inner)
