"""Whom an admin means: by a number or a name written first, by a reply, or by a picture."""

import re
from dataclasses import replace

from bot.core.admin.ask import Ask
from bot.core.admin.ban_syntax import UNITS
from bot.core.errors import Refusal
from bot.core.generation import Origin
from bot.core.lookup import Lookup
from bot.core.people import Names, number_of
from bot.core.quota import scope_of

#: 「123456789 +20」, 「123456789+20」, 「@anna 1天」; not 「1440 minutes」.
_LEADING = re.compile(
    rf"\s*(?:(?P<number>[0-9]{{4,20}})(?!\s*(?:{UNITS})(?![a-z]))|@(?P<name>\w{{2,32}}))(?!\w)\s*",
    re.IGNORECASE,
)


class Whom:
    """Finds people."""

    def __init__(self, lookup: Lookup, names: Names) -> None:
        self._lookup = lookup
        self._names = names

    async def __call__(self, ask: Ask) -> tuple[str | None, Ask]:
        """`platform:id`, or None where nobody is pointed at, and the words that are left. What
        is written goes before the reply. Raises Refusal."""
        origin = ask.origin
        platform = origin.address.platform
        if ask.pointed.certain:
            return ask.pointed.person, ask
        written = _LEADING.match(ask.words)
        if written is None:
            if ask.pointed.person is None and ask.pointed.message is not None:
                shown = await self._lookup.shown_in(origin, ask.pointed.message, "whom")
                return shown.requester, ask
            return ask.pointed.person, ask
        rest = replace(ask, words=ask.words[written.end() :])
        if written["number"]:
            return f"{platform}:{written['number']}", rest
        person = await self._names.named(platform, written["name"])
        if person is None:
            raise Refusal("unknown_name", name=written["name"])
        return person, rest

    async def met(self, ask: Ask) -> None:
        """Note what they are called to whom a command replies, so that they can be named from
        now on: for those alone who may decide about them."""
        if ask.pointed.person is not None and ask.pointed.name:
            await self._names.met(ask.pointed.person, ask.pointed.name)

    async def required(self, ask: Ask) -> tuple[str, Ask]:
        """The same, where nothing can be done without, for who may. Raises Refusal."""
        await self.met(ask)
        person, rest = await self(ask)
        if person is None:
            raise Refusal("whom")
        return person, rest

    async def somebody(self, ask: Ask) -> tuple[str, Ask]:
        """The same for what holds everywhere: a chat, as which its anonymous admins speak, is
        not one person. Raises Refusal."""
        person, rest = await self.required(ask)
        if speaks_as_chat(person):
            raise Refusal("not_a_person")
        return person, rest


def speaks_as_chat(person: str) -> bool:
    """It is no person, but a group or a channel that was spoken as."""
    return number_of(person).startswith("-")


def check_asks_here(origin: Origin, person: str) -> None:
    """Nobody asks as a channel, so nothing can be decided about one; as the group itself its
    anonymous admins ask. Raises Refusal."""
    if speaks_as_chat(person) and number_of(person) != scope_of(origin):
        raise Refusal("not_a_person")
