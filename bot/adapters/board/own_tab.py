"""One's own pictures: a page of small ones, a search, and how each was drawn."""

import asyncio
from pathlib import Path
from typing import Any

import gradio

from bot.adapters.board.attempt import Attempt
from bot.adapters.board.form import Form
from bot.adapters.board.large import large_pictures
from bot.adapters.board.quietly import QUIETLY
from bot.adapters.board.status import lines
from bot.adapters.board.visitor import origin
from bot.adapters.board.wording import Wording, text
from bot.core.cards import beginning
from bot.core.data_ports import Page
from bot.core.errors import Refusal
from bot.core.generation import Generation
from bot.core.history_view import outcome_text
from bot.core.own_pictures import OwnPictures
from bot.core.picture_port import Pictures
from bot.core.replies import reply

#: The id of the tab that draws.
DRAW = "draw"
#: Requests on a page.
LIMIT = 24
#: Characters that a search may have.
LONGEST = 200


class OwnTab:
    """Built inside a tab of the page."""

    def __init__(self, own: OwnPictures, pictures: Pictures, attempt: Attempt) -> None:
        self._own = own
        self._pictures = pictures
        self._attempt = attempt

    def build(
        self,
        wording: Wording,
        language: gradio.Radio,
        tab: gradio.Tab,
        controls: list[Any],
        tabs: gradio.Tabs,
    ) -> None:
        """`controls`: what a picture's parameters go into; they stand in the first of `tabs`."""
        make = wording.make
        search = make(
            gradio.Textbox,
            {"label": text("board_search"), "placeholder": text("board_search_what")},
            value="",
            max_lines=1,
            max_length=LONGEST,
            elem_id="search",
        )
        said = make(gradio.HTML, {"value": lambda locale: lines(reply("board_pick", locale))})
        small = gradio.Gallery(
            show_label=False,
            columns=4,
            object_fit="cover",
            allow_preview=False,
            buttons=[],
            interactive=False,
            elem_id="own",
        )
        with gradio.Row():
            newer = make(gradio.Button, {"value": text("board_newer")}, interactive=False)
            older = make(gradio.Button, {"value": text("board_older")}, interactive=False)
        ids, ends, picked = gradio.State(()), gradio.State(("", "")), gradio.State("")
        page = [small, ids, ends, newer, older, said]
        gradio.on(
            [search.submit, tab.select],
            self.newest,
            inputs=[search, language],
            outputs=page,
            **QUIETLY,
        )
        turning = {"inputs": [search, ends, language], "outputs": page, **QUIETLY}
        newer.click(self.newer, **turning)
        older.click(self.older, **turning)
        with gradio.Column(visible=False) as details:
            large = large_pictures("large")
            info = gradio.HTML(elem_id="info")
            use = make(gradio.Button, {"value": text("board_use")}, variant="primary")
        small.select(
            self.pick,
            inputs=[ids, language],
            outputs=[details, large, info, picked, said],
            **QUIETLY,
        )
        use.click(
            self.use,
            inputs=[picked, language],
            outputs=[*controls, tabs, said],
            **QUIETLY,
        )

    async def newest(self, search: str, locale: str) -> tuple[Any, ...]:
        return await self._attempt(locale, self._page(search, locale), 6)

    async def newer(self, search: str, ends: tuple[str, str], locale: str) -> tuple[Any, ...]:
        return await self._attempt(locale, self._page(search, locale, after=ends[0]), 6)

    async def older(self, search: str, ends: tuple[str, str], locale: str) -> tuple[Any, ...]:
        return await self._attempt(locale, self._page(search, locale, before=ends[1]), 6)

    async def pick(
        self, ids: tuple[str, ...], locale: str, event: gradio.SelectData
    ) -> tuple[Any, ...]:
        return await self._attempt(locale, self._picked(ids, event.index, locale), 5)

    async def use(self, picked: str, locale: str) -> tuple[Any, ...]:
        outputs = len(Form.__dataclass_fields__) + 2
        return await self._attempt(locale, self._used(picked, locale), outputs)

    async def _page(self, search: str, locale: str, **turn: str) -> tuple[Any, ...]:
        page = await self._own.page(origin(locale), LIMIT, search[:LONGEST], **turn)
        found = await asyncio.to_thread(self._with_files, page)
        items = [(path, f"#{one.id} {beginning(one.spec.prompt)}") for one, path in found]
        ids = tuple(one.id for one, _ in found)
        ends = (page.rows[0].id, page.rows[-1].id) if page.rows else ("", "")
        turns = (gradio.update(interactive=more) for more in (page.newer, page.older))
        return items, ids, ends, *turns, _said(page, ids, locale, searched=bool(search.strip()))

    def _with_files(self, page: Page) -> list[tuple[Generation, Path]]:
        """Those of which there is a picture to show."""
        named = [(one, self._pictures.path(one.preview)) for one in page.rows if one.preview]
        return [(one, path) for one, path in named if path.is_file()]

    async def _picked(self, ids: tuple[str, ...], index: Any, locale: str) -> tuple[Any, ...]:
        if not isinstance(index, int) or not 0 <= index < len(ids):
            raise Refusal("unknown_generation", id=index)
        one, info = await self._own.one(origin(locale), ids[index])
        files = [self._pictures.path(relative) for relative in one.pictures]
        if not await asyncio.to_thread(lambda: all(path.is_file() for path in files)):
            raise Refusal("picture_gone", id=one.id)
        return gradio.update(visible=True), files, lines(one.spec.prompt, info), one.id, ""

    async def _used(self, picked: str, locale: str) -> tuple[Any, ...]:
        one, _ = await self._own.one(origin(locale), picked)
        return *Form.of(one.spec, one.id).values, gradio.update(selected=DRAW), ""


def _said(page: Page, shown: tuple[str, ...], locale: str, *, searched: bool) -> str:
    """What came to no picture, or what to do."""
    if not page.rows:
        return lines(reply("board_none_found" if searched else "board_none", locale))
    others = [
        f"#{one.id}「{beginning(one.spec.prompt)}」{outcome_text(one, locale, removed=False)}"
        for one in page.rows
        if one.id not in shown
    ]
    return lines(*([reply("board_pick", locale)] if shown else []), *others)
