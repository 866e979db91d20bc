"""What can be done with a drawn picture: its original, its words, showing it again, deleting it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.core.acts import ActKind, act_on
from bot.core.cards import Cards
from bot.core.chat_ports import Removals
from bot.core.draw_values import request_of
from bot.core.errors import Refusal
from bot.core.generation import LIVE, Generation, Origin, Outcome
from bot.core.group_rules import RulesHere
from bot.core.lookup import Lookup
from bot.core.messages import Attachment, Notice
from bot.core.picture_port import Pictures
from bot.core.replies import refusal_text, reply
from bot.core.request_text import request_text
from bot.core.rights import is_here
from engine.profiles import Profile


class Gallery:
    """Every method raises Refusal for what cannot be. Notices are returned, not posted."""

    def __init__(
        self,
        *,
        lookup: Lookup,
        removals: Removals,
        pictures: Pictures,
        cards: Cards,
        profile: Profile,
        rules: RulesHere,
    ) -> None:
        self._lookup = lookup
        self._removals = removals
        self._pictures = pictures
        self._cards = cards
        self._profile = profile
        self._rules = rules

    async def originals(self, origin: Origin, generation_id: str, picture: int) -> list[Notice]:
        """The PNG of one picture, or of all. The last notice has the key of the event, so that
        an event is not known as answered before all are posted."""
        generation = await self._finished(await self._lookup.kept(origin, generation_id))
        numbers = _numbers(generation, picture)
        await self._check_files(generation, [generation.pictures[n - 1] for n in numbers])
        return [
            Notice(
                event_key=_key(origin, n, last=n == numbers[-1]),
                address=origin.address,
                requester=origin.requester,
                text=_original_text(generation, n, origin.locale),
                private=generation.private or origin.private,
                attachment=Attachment(
                    path=generation.pictures[n - 1],
                    otherwise=reply("original_not_sent", origin.locale, id=generation.id),
                    spoiler=generation.spoiler or origin.spoiler,
                ),
            )
            for n in numbers
        ]

    async def request_text(self, origin: Origin, generation_id: str) -> str:
        """What was asked for, as it can be asked for again."""
        generation = await self._lookup.kept(origin, generation_id)
        rules = await self._rules.for_asker(origin)
        return request_text(request_of(generation), self._profile, rules, origin.locale)

    async def shown(self, origin: Origin, generation_id: str | None) -> Notice:
        """The picture once more, with buttons that work."""
        if generation_id is None:
            found = await self._lookup.meant(origin, None, None, "nothing_to_show")
        else:
            found = await self._lookup.kept(origin, generation_id)
        if not (is_here(found, origin) or origin.alone or origin.private):
            raise Refusal("drawn_elsewhere", id=found.id)
        generation = replace(await self._finished(found), locale=origin.locale)
        assert generation.preview is not None
        await self._check_files(generation, [generation.preview])
        card = self._cards.ended(generation)
        return Notice(
            event_key=origin.event_key,
            address=origin.address,
            requester=origin.requester,
            text=card.text,
            buttons=card.buttons,
            private=generation.private or origin.private,
            attachment=Attachment(
                path=generation.preview,
                as_picture=True,
                spoiler=generation.spoiler or origin.spoiler,
                otherwise=self._cards.not_shown(generation).text,
            ),
        )

    async def remove(self, origin: Origin, generation: Generation, *, pressed: str | None) -> None:
        """Take it away; whoever asks may. Its own message goes, and the one that was `pressed` if
        that is a copy. Somebody else's goes by an act. Raises AlreadySeen."""
        if generation.outcome in LIVE:
            raise Refusal("still_live", id=generation.id)
        copies = [] if pressed is None else [(origin.address.chat, pressed)]
        gone = refusal_text(Refusal("picture_removed", id=generation.id), generation.locale)
        act = None
        if generation.requester != origin.requester:
            act = act_on(origin, ActKind.REMOVE, generation)
        removed = await self._removals.remove(
            generation.id, copies, origin.event_key, instead=gone, act=act
        )
        if not removed:
            raise Refusal("still_live", id=generation.id)

    async def only_picture(self, generation: Generation) -> str:
        """The file of the one picture that it has, relative to the state folder."""
        await self._finished(generation)
        if len(generation.pictures) > 1:
            raise Refusal("which_of_several", id=generation.id)
        await self._check_files(generation, generation.pictures)
        return generation.pictures[0]

    async def _finished(self, generation: Generation) -> Generation:
        if generation.outcome in LIVE:
            raise Refusal("no_picture_yet", id=generation.id)
        if generation.outcome is not Outcome.FINISHED or not generation.pictures:
            raise Refusal("no_picture", id=generation.id)
        if await self._removals.removed(generation.id):
            raise Refusal("picture_removed", id=generation.id)
        return generation

    async def _check_files(self, generation: Generation, files: Sequence[str]) -> None:
        for file in files:
            if not await asyncio.to_thread(self._pictures.path(file).is_file):
                raise Refusal("picture_gone", id=generation.id)


def _numbers(generation: Generation, picture: int) -> list[int]:
    count = len(generation.pictures)
    if not 0 <= picture <= count:
        raise Refusal("no_such_picture", id=generation.id, count=count)
    return [picture] if picture else list(range(1, count + 1))


def _key(origin: Origin, number: int, *, last: bool) -> str:
    return origin.event_key if last else f"{origin.event_key}:{number}"


def _original_text(generation: Generation, number: int, locale: str) -> str:
    count = len(generation.pictures)
    code = "original" if count == 1 else "original_of_many"
    return reply(code, locale, id=generation.id, number=number, count=count)
