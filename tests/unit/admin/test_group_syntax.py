"""How a rule of a group is written."""

import pytest

from bot.core.admin.group_syntax import MAX_COOLDOWN_S, SETTINGS, Bounded, parse_group
from bot.core.errors import Refusal
from bot.core.group_rules import usual_rules
from bot.core.quota import QuotaDefaults
from bot.core.replies import refusal_text
from engine.profiles import profile_named
from tests.builders import bounds

PROFILE = profile_named("z-image-turbo")
BOUNDED = Bounded(
    usual=usual_rules(PROFILE, bounds(live_per_requester=10), QuotaDefaults(), 0), profile=PROFILE
)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("daily 20", "daily", 20_000),
        ("每天20", "daily", 20_000),
        ("每人每天：2.5", "daily", 2_500),
        ("每天 0", "daily", 0),
        ("cooldown 30", "cooldown", 30),
        ("Cooldown=30s", "cooldown", 30),
        ("冷却 30秒", "cooldown", 30),
        ("冷却３０秒", "cooldown", 30),
        ("冷却 2分钟", "cooldown", 120),
        ("cooldown 60 min", "cooldown", MAX_COOLDOWN_S),
        ("冷却 关", "cooldown", 0),
        ("queue 3", "queue", 3),
        ("排队 10个", "queue", 10),
        ("张数 2张", "count", 2),
        ("size 1024x1024", "size", 1024 * 1024),
        ("最大尺寸 1344×768", "size", 1344 * 768),
        ("画幅 横图", "ratio", (16, 9)),
        ("ratio 32:18", "ratio", (16, 9)),
        ("语言 中文", "language", "zh"),
        ("language EN", "language", "en"),
        ("语言 自动", "language", None),
        ("遮挡 开", "spoiler", True),
        ("spoiler off", "spoiler", False),
        ("进度 安静", "progress", True),
        ("progress full", "progress", False),
        ("zone Asia/Shanghai", "zone", "Asia/Shanghai"),
        ("时区 europe/berlin", "zone", "Europe/Berlin"),
        ("zone America/Port-au-Prince", "zone", "America/Port-au-Prince"),
        ("zone america/new york", "zone", "America/New_York"),
        ("时区 北京时间", "zone", "Asia/Shanghai"),
        ("zone utc", "zone", "UTC"),
    ],
)
def test_what_admins_write(text, name, value):
    setting, read = parse_group(text, BOUNDED)
    assert (setting.name, read) == (name, value)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
@pytest.mark.parametrize("word", ["默认", "預設", "usual", "Default"])
def test_everything_can_be_as_usual_again(setting, word):
    for name in (setting.name, *setting.zh):
        assert parse_group(f"{name} {word}", BOUNDED) == (setting, None)


@pytest.mark.parametrize("text", ["help", "每月 3", "dailyusual", "queues 3", "=3", "额"])
def test_what_is_no_setting_is_refused_with_those_there_are(text):
    with pytest.raises(Refusal) as refused:
        parse_group(text, BOUNDED)
    assert refused.value.code == "bad_group"


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("每天 -3", "0 – 1000000"),
        ("每天 1000001", "0 – 1000000"),
        ("每天 0.001", "0 – 1000000"),
        ("冷却 3601", "0 – 3600"),
        ("冷却 61分钟", "0 – 3600"),
        ("冷却 一会儿", "0 – 3600"),
        ("排队 0", "1 – 10"),
        ("排队 11", "1 – 10"),
        ("张数 5", "1 – 4"),
        ("尺寸 大", "512×512 – 2048×2048"),
        ("尺寸 256x256", "512×512 – 2048×2048"),
        ("画幅 9:1", "1:4 – 4:1"),
        ("语言 法语", "zh, en, auto"),
        ("遮挡 也许", "on, off"),
        ("进度 快", "full, quiet"),
        ("时区 Asia", "Asia/Shanghai, Europe/Berlin, UTC …"),
        ("时区 Asia/Nowhere", "Asia/Shanghai, Europe/Berlin, UTC …"),
        ("时区 ../etc/passwd", "Asia/Shanghai, Europe/Berlin, UTC …"),
        ("时区 America/Argentina", "Asia/Shanghai, Europe/Berlin, UTC …"),
    ],
)
def test_a_wrong_value_is_refused_with_what_is_allowed(text, allowed):
    with pytest.raises(Refusal) as refused:
        parse_group(text, BOUNDED)
    assert refused.value.code == "bad_group_value"
    assert refused.value.data["allowed"] == allowed
    assert allowed in refusal_text(refused.value, "zh")
    assert allowed in refusal_text(refused.value, "en")


def test_a_missing_value_too():
    with pytest.raises(Refusal) as refused:
        parse_group("排队", BOUNDED)
    said = refusal_text(refused.value, "zh")
    assert said == "「📋 每人排队」后面要有一个值，可以是：1 – 10，或写「默认」。"


def test_a_size_that_cannot_be_drawn_is_refused_with_the_nearest():
    with pytest.raises(Refusal) as refused:
        parse_group("尺寸 1000x1000", BOUNDED)
    assert (refused.value.code, refused.value.data["nearest"]) == ("bad_size", "992×992")
