"""The board's page: its tabs, and the language they are in."""

import gradio

from bot.adapters.board.beginning_panel import CSS as BEGIN_CSS
from bot.adapters.board.beginning_panel import BeginningPanel
from bot.adapters.board.blocks import PlainBlocks
from bot.adapters.board.draw_tab import DrawTab
from bot.adapters.board.drawing import Drawing
from bot.adapters.board.drop import Drop
from bot.adapters.board.kept_form import FORGOTTEN, keep_form
from bot.adapters.board.login import LOGOUT
from bot.adapters.board.lora_list import LoraList
from bot.adapters.board.own_tab import DRAW, OwnTab
from bot.adapters.board.press_script import CSS as PRESS_CSS
from bot.adapters.board.press_script import LOADED
from bot.adapters.board.quietly import QUIETLY
from bot.adapters.board.state_tab import StateTab
from bot.adapters.board.style import CSS, guidance_css
from bot.adapters.board.wording import LOCALE, Say, Wording, text
from bot.core.log import Log
from bot.core.replies import reply
from engine.profiles import Profile

#: Seconds that Gradio keeps its copies of the pictures shown.
HOUR = 3600
#: The language of the browser, as bot/adapters/shared/language.py reads it.
_SPOKEN = f"""() => {{
    {LOADED}
    return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}}"""
LANGUAGES = [("中文", "zh"), ("English", "en")]


class Page:
    """For whoever sits at this machine, or has the password."""

    def __init__(
        self,
        *,
        drawing: Drawing,
        begin: BeginningPanel,
        drop: Drop,
        own: OwnTab,
        state: StateTab,
        loras: LoraList,
        profile: Profile,
        telegram: bool,
        locked: bool,
        log: Log,
    ) -> None:
        """`locked`: there is a password."""
        self._drawing = drawing
        self._begin = begin
        self._drop = drop
        self._own = own
        self._state = state
        self._loras = loras
        self._profile = profile
        self._telegram = telegram
        self._locked = locked
        self._log = log

    def build(self) -> gradio.Blocks:
        """The Gradio page."""
        wording = Wording()
        with PlainBlocks(
            self._log,
            title=reply("board_title", LOCALE),
            analytics_enabled=False,
            delete_cache=(HOUR, HOUR),
        ) as page:
            wording.make(gradio.Markdown, {"value": self._heading()})
            language = gradio.Radio(
                LANGUAGES, value=LOCALE, show_label=False, container=False, elem_id="language"
            )
            with gradio.Tabs() as tabs:
                with wording.make(gradio.Tab, {"label": text("board_tab_draw")}, id=DRAW) as draw:
                    drawing = DrawTab(
                        self._drawing, self._begin, self._loras, self._profile, wording, language
                    )
                    drawing.build()
                    self._drop.build(wording, language, drawing.controls)
                with wording.make(gradio.Tab, {"label": text("board_tab_own")}) as own:
                    self._own.build(wording, language, own, drawing.controls, tabs)
                with wording.make(gradio.Tab, {"label": text("board_tab_state")}) as state:
                    self._state.build(wording, language, state, [draw, own])
            if self._locked:
                wording.make(gradio.HTML, {"value": _leave})
            if not self._telegram:
                wording.make(gradio.Markdown, {"value": text("board_telegram")})
            language.change(
                wording.changes,
                inputs=language,
                outputs=wording.components,
                **QUIETLY,
            )
            self._loras.fill(page)
            keep_form(page, drawing.typed, self._profile)
            # In the browser: a request that nobody made would be on its way with the first one.
            page.load(None, outputs=language, js=_SPOKEN, api_visibility="private")
        page.queue()
        # Mounted, it would not count as launched, and show whatever file it is asked for.
        page.has_launched = True
        return page

    @property
    def css(self) -> str:
        return (
            CSS
            + PRESS_CSS
            + BEGIN_CSS
            + guidance_css(*self._profile.advised_guidance, self._profile.max_guidance)
        )

    async def stop(self) -> None:
        """Let those who wait go."""
        await self._drawing.stop()

    def _heading(self) -> Say:
        known = "board_demo" if self._profile.vocabulary else "board_model"

        def say(locale: str) -> str:
            about = reply(known, locale, model=self._profile.name)
            return f"# {reply('board_title', locale)}\n{about}"

        return say


def _leave(locale: str) -> str:
    said = reply("board_leave", locale)
    return f'<a href="{LOGOUT}" onclick="{FORGOTTEN}">{said}</a>'
