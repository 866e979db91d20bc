import pytest

from bot.core.quota import Amount, Wish, changed, price, units
from engine.profiles import profile_named
from tests.builders import spec

TURBO = profile_named("z-image-turbo")


@pytest.mark.parametrize(
    ("asked", "costs"),
    [
        ({}, "1"),
        ({"width": 1360, "height": 768}, "1"),
        ({"width": 2048, "height": 2048}, "4"),
        ({"width": 512, "height": 512}, "0.25"),
        ({"width": 256, "height": 256}, "0.25"),
        ({"count": 4}, "4"),
        ({"guidance": 2.0}, "2"),
        ({"steps": 9}, "1"),
        ({"steps": 16}, "2"),
    ],
)
def test_a_price_is_what_the_work_is_worth_in_quarters(asked, costs):
    assert units(price(spec(**asked), TURBO)) == costs


@pytest.mark.parametrize(("guidance", "costs"), [(4.0, "1"), (0.0, "0.5")])
def test_guidance_that_is_usual_is_in_the_unit(guidance, costs):
    base = profile_named("z-image")
    assert units(price(spec(steps=base.steps, guidance=guidance), base)) == costs


@pytest.mark.parametrize(
    ("wish", "amount", "added"),
    [
        (Wish.ADD, 5, Amount(extra=5)),
        (Wish.TAKE, 4, Amount(daily=-3, extra=-1)),
        (Wish.TAKE, 9, Amount(daily=-3, extra=-2)),
        (Wish.SET, 1, Amount(daily=-3, extra=-1)),
        (Wish.SET, 9, Amount(extra=4)),
    ],
)
def test_what_expires_first_goes_first(wish, amount, added):
    assert changed(Amount(daily=3, extra=2), wish, amount, by_fleet=True) == added


@pytest.mark.parametrize(
    ("by_fleet", "wish", "amount", "added"),
    [
        (True, Wish.ADD, 2, Amount(extra=2)),
        (False, Wish.ADD, 2, Amount(extra=2, given=2)),
        (True, Wish.TAKE, 2, Amount(daily=-1, extra=-1)),
        (True, Wish.TAKE, 6, Amount(daily=-1, extra=-5, given=-1)),
        (False, Wish.TAKE, 2, Amount(daily=-1, extra=-1, given=-1)),
        (False, Wish.TAKE, 6, Amount(daily=-1, extra=-5, given=-4)),
        (False, Wish.SET, 12, Amount(extra=3, given=3)),
    ],
)
def test_what_came_out_of_a_pool_is_spent_last_and_taken_first_by_who_gave_it(
    by_fleet, wish, amount, added
):
    left = Amount(daily=1, extra=8, given=4)
    assert changed(left, wish, amount, by_fleet=by_fleet) == added


@pytest.mark.parametrize(("price", "given"), [(3, 0), (5, 0), (6, 1), (9, 4), (10, 4)])
def test_a_price_takes_what_came_out_of_a_pool_last(price, given):
    assert Amount(daily=1, extra=8, given=4).part(price).given == given
