import pytest

from bot.core.admin.quota_syntax import MAX_REASON, QuotaOrder, asks_for_pool, parse_quota
from bot.core.errors import Refusal
from bot.core.quota import Wish


def order(wish: Wish | None, amount: int | None, **more) -> QuotaOrder:
    return QuotaOrder(wish=wish, amount=amount, **{"pool": False, "reason": "", **more})


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("+20", order(Wish.ADD, 20_000)),
        ("＋２０", order(Wish.ADD, 20_000)),
        ("加 20", order(Wish.ADD, 20_000)),
        ("-5 刷屏 太多", order(Wish.TAKE, 5_000, reason="刷屏 太多")),
        ("－５", order(Wish.TAKE, 5_000)),
        ("扣除5", order(Wish.TAKE, 5_000)),
        ("=0", order(Wish.SET, 0)),
        ("设为 2.5", order(Wish.SET, 2_500)),
        ("每天 20", order(None, 20_000)),
        ("每天 默认", order(None, None)),
        ("Daily usual", order(None, None)),
        ("群 每天 500", order(None, 500_000, pool=True)),
        ("Group =3 new month", order(Wish.SET, 3_000, pool=True, reason="new month")),
        ("全群+100", order(Wish.ADD, 100_000, pool=True)),
        ("+1 两\n行", order(Wish.ADD, 1_000, reason="两 行")),
        ("+1 " + "长" * MAX_REASON, order(Wish.ADD, 1_000, reason="长" * MAX_REASON)),
    ],
)
def test_what_admins_write(text, meant):
    assert parse_quota(text) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20",
        "+",
        "每天",
        "+默认",
        "+1.234",
        "+-3",
        "+9" * 40,
        "加油",
        "@anna +1",
        "123456 +1",
        "小明 加 1",
        "每天 +20",
    ],
)
def test_anything_else_is_not_guessed(text):
    with pytest.raises(Refusal) as refused:
        parse_quota(text)
    assert refused.value.code == "bad_quota"


def test_there_is_a_largest_amount():
    with pytest.raises(Refusal) as refused:
        parse_quota("+1000001")
    assert refused.value.code == "too_many_units"


def test_a_reason_is_not_cut_unseen():
    with pytest.raises(Refusal) as refused:
        parse_quota("+1 " + "长" * (MAX_REASON + 1))
    assert refused.value.code == "too_long"


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("群", True),
        (" Group ", True),
        ("全群", True),
        ("", False),
        ("群 +1", False),
        ("群友", False),
    ],
)
def test_a_group_named_alone_is_a_question(text, asks):
    assert asks_for_pool(text) == asks
