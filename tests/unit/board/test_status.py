"""How a request fares, as the board shows it."""

from types import SimpleNamespace
from typing import Any

import pytest

from bot.adapters.board.status import Status, lines
from bot.core.cards import Cards, rounded_wait
from bot.core.generation import Outcome
from bot.core.news import News
from bot.core.pace import Pace
from engine.contract import ErrorCode, JobKey
from engine.profiles import profile_named
from tests.builders import address, generation, spec

NOTHING: Any = SimpleNamespace()
ROW = generation(id="k3x", attempt=1, outcome=Outcome.RUNNING, begun=True, spec=spec(steps=8))


class Board:
    def __init__(self) -> None:
        self.news, self.pace = News(), Pace(profile_named("z-image-turbo"))
        cards = Cards(
            waits=NOTHING,
            pauses=NOTHING,
            pictures=NOTHING,
            pace=self.pace,
            news=self.news,
        )
        self.status = Status(cards=cards, news=self.news, pace=self.pace)


async def test_a_step_moves_the_bar_and_tells_how_long_it_still_takes() -> None:
    board = Board()
    board.pace.learn(1.0)
    # Of the whole, three quarters.
    left = rounded_wait(board.pace.seconds(ROW.spec.workload) * 3 / 4)
    assert left > 2
    board.news.progressed(JobKey(generation_id="k3x", attempt=1), 2, 8)
    shown = await board.status.live(ROW)
    assert 'value="2" max="8"' in shown
    assert f"第 2/8 步，还要约 {left} 秒" in shown


async def test_where_nothing_is_measured_yet_no_time_is_told() -> None:
    board = Board()
    board.news.progressed(JobKey(generation_id="k3x", attempt=1), 2, 8)
    assert "秒" not in await board.status.live(ROW)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (ErrorCode.OUT_OF_MEMORY, "显存不足，请尝试降低分辨率"),
        (ErrorCode.ENGINE_ERROR, "引擎内部出错，已记录，可以再试一次"),
        ("of_a_newer_version", "引擎内部出错，已记录，可以再试一次"),
    ],
)
def test_failure_is_plain_words_without_buttons_that_are_not_there(code: str, words: str) -> None:
    here = address(platform="board")
    failed = generation(outcome=Outcome.FAILED, error_code=code, address=here)
    shown = Board().status.ended(failed)
    assert words in shown
    assert "🔁" not in shown


def test_what_people_wrote_is_text() -> None:
    assert lines("a <b>", "c\nd") == "<div>a &lt;b&gt;</div><div>c</div><div>d</div>"
