import pytest

from bot.core.admin.weight import parse_weight
from bot.core.errors import Refusal


@pytest.mark.parametrize(
    ("text", "weight"),
    [("2", 2.0), (" 0.1 ", 0.1), ("10", 10.0), ("２．５", 2.5), ("默认", 1.0), ("Default", 1.0)],
)
def test_a_weight_is_read(text: str, weight: float):
    assert parse_weight(text) == weight


@pytest.mark.parametrize(
    "text", ["0", "0.09", "10.01", "11", "-1", "nan", "inf", "1e1", "二", "2 倍", "1.234", ""]
)
def test_what_is_none_is_refused_with_the_range(text: str):
    with pytest.raises(Refusal) as refused:
        parse_weight(text)
    assert refused.value.code == "bad_weight"
    assert refused.value.data == {"least": "0.1", "most": "10"}
