from engine.deadline import Deadline, Limits


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def deadline_at(seconds: float, usual: float | None) -> bool:
    clock = Clock()
    deadline = Deadline(Limits(), clock)
    deadline.expect(usual)
    clock.now = seconds
    return deadline.is_past()


def test_an_unknown_shape_has_ten_minutes():
    assert deadline_at(600, None) is False
    assert deadline_at(601, None) is True


def test_a_known_step_has_thirty_seconds_at_least():
    assert deadline_at(30, 0.1) is False
    assert deadline_at(31, 0.1) is True


def test_a_slow_step_has_twenty_times_its_usual_time():
    assert deadline_at(99, 5.0) is False
    assert deadline_at(101, 5.0) is True


def test_a_resting_thread_is_never_late():
    clock = Clock()
    deadline = Deadline(Limits(), clock)
    deadline.expect(0.1)
    deadline.lift()
    clock.now = 1e9
    assert deadline.is_past() is False
