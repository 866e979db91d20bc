"""How a request fares, as HTML: what people wrote in it is text."""

import html

from bot.core.cards import Cards, rounded_wait
from bot.core.generation import Generation
from bot.core.news import News, StepProgress
from bot.core.pace import Pace
from bot.core.replies import reply


def lines(*texts: str) -> str:
    """Texts as they are, a line each: they may quote what people wrote."""
    return "".join(
        f"<div>{html.escape(line)}</div>" for text in texts for line in text.splitlines()
    )


class Status:
    """Puts rows into words for the page."""

    def __init__(self, *, cards: Cards, news: News, pace: Pace) -> None:
        self._cards = cards
        self._news = news
        self._pace = pace

    async def live(self, generation: Generation) -> str:
        """Waiting or being drawn, with a bar."""
        progress = self._news.progress(generation.id)
        if progress is None:
            text = (await self._cards.live(generation)).text
            return f"{lines(text)}<progress value='0'></progress>"
        bar = f'<progress value="{progress.step}" max="{progress.steps}"></progress>'
        return lines(self._step(generation, progress)) + bar

    def _step(self, generation: Generation, progress: StepProgress) -> str:
        locale, steps = generation.locale, {"step": progress.step, "steps": progress.steps}
        left = self._pace.seconds(generation.spec.workload) * (1 - progress.step / progress.steps)
        if not self._pace.known or left < 1:
            return reply("board_step", locale, **steps)
        return reply("board_step_left", locale, seconds=rounded_wait(left), **steps)

    def finished(self, generation: Generation) -> str:
        """Beside its pictures."""
        return lines(self._cards.facts(generation), *self._cards.remarks(generation))

    def ended(self, generation: Generation) -> str:
        """Without a picture."""
        return lines(self._cards.end_text(generation))
