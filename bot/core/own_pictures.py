"""A person's own requests as a page shows them: with their pictures, and searched by words."""

from bot.core.data_ports import History, Page
from bot.core.errors import Refusal
from bot.core.generation import Generation, Origin
from bot.core.info_view import InfoView
from bot.core.lookup import Lookup

#: A search looks no further than this.
MAX_WORDS = 8


class OwnPictures:
    """Reads rows for whoever they belong to. Raises Refusal."""

    def __init__(self, *, history: History, lookup: Lookup, info_view: InfoView) -> None:
        self._history = history
        self._lookup = lookup
        self._info_view = info_view

    async def page(
        self,
        origin: Origin,
        limit: int,
        text: str = "",
        *,
        before: str | None = None,
        after: str | None = None,
    ) -> Page:
        """See History.page: those whose prompt has every word of `text`, or that it names."""
        words = tuple(text.split()[:MAX_WORDS])
        page = await self._history.page(
            origin.requester, limit, before=before, after=after, words=words
        )
        if page is None:
            raise Refusal("not_your_history")
        return page

    async def one(self, origin: Origin, generation_id: str) -> tuple[Generation, str]:
        """A generation that is kept, and everything there is to know of it but its prompt."""
        found = await self._lookup.kept(origin, generation_id)
        return found, await self._info_view(found, origin)
