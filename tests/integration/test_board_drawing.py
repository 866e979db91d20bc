"""The board's buttons without a browser: what they do when something goes wrong, and at the end."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import structlog
from structlog.testing import capture_logs
from structlog.typing import EventDict

from bot.adapters.board.drawing import Drawing
from bot.adapters.board.form import Form
from bot.core.errors import Refusal
from bot.core.generation import Forgotten, Generation, Origin, Outcome
from bot.core.news import News
from bot.core.replies import OWN, reply
from engine.profiles import profile_named
from tests.builders import generation

PROMPT = "一个红色的圆"
FORM = Form(PROMPT, 512, 512, 1, 8, 0, "", "", enhance=False, source="", strength=0.6)


def drawing(draw: Any, **parts: Any) -> Drawing:
    nothing: Any = SimpleNamespace()
    defaults: dict[str, Any] = dict.fromkeys(
        ("cancel", "status", "admissions", "records", "pictures"), nothing
    )

    async def given(_: str) -> None:
        return None

    beginnings: Any = SimpleNamespace(given=given)
    return Drawing(
        draw=draw,
        beginnings=beginnings,
        news=News(),
        profile=profile_named("demo"),
        log=structlog.get_logger("bot"),
        **(defaults | parts),
    )


async def shown(of: Drawing, page: str = "a") -> list[str]:
    return [status async for _, status in of.answer(FORM, "zh", page)]


async def raise_here(*_: object, **__: object) -> None:
    raise RuntimeError(f"no room for {PROMPT}")


async def test_unexpected_failure_is_a_sentence_and_a_log_line_without_the_prompt() -> None:
    logged: list[EventDict]
    with capture_logs() as logged:
        assert await shown(drawing(raise_here)) == [f"<div>{reply('internal_error', 'zh')}</div>"]
    (line,) = logged
    assert (line["event"], line["error"]) == ("board_request_failed", "RuntimeError")
    assert PROMPT not in str(line)


PRESS = "0123456789abcdef" * 2


async def recalled(of: Drawing, press: str = PRESS) -> str:
    _, status = await of.recall(press, "zh")
    return status


async def test_a_press_has_its_name_as_its_event_and_in_its_answer() -> None:
    asked = []

    async def refuse(origin: Origin, *_: object, **__: object) -> None:
        asked.append(origin.event_key)
        raise Refusal("empty_prompt")

    for press in (PRESS, PRESS, "", PRESS[1:], '"><script>'):
        (said,) = [status async for _, status in drawing(refuse).answer(FORM, "zh", "a", press)]
        assert (f'data-press="{PRESS}"' in said) == (press == PRESS)
        assert "data-void" in said
        assert "script" not in said
    assert asked[0] == asked[1] == f"board:press:{PRESS}"
    # The others have names of their own.
    assert len({*asked}) == 4


async def test_a_press_that_never_came_is_told_of() -> None:
    async def of_event(_: str) -> None:
        return None

    records = SimpleNamespace(of_event=of_event)
    said = await recalled(drawing(None, records=records))
    assert reply("board_not_received", "zh") in said
    assert f'data-press="{PRESS}"></i>' in said


async def test_a_press_that_was_drawn_shows_its_picture_again() -> None:
    row = generation(id="k3x", outcome=Outcome.FINISHED, pictures=("pictures/k3x-1.png",))

    async def of_event(event_key: str) -> Generation | None:
        return row if event_key == f"board:press:{PRESS}" else None

    async def get(_: str) -> Generation:
        return row

    of = drawing(
        None,
        records=SimpleNamespace(of_event=of_event),
        admissions=SimpleNamespace(get=get),
        pictures=SimpleNamespace(path=Path),
        status=SimpleNamespace(finished=lambda one: f"#{one.id}"),
    )
    files, status = await of.recall(PRESS, "zh")
    assert (files, "#k3x" in status) == ([Path("pictures/k3x-1.png")], True)
    assert "data-live" not in status


async def test_of_what_is_forgotten_nothing_is_shown() -> None:
    async def of_event(_: str) -> Generation:
        return generation(outcome=Outcome.FINISHED, forgotten=Forgotten.DONE)

    said = await recalled(drawing(None, records=SimpleNamespace(of_event=of_event)))
    assert "div" not in said


class Waiting:
    """A board at which one page waits for a request that does not end."""

    def __init__(self) -> None:
        self.looks: list[str] = []
        self.looked = asyncio.Event()
        self.cancelled: list[str] = []
        self.refusal: Exception | None = None
        self.row = generation(id="k3x")
        self.drawing = drawing(
            self._draw,
            cancel=self._cancel,
            admissions=SimpleNamespace(get=self._get),
            status=SimpleNamespace(live=self._live),
        )

    async def _draw(self, *_: object, **__: object) -> SimpleNamespace:
        return SimpleNamespace(generation=self.row)

    async def _get(self, generation_id: str) -> Any:
        self.looks.append(generation_id)
        self.looked.set()
        return self.row

    async def _live(self, _: object) -> str:
        return "⏳"

    async def _cancel(self, row: Any, origin: Any) -> None:
        if self.refusal is not None:
            raise self.refusal
        assert origin.requester == "board:local"
        self.cancelled.append(row.id)


async def test_stop_ends_the_waiting_and_returns_when_nobody_looks_at_rows_any_more() -> None:
    waiting = Waiting()
    answer = asyncio.create_task(shown(waiting.drawing))
    await waiting.looked.wait()
    await waiting.drawing.stop()
    so_far = len(waiting.looks)
    await answer
    assert len(waiting.looks) == so_far


async def test_stop_with_nobody_waiting_returns_at_once() -> None:
    async with asyncio.timeout(0.1):
        await drawing(None).stop()


async def test_cancel_means_what_this_page_waits_for_and_no_other_page_does() -> None:
    waiting = Waiting()
    answer = asyncio.create_task(shown(waiting.drawing, "a"))
    await waiting.looked.wait()
    nothing = OWN["board"]["nothing_to_cancel"][0]
    assert nothing in str(await waiting.drawing.cancel("zh", "b"))
    assert waiting.cancelled == []
    assert nothing not in str(await waiting.drawing.cancel("zh", "a"))
    assert waiting.cancelled == ["k3x"]
    await waiting.drawing.stop()
    await answer
    assert nothing in str(await waiting.drawing.cancel("zh", "a"))


async def test_a_press_that_is_being_drawn_is_asked_after_again_and_can_be_cancelled() -> None:
    waiting = Waiting()

    async def of_event(_: str) -> Generation:
        return waiting.row

    waiting.drawing._records = SimpleNamespace(of_event=of_event)
    assert f'data-press="{PRESS}" data-live' in await recalled(waiting.drawing)
    await waiting.drawing.cancel("zh", "a", PRESS)
    assert waiting.cancelled == ["k3x"]


async def test_cancel_that_cannot_be_is_a_sentence_without_commands() -> None:
    waiting = Waiting()
    answer = asyncio.create_task(shown(waiting.drawing))
    await waiting.looked.wait()
    waiting.refusal = Refusal("already_ended", id="k3x")
    assert OWN["board"]["already_ended"][1] in str(await waiting.drawing.cancel("en", "a"))
    waiting.refusal = RuntimeError(PROMPT)
    with capture_logs() as logged:
        assert reply("internal_error", "en") in str(await waiting.drawing.cancel("en", "a"))
    assert PROMPT not in str(logged)
    await waiting.drawing.stop()
    await answer
