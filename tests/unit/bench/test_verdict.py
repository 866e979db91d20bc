"""What the crash bench calls lost, doubled and left behind."""

from collections import Counter
from typing import Any

import pytest

from bench.storm.verdict import Pressed, Requested, Seen, judge_press, judge_request, wrong_in

PICTURE = Seen(picture=True, ended=True)
SENTENCE = Seen(ended=True)
WAITING = Seen()
THINKING = Seen(loading=True)
REFUSAL = Seen()


def requested(*standing: Seen, pictures: int | None = None, **facts: Any) -> Requested:
    shown = sum(line.picture for line in standing) if pictures is None else pictures
    known: dict[str, Any] = {"known": True, "settled": True, "ever": shown, "peak": shown}
    return Requested(standing=standing, **(known | facts))


def figures(one: Requested | Pressed) -> dict[str, int]:
    found = judge_request(one) if isinstance(one, Requested) else judge_press(one)
    return {name: number for name, number in found.items() if number}


# --- requests -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("answer", "pictures"), [(PICTURE, {"pictures": 1}), (SENTENCE, {})])
def test_a_request_that_has_its_answer_is_well(answer, pictures):
    assert figures(requested(answer)) == {"accepted": 1, **pictures}


def test_one_that_waits_for_ever_is_lost_and_its_line_an_orphan():
    assert figures(requested(WAITING, settled=False)) == {"accepted": 1, "lost": 1, "orphans": 1}


def test_one_whose_row_says_that_it_was_told_is_lost_where_nothing_is_seen_of_it():
    assert figures(requested()) == {"accepted": 1, "lost": 1}


def test_a_copy_beside_it_does_not_make_up_for_the_answer():
    assert wrong_in(judge_request(requested(WAITING, pictures=0))) == {"lost": 1, "orphans": 1}


def test_two_pictures_at_one_time_are_one_too_many():
    assert figures(requested(PICTURE, PICTURE)) == {"accepted": 1, "pictures": 2, "duplicated": 1}


def test_so_they_are_when_one_of_them_is_gone_by_the_end():
    assert wrong_in(judge_request(requested(PICTURE, pictures=2))) == {"duplicated": 1}


def test_a_picture_that_was_taken_back_before_it_came_again_is_only_counted():
    moved = requested(PICTURE, ever=2)
    assert figures(moved) == {"accepted": 1, "pictures": 1, "withdrawn": 1}


@pytest.mark.parametrize("line", [WAITING, THINKING, Seen(by_nonce=True)])
def test_a_line_beside_the_answer_is_an_orphan(line):
    assert wrong_in(judge_request(requested(PICTURE, line))) == {"orphans": 1}


def test_one_more_line_in_the_channel_is_allowed_where_the_nonce_was_forgotten():
    placeholder = Seen(by_nonce=True)
    found = judge_request(requested(PICTURE, placeholder, forgetful=True))
    assert found["repeated_lines"] == 1
    assert wrong_in(found) == {}
    assert wrong_in(judge_request(requested(PICTURE, WAITING, forgetful=True))) == {"orphans": 1}


def test_a_first_line_that_was_never_noted_cannot_be_found_again():
    found = judge_request(requested(PICTURE, WAITING, unnoted=True))
    assert (found["stranded"], wrong_in(found)) == (1, {})
    placeholder = Seen(by_nonce=True)
    assert wrong_in(judge_request(requested(PICTURE, placeholder, unnoted=True))) == {"orphans": 1}


def test_after_the_bin_no_picture_may_stand():
    assert wrong_in(judge_request(requested(pictures=1, removed=True))) == {}
    assert wrong_in(judge_request(requested(PICTURE, removed=True))) == {"undeleted": 1}


def test_where_there_is_no_way_left_to_write_nobody_can_be_told():
    cut_off = {"cut_off": True, "undeliverable": True}
    assert figures(requested(WAITING, **cut_off)) == {
        "accepted": 1,
        "untellable": 1,
        "stranded": 1,
    }
    assert wrong_in(judge_request(requested(WAITING, undeliverable=True))) == {
        "lost": 1,
        "orphans": 1,
    }


def test_being_told_in_time_that_it_cannot_come_is_an_answer_once_the_row_is_settled():
    warning = Seen(warned=True)
    assert figures(requested(warning)) == {"accepted": 1, "warned": 1}
    assert wrong_in(judge_request(requested(warning, settled=False))) == {"lost": 1}


def test_a_private_picture_in_public_and_a_bare_spoiler_are_wrong():
    assert wrong_in(judge_request(requested(PICTURE, leaked=1, unhidden=1))) == {
        "leaked": 1,
        "unhidden": 1,
    }


@pytest.mark.parametrize(
    ("standing", "facts", "expected"),
    [
        ((), {"answered": False}, {}),
        ((REFUSAL,), {}, {"accepted": 1}),
        ((THINKING,), {}, {"accepted": 1, "lost": 1, "orphans": 1}),
        ((THINKING,), {"expired": True}, {"accepted": 1, "stranded": 1}),
    ],
    ids=["nobody heard it", "refused", "thinking for ever", "said not to respond"],
)
def test_without_a_row(standing, facts, expected):
    assert figures(requested(*standing, known=False, settled=False, **facts)) == expected


# --- presses and /show ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"brought": 1}, {"accepted": 1, "files": 1}),
        ({"brought": 2}, {"accepted": 1, "files": 1, "doubled_files": 1}),
        ({"brought": 0}, {"accepted": 1, "lost": 1}),
        ({"brought": 0, "words": True}, {"accepted": 1}),
        ({"brought": 0, "loading": 1}, {"accepted": 1, "lost": 1, "orphans": 1}),
        ({"brought": 0, "forgotten": True}, {"accepted": 1, "untellable": 1}),
        ({"brought": 0, "cut_off": True}, {"accepted": 1, "untellable": 1}),
        ({"brought": 0, "known": False, "answered": False}, {}),
        ({"brought": 1, "leaked": 1}, {"accepted": 1, "files": 1, "leaked": 1}),
    ],
)
def test_a_file_comes_at_least_once(facts, expected):
    assert figures(Pressed(**({"known": True} | facts))) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"known": True}, {"accepted": 1}),
        ({"known": False, "answered": False}, {}),
        ({"known": False, "words": True}, {"accepted": 1}),
        ({"known": False}, {"accepted": 1, "lost": 1}),
        ({"known": True, "loading": 1}, {"accepted": 1, "orphans": 1}),
    ],
)
def test_a_removal_is_done_or_refused(facts, expected):
    assert figures(Pressed(**facts)) == expected


def test_only_what_is_wrong_is_named():
    assert wrong_in(Counter(accepted=3, stranded=1, lost=2, orphans=0)) == {"lost": 2}
