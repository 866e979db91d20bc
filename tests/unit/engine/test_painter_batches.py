"""What the painter makes of several jobs at once, and of one that spoils a batch."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from structlog.testing import capture_logs

from engine.commission import Commission
from engine.deadline import Deadline, Limits
from engine.painter import Painter, Painting
from engine.pipeline import BadPicture, DeviceLost, DrawRequest, OutOfMemory, Stopped
from engine.profiles import profile_named
from tests.fakes.pipeline import FakePipeline
from tests.unit.engine.jobs import job

STEPS = 2


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def pipeline():
    return FakePipeline()


def painter_of(pipeline: FakePipeline, clock: Clock, lid: int = 16) -> Painter:
    profile = replace(profile_named("demo"), batches=((256 * 256, 4),))
    return Painter(pipeline, profile, Deadline(Limits(), clock), clock, lid)


@pytest.fixture
def painter(pipeline):
    return painter_of(pipeline, Clock())


class Customer:
    """A commission and what its owner heard."""

    def __init__(self, name: str, **changes: Any) -> None:
        self.steps: list[int] = []
        self.wanted = True
        self.on_step: Callable[[int], None] = self.steps.append
        self.commission = Commission(
            job(name, **({"prompt": name} | changes)),
            lambda step: self.on_step(step),
            lambda: self.wanted,
        )


def paint(painter: Painter, *customers: Customer) -> list[Any]:
    """Of each, its painting or what it ended with."""
    painter.paint_together([customer.commission for customer in customers])
    results: list[Painting | Exception] = []
    for customer in customers:
        try:
            results.append(painter.painting(customer.commission))
        except Exception as error:
            results.append(error)
    return results


def raising(pipeline: FakePipeline, error: Exception, more_than: int, monkeypatch) -> None:
    """Batches of more pictures than that fail."""
    draw = pipeline.draw_together

    def draw_few(requests: list[DrawRequest], *told):
        if len(requests) > more_than:
            pipeline.batches.append(len(requests))
            raise error
        return draw(requests, *told)

    monkeypatch.setattr(pipeline, "draw_together", draw_few)


def test_several_jobs_are_one_batch_and_each_hears_its_own_steps(painter, pipeline):
    first, second = Customer("a", count=2), Customer("b")
    paintings = paint(painter, first, second)
    assert pipeline.batches == [3]
    assert (first.steps, second.steps) == ([1, 2, 3, 4], [1, 2])
    assert [len(painting.pictures) for painting in paintings] == [2, 1]
    assert [c.commission.record.batch for c in (first, second)] == [3, 3]


def test_more_pictures_than_there_is_room_for_are_several_batches(painter, pipeline):
    pipeline.places = 3
    paint(painter, Customer("a", count=4), Customer("b", count=4))
    assert pipeline.batches == [3, 3, 2]


def test_a_job_that_is_to_be_alone_is_drawn_picture_by_picture(painter, pipeline):
    (painting,) = paint(painter, Customer("a", count=3, alone=True))
    assert pipeline.batches == [1, 1, 1]
    assert len(painting.pictures) == 3


def test_who_is_not_wanted_any_more_leaves_and_the_others_go_on(painter, pipeline):
    stays, leaves = Customer("a", steps=4), Customer("b", steps=4)

    def leave(step: int) -> None:
        leaves.wanted = step < 2

    leaves.on_step = leave
    painting, stopped = paint(painter, stays, leaves)
    assert isinstance(painting, Painting)
    assert isinstance(stopped, Stopped)
    assert stays.steps == [1, 2, 3, 4]
    assert pipeline.steps == 4 + 2


@pytest.mark.parametrize("error", [BadPicture(), RuntimeError("a bug")])
def test_one_that_spoils_its_batch_fails_alone(painter, pipeline, error):
    pipeline.raises["b"] = error
    customers = [Customer(name) for name in "abc"]
    with capture_logs() as logged:
        paintings = paint(painter, *customers)
    assert [type(one) for one in paintings] == [Painting, type(error), Painting]
    assert pipeline.batches == [3, 1, 1, 1]
    assert [entry["event"] for entry in logged] == ["batch_failed"]


def test_a_picture_drawn_again_alone_makes_progress_stand_and_not_fall(painter, pipeline):
    customers = [Customer(name, steps=3) for name in "ab"]
    draw, tries = pipeline.draw_together, []

    def fail_at_the_end(requests, *told):
        drawing = draw(requests, *told)
        tries.append(len(requests))
        if len(tries) == 1:
            raise RuntimeError("a bug")
        return drawing

    pipeline.draw_together = fail_at_the_end
    paint(painter, *customers)
    assert tries == [2, 1, 1]
    assert [customer.steps for customer in customers] == [[1, 2, 3], [1, 2, 3]]


def test_a_batch_too_large_for_the_memory_is_drawn_alone_and_the_next_one_is_smaller(
    painter, pipeline, monkeypatch
):
    raising(pipeline, OutOfMemory(), 2, monkeypatch)
    customers = [Customer(name) for name in "abcd"]
    assert all(isinstance(one, Painting) for one in paint(painter, *customers))
    assert pipeline.batches == [4, 1, 1, 1, 1]
    assert [c.commission.record.out_of_memory for c in customers] == [1, 1, 1, 1]
    pipeline.batches.clear()
    assert all(isinstance(one, Painting) for one in paint(painter, *map(Customer, "efgh")))
    assert pipeline.batches == [2, 2]


def test_shortages_that_cost_no_picture_are_noted(painter, pipeline):
    draw = pipeline.draw_together
    pipeline.draw_together = lambda *asked: replace(draw(*asked), shortages=2)
    customers = [Customer("a"), Customer("b")]
    paint(painter, *customers)
    assert [c.commission.record.out_of_memory for c in customers] == [2, 2]


def test_one_picture_that_is_too_large_fails(painter, pipeline, monkeypatch):
    raising(pipeline, OutOfMemory(), 0, monkeypatch)
    (failed,) = paint(painter, Customer("a"))
    assert isinstance(failed, OutOfMemory)


def test_a_lost_device_is_nobodys_failure(painter, pipeline):
    pipeline.raises["b"] = DeviceLost()
    with pytest.raises(DeviceLost):
        paint(painter, Customer("a"), Customer("b"))
    assert pipeline.batches == [2]


def test_what_a_batch_took_is_shared_by_its_pictures(pipeline):
    clock = Clock()
    painter = painter_of(pipeline, clock)
    draw = pipeline.draw_together

    def draw_in_four_seconds(requests, *told):
        clock.now += 4.0
        return draw(requests, *told)

    pipeline.draw_together = draw_in_four_seconds
    for _ in range(2):
        one, three = paint(painter, Customer("a"), Customer("b", count=3))
    assert (one.seconds, three.seconds) == (1.0, 3.0)
    assert painter.seconds_per_megapixel_step == pytest.approx(4e6 / (256 * 256 * STEPS * 4))


def test_an_operator_can_have_them_one_by_one(pipeline):
    painter = painter_of(pipeline, Clock(), lid=1)
    paint(painter, Customer("a", count=3))
    assert pipeline.batches == [1, 1, 1]


def test_sketches_are_offered_of_the_first_picture_of_each(painter):
    offered: list[str] = []
    customers = [Customer("a", count=3), Customer("b")]
    for customer in customers:
        customer.commission.on_sketch = partial(_note, offered, customer.commission)
    paint(painter, *customers)
    assert sorted(offered) == ["a"] * STEPS + ["b"] * STEPS


def _note(offered: list[str], commission: Commission, _make: Callable[[], Any]) -> None:
    offered.append(commission.job.prompt)
