"""How long the supervisor waits before it starts a child again."""

from bot.supervisor import Backoff


def test_three_deaths_in_a_minute_are_answered_at_once_and_later_ones_ever_more_slowly():
    backoff = Backoff()
    delays = [backoff.delay_after_death(now=0.1 * n) for n in range(10)]
    assert delays == [0, 0, 0, 1, 2, 4, 8, 16, 30, 30]


def test_deaths_of_more_than_a_minute_ago_are_forgotten():
    backoff = Backoff()
    for _ in range(9):
        backoff.delay_after_death(now=0)
    assert [backoff.delay_after_death(now=60.1) for _ in range(4)] == [0, 0, 0, 1]


def test_child_that_runs_a_few_seconds_every_time_is_slowed_down_a_little():
    backoff, now, delays = Backoff(), 0.0, []
    for _ in range(50):
        now += 6
        delays.append(backoff.delay_after_death(now))
        now += delays[-1]
    assert delays[:3] == [0, 0, 0]
    assert min(delays[3:]) >= 1
    assert 2 <= sum(delays[10:]) / 40 <= 8
