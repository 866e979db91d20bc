"""In which language a program is answered."""

import pytest
from starlette.datastructures import Headers

from bot.adapters.http_api.language import locale_asked


@pytest.mark.parametrize(
    ("asked", "locale"),
    [
        (None, "en"),
        ("", "en"),
        ("zh", "zh"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9,zh;q=0.8", "en"),
        ("en;q=0.2, zh-Hant;q=0.4", "zh"),
        ("de,fr", "en"),
        ("zh;q=0", "en"),
        ("zh;q=much", "en"),
        ("*", "en"),
    ],
)
def test_chinese_is_for_those_who_put_it_before_english(asked: str | None, locale: str) -> None:
    headers = {} if asked is None else {"accept-language": asked}
    assert locale_asked(Headers(headers)) == locale
