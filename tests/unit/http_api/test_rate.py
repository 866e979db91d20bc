"""How often one user of the API may ask."""

from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.http_api.rate import MINUTE, Rate


class Watch:
    """Seconds that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_wait_is_as_long_as_it_takes() -> None:
    watch = Watch()
    rate = Rate(2, watch)
    assert [rate.take("krita") for _ in range(3)] == [0, 0, 30.0]
    watch.now += 29.9
    assert rate.take("krita") > 0
    watch.now += 0.2
    assert rate.take("krita") == 0


def test_users_do_not_share_it() -> None:
    rate = Rate(1, Watch())
    assert [rate.take(name) > 0 for name in ("a", "b", "a")] == [False, False, True]


@given(st.lists(st.floats(0, 120), max_size=60), st.integers(1, 20))
def test_no_span_has_more_than_its_share_and_a_minutes_savings(
    pauses: list[float], per_minute: int
) -> None:
    watch = Watch()
    rate, passed = Rate(per_minute, watch), 0
    for pause in pauses:
        watch.now += pause
        passed += rate.take("krita") == 0
    assert passed <= per_minute + watch.now / MINUTE * per_minute + 1e-6
