"""How zdraw fares: engine and memory, the queue, and bars over time. For the operator, who is
whoever gets to the board."""

from typing import Any

import gradio

from bot.adapters.board.acts_panel import ActsPanel
from bot.adapters.board.attempt import Attempt
from bot.adapters.board.chart import Bar, chart
from bot.adapters.board.quietly import QUIETLY
from bot.adapters.board.status import lines
from bot.adapters.board.visitor import origin
from bot.adapters.board.wording import Say, Wording
from bot.core.overview import REACHES, Overview
from bot.core.replies import reply

#: While the tab is open.
REFRESH_SECONDS = 3.0


class StateTab:
    """Built inside a tab of the page."""

    def __init__(
        self, overview: Overview, panel: ActsPanel, attempt: Attempt, time_zone: str
    ) -> None:
        self._overview = overview
        self._panel = panel
        self._attempt = attempt
        self._time_zone = time_zone

    def build(
        self,
        wording: Wording,
        language: gradio.Radio,
        tab: gradio.Tab,
        others: list[gradio.Tab],
    ) -> None:
        """`others`: where one of them is looked at, nothing is asked for here."""
        engine = gradio.HTML(elem_id="engine")
        queue = gradio.HTML(elem_id="queue")
        decided = self._panel.build(wording, language)
        reach = wording.make(
            gradio.Radio,
            {"choices": _reaches()},
            value=REACHES[1].name,
            show_label=False,
            container=False,
            elem_id="reach",
        )
        charts = gradio.HTML(elem_id="charts")
        said = gradio.HTML()
        timer = gradio.Timer(REFRESH_SECONDS, active=False)
        gradio.on(
            [tab.select, timer.tick, reach.change, language.change, decided.change],
            self.look,
            inputs=[reach, language],
            outputs=[engine, queue, charts, said],
            trigger_mode="always_last",
            **QUIETLY,
        )
        tab.select(lambda: gradio.Timer(active=True), outputs=timer, **QUIETLY)
        for other in others:
            other.select(lambda: gradio.Timer(active=False), outputs=timer, **QUIETLY)

    async def look(self, reach: str, locale: str) -> tuple[Any, ...]:
        return await self._attempt(locale, self._seen(reach, locale), 4)

    async def _seen(self, named: str, locale: str) -> tuple[Any, ...]:
        reach = next(one for one in REACHES if one.name == named)
        spans = await self._overview.spans(reach)
        pictures = [Bar(span.begin_ms, span.pictures) for span in spans]
        waits = [Bar(span.begin_ms, span.longest_wait_s, span.wait_s) for span in spans]
        charts = chart(reply("overview_pictures", locale), pictures, self._time_zone) + chart(
            reply("overview_waits", locale), waits, self._time_zone
        )
        engine = lines(await self._overview.engine(locale))
        return engine, lines(await self._overview.queue(origin(locale))), charts, ""


def _reaches() -> Say:
    def say(locale: str) -> list[tuple[str, str]]:
        return [(reply(f"overview_{reach.name}", locale), reach.name) for reach in REACHES]

    return say
