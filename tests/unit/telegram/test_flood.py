"""The flood schedule on a clock that only moves when told to."""

import pytest

from bot.adapters.telegram.flood import MANY_CHATS, FloodSchedule, Limit, Priority, Ticket

PERSON, GROUP = "5", "-100"


def taken(schedule: FloodSchedule, now: float) -> list[Priority]:
    """Everything that may go now."""
    priorities = []
    while (ticket := schedule.take(now)) is not None:
        priorities.append(ticket.priority)
    return priorities


def spend(schedule: FloodSchedule, chat: str, calls: int, now: float) -> None:
    for _ in range(calls):
        schedule.join(chat, Priority.PICTURE, now)
    assert len(taken(schedule, now)) == calls


def test_an_idle_chat_is_served_at_once():
    schedule = FloodSchedule()
    ticket = schedule.join(PERSON, Priority.PROGRESS, 0.0)
    assert schedule.take(0.0) == ticket
    assert schedule.next_time(0.0) is None


def test_what_waits_goes_by_priority_and_then_in_order():
    schedule = FloodSchedule()
    schedule.pause(PERSON, 1.0, 0.0)
    for priority in (Priority.STATUS, Priority.PROGRESS, Priority.PICTURE, Priority.NOTICE):
        schedule.join(PERSON, priority, 0.0)
    first = schedule.join(PERSON, Priority.PICTURE, 0.0)
    assert first.number == 4
    order = [schedule.take(1.0 if number < 4 else 30.0) for number in range(5)]
    assert [(ticket.priority, ticket.number) for ticket in order if ticket] == [
        (Priority.PICTURE, 2),
        (Priority.PICTURE, 4),
        (Priority.STATUS, 0),
        (Priority.NOTICE, 3),
        (Priority.PROGRESS, 1),
    ]


def test_a_private_chat_gets_a_burst_and_then_one_call_a_second_on_average():
    schedule = FloodSchedule()
    spend(schedule, PERSON, 10, 0.0)
    schedule.join(PERSON, Priority.PICTURE, 0.0)
    assert taken(schedule, 9.9) == []
    assert schedule.next_time(9.9) == 10.0
    assert taken(schedule, 10.0) == [Priority.PICTURE]


def test_a_group_gets_no_more_than_20_calls_in_any_minute():
    schedule = FloodSchedule()
    calls: list[float] = []
    for _ in range(100):
        schedule.join(GROUP, Priority.PICTURE, 0.0)
    now: float | None = 0.0
    while now is not None:
        calls += [now] * len(taken(schedule, now))
        now = schedule.next_time(now)
    assert len(calls) == 100
    assert max(len([c for c in calls if t <= c < t + 60.0]) for t in calls) == 20


def test_all_chats_together_get_no_more_than_25_calls_in_any_second():
    schedule = FloodSchedule()
    for chat in range(1, 101):
        schedule.join(str(chat), Priority.STATUS, 0.0)
    assert len(taken(schedule, 0.0)) == 25
    assert schedule.next_time(0.5) == 1.0
    assert len(taken(schedule, 1.0)) == 25


def test_under_the_overall_limit_pictures_of_one_chat_go_before_statuses_of_another():
    schedule = FloodSchedule()
    for chat in range(1, 26):
        schedule.join(str(chat), Priority.PICTURE, 0.0)
    taken(schedule, 0.0)
    schedule.join("71", Priority.STATUS, 0.1)
    schedule.join("72", Priority.PICTURE, 0.2)
    schedule.join(None, Priority.ACKNOWLEDGEMENT, 0.3)
    assert taken(schedule, 1.0) == [Priority.ACKNOWLEDGEMENT, Priority.PICTURE, Priority.STATUS]


def test_a_paused_chat_holds_up_no_other_chat():
    schedule = FloodSchedule()
    schedule.pause(GROUP, 30.0, 0.0)
    schedule.join(GROUP, Priority.PICTURE, 0.0)
    other = schedule.join(PERSON, Priority.PROGRESS, 0.0)
    assert schedule.take(0.0) == other
    assert schedule.take(29.9) is None
    assert schedule.next_time(1.0) == 30.0
    assert taken(schedule, 30.0) == [Priority.PICTURE]


def test_a_shorter_pause_does_not_end_a_longer_one():
    schedule = FloodSchedule()
    schedule.pause(GROUP, 30.0, 0.0)
    schedule.pause(GROUP, 5.0, 0.0)
    schedule.join(GROUP, Priority.PICTURE, 0.0)
    assert schedule.next_time(0.0) == 30.0


@pytest.mark.parametrize(
    ("priority", "calls"),
    [
        (Priority.PROGRESS, 8),
        (Priority.NOTICE, 9),
        (Priority.STATUS, 16),
        (Priority.PICTURE, 20),
    ],
)
def test_in_a_group_the_less_important_leaves_room_for_what_is_to_come(priority, calls):
    schedule = FloodSchedule()
    for _ in range(30):
        schedule.join(GROUP, priority, 0.0)
    served = sum(len(taken(schedule, float(second))) for second in range(0, 60, 5))
    assert served == calls


def test_who_leaves_is_not_served():
    schedule = FloodSchedule()
    schedule.pause(PERSON, 1.0, 0.0)
    gone = schedule.join(PERSON, Priority.PICTURE, 0.0)
    schedule.leave(gone)
    assert schedule.take(1.0) is None
    assert schedule.next_time(0.0) is None


def test_answers_to_buttons_belong_to_no_chat_and_have_a_limit_of_their_own():
    schedule = FloodSchedule()
    for _ in range(30):
        schedule.join(None, Priority.ACKNOWLEDGEMENT, 0.0)
    assert len(taken(schedule, 0.0)) == 10
    assert schedule.next_time(0.0) == 1.0


def test_a_flood_of_presses_leaves_room_for_pictures():
    schedule = FloodSchedule()
    for _ in range(10_000):
        schedule.join(None, Priority.ACKNOWLEDGEMENT, 0.0)
    for chat in range(1, 31):
        schedule.join(str(chat), Priority.PICTURE, 0.0)
    assert taken(schedule, 0.0).count(Priority.PICTURE) == 15
    assert taken(schedule, 1.0).count(Priority.PICTURE) == 15


def test_a_flood_of_refusals_in_a_group_holds_up_nobody_elses_picture():
    """For ten minutes there is always a refusal to say; every 12 s somebody asks for a picture,
    which is there 5 s later."""
    schedule = FloodSchedule()
    refused = schedule.join(GROUP, Priority.NOTICE, 0.0)
    since: dict[Ticket, int] = {}
    longest: dict[Priority, int] = {}
    refusals = 0
    for now in range(600):
        if now % 12 == 0:
            since[schedule.join(GROUP, Priority.STATUS, now)] = now
        if now % 12 == 5:
            since[schedule.join(GROUP, Priority.PICTURE, now)] = now
        while (ticket := schedule.take(now)) is not None:
            if ticket == refused:
                refusals += 1
                refused = schedule.join(GROUP, Priority.NOTICE, now)
            else:
                waited = now - since.pop(ticket)
                longest[ticket.priority] = max(waited, longest.get(ticket.priority, 0))
    assert longest == {Priority.STATUS: 0, Priority.PICTURE: 0}
    assert since == {}
    # Nor is the one who floods silenced.
    assert refusals >= 40


def test_idle_chats_are_forgotten_and_busy_ones_are_not():
    schedule = FloodSchedule()
    schedule.pause("1", 1e9, 0.0)
    for chat in range(2, MANY_CHATS + 2):
        schedule.pause(str(chat), 0.0, 0.0)
    assert len(schedule._chats) < 10
    schedule.join("1", Priority.PICTURE, 0.0)
    assert schedule.next_time(0.0) == 1e9


def test_a_limit_says_when_the_next_call_fits():
    limit = Limit(2, 10.0)
    limit.spend(0.0, Priority.PICTURE)
    limit.spend(4.0, Priority.PICTURE)
    assert limit.free_at(5.0, Priority.PICTURE) == 10.0
    limit.spend(10.0, Priority.PICTURE)
    assert limit.free_at(10.0, Priority.PICTURE) == 14.0


def test_a_limit_of_one_priority_does_not_concern_the_others():
    limit = Limit(1, 10.0, only=Priority.NOTICE)
    limit.spend(0.0, Priority.PICTURE)
    assert limit.free_at(1.0, Priority.NOTICE) == 1.0
    limit.spend(1.0, Priority.NOTICE)
    assert limit.free_at(2.0, Priority.PICTURE) == 2.0
    assert limit.free_at(2.0, Priority.NOTICE) == 11.0


def test_a_limit_makes_the_less_important_wait_until_its_reserve_is_free_again():
    limit = Limit(3, 10.0, {Priority.PROGRESS: 2})
    for now in (0.0, 1.0, 2.0):
        limit.spend(now, Priority.PICTURE)
    assert limit.free_at(2.0, Priority.PICTURE) == 10.0
    assert limit.free_at(2.0, Priority.PROGRESS) == 12.0
