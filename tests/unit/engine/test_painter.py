import pytest

from engine.deadline import Deadline, Limits
from engine.painter import Painter
from engine.pipeline import Stopped
from engine.profiles import profile_named
from tests.fakes.pipeline import FakePipeline
from tests.unit.engine.jobs import job

#: Side of the squares that the demo model draws, whatever is asked.
NATIVE = 256


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def pipeline():
    return FakePipeline()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def painter(pipeline, clock):
    return Painter(pipeline, profile_named("demo"), Deadline(Limits(), clock), clock)


def make_slow(pipeline, clock) -> None:
    draw = pipeline.draw_together

    def draw_in_four_seconds(requests, *told):
        clock.now += 4.0
        return draw(requests, *told)

    pipeline.draw_together = draw_in_four_seconds


def test_several_pictures_have_seeds_in_a_row_and_one_progress(painter, pipeline):
    steps: list[int] = []
    painting = painter.paint(job(count=3, seed=7), steps.append, lambda: True)
    assert [request.seed for request in pipeline.requests] == [7, 8, 9]
    assert steps == [1, 2, 3, 4, 5, 6]
    assert len({picture.tobytes() for picture in painting.pictures}) == 3


def test_the_model_is_asked_for_the_size_at_which_it_draws(painter, pipeline):
    painting = painter.paint(job(width=512, height=512), lambda _: None, lambda: True)
    assert painting.pictures[0].size == (NATIVE, NATIVE)
    assert pipeline.requests[0].width == NATIVE


def test_an_unwanted_job_is_not_begun(painter, pipeline):
    with pytest.raises(Stopped):
        painter.paint(job(), lambda _: None, lambda: False)
    assert pipeline.requests == []


def test_a_job_that_becomes_unwanted_ends_at_the_next_step(painter):
    steps: list[int] = []
    with pytest.raises(Stopped):
        painter.paint(job(steps=8), steps.append, lambda: len(steps) < 3)
    assert steps == [1, 2, 3]


def test_a_picture_that_is_redone_makes_progress_stand_and_not_fall(painter, pipeline):
    once = pipeline.draw_together

    def redo(requests, *told):
        once(requests, *told)
        return once(requests, *told)

    pipeline.draw_together = redo
    steps: list[int] = []
    painter.paint(job(steps=3), steps.append, lambda: True)
    assert steps == [1, 2, 3]


def test_the_first_picture_of_a_shape_does_not_count_for_the_pace(painter, pipeline, clock):
    make_slow(pipeline, clock)
    painter.paint(job(), lambda _: None, lambda: True)
    assert painter.seconds_per_megapixel_step is None
    painting = painter.paint(job(), lambda _: None, lambda: True)
    assert painting.seconds == 4.0
    assert painter.seconds_per_megapixel_step == pytest.approx(4e6 / (NATIVE * NATIVE * 2))


def test_guidance_makes_two_passes_of_each_step(painter, pipeline, clock):
    make_slow(pipeline, clock)
    for _ in range(2):
        painter.paint(job(guidance=1.8), lambda _: None, lambda: True)
    assert painter.seconds_per_megapixel_step == pytest.approx(4e6 / (NATIVE * NATIVE * 4))
