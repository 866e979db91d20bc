"""Drawing from a picture: one that a message shows, or one that came along. A desk of its own
beside the front desk."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.core.answers import Answers, done
from bot.core.draw import Draw
from bot.core.errand_ports import Errands, NewErrand
from bot.core.errors import AlreadySeen, Refusal
from bot.core.fetch import Fetcher
from bot.core.gallery import Gallery
from bot.core.generation import Generation, Origin
from bot.core.lookup import Lookup
from bot.core.messages import Toast
from bot.core.on_the_way import OnTheWay
from bot.core.sources import Given, Sources

#: Of what a platform has to be asked for; Telegram hands out no more.
MAX_MEGABYTES = 20


#: Brings a picture, and its mask if there is one.
Fetch = Callable[[], Awaitable[tuple[bytes, bytes | None]]]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A picture in a message."""

    #: By what the platform hands it out.
    file: str
    #: Bytes, where the platform says so.
    size: int | None = None
    #: The message, if it is the bot's own.
    message: str | None = None


class EditDesk:
    """Adapters call it with what they received; each event has its effect once, as at the front
    desk. `quiet`: a refusal is only returned."""

    def __init__(
        self,
        *,
        draw: Draw,
        gallery: Gallery,
        lookup: Lookup,
        sources: Sources,
        errands: Errands,
        fetcher: Fetcher,
        answers: Answers,
        on_the_way: OnTheWay,
    ) -> None:
        self._draw = draw
        self._gallery = gallery
        self._lookup = lookup
        self._sources = sources
        self._errands = errands
        self._fetcher = fetcher
        self._answers = answers
        self.on_the_way = on_the_way

    async def shown(
        self, origin: Origin, text: str, shown: Shown, *, quiet: bool = False
    ) -> Toast | None:
        """Draw from what a message shows. What was drawn here lies on the disk; anything else is
        fetched by and by, and what comes of it is said then."""

        async def edit() -> Toast:
            if not await self._is_ours(origin, text, shown.message):
                await self._have_fetched(origin, text, shown)
            return done("toast_queued", origin.locale)

        return await self._answers.once(origin, edit, quiet=quiet)

    async def drawn(
        self, origin: Origin, text: str, generation_id: str, *, quiet: bool = False
    ) -> Toast | None:
        """Draw from the picture of a generation."""

        async def edit() -> Toast:
            await self._draw_from(origin, text, await self._lookup.kept(origin, generation_id))
            return done("toast_queued", origin.locale)

        return await self._answers.once(origin, edit, quiet=quiet)

    async def given(
        self,
        origin: Origin,
        text: str,
        fetch: Fetch,
        *,
        quiet: bool = False,
    ) -> Toast | None:
        """Draw from a picture that came along. `fetch` may raise Refusal."""

        async def edit() -> Toast:
            # First: for whoever may not draw, or wrote it wrongly, nothing is fetched.
            await self._draw.foresee(origin, await self._draw.read(origin, text))
            with self.on_the_way.arrival(origin) as arrival:
                given = await arrival.wait(self._brought(fetch))
            await self._draw(origin, text, None, given)
            return done("toast_queued", origin.locale)

        return await self._answers.once(origin, edit, quiet=quiet)

    async def _brought(self, fetch: Fetch) -> Given:
        return await self._sources.make_ready(*await fetch())

    async def _is_ours(self, origin: Origin, text: str, message: str | None) -> bool:
        """Whether it was drawn here, and is drawn from now."""
        if message is None:
            return False
        try:
            one = await self._lookup.shown_in(origin, message)
        except Refusal:
            # A copy, an original: nothing is stored of those, but they are pictures.
            return False
        await self._draw_from(origin, text, one)
        return True

    async def _draw_from(self, origin: Origin, text: str, one: Generation) -> None:
        given = await self._sources.load(await self._gallery.only_picture(one))
        await self._draw(origin, text, one, given)

    async def _have_fetched(self, origin: Origin, text: str, shown: Shown) -> None:
        if shown.size is not None and shown.size > MAX_MEGABYTES * 1_000_000:
            raise Refusal("picture_too_large", megabytes=MAX_MEGABYTES)
        await self._draw.foresee(origin, await self._draw.read(origin, text))
        noted = await self._errands.note(NewErrand(origin=origin, text=text, file=shown.file))
        if not noted:
            raise AlreadySeen(origin.event_key)
        self._fetcher.look()
