"""The panel: what it tells, and that each button does what it says."""

from dataclasses import replace
from typing import Any

import pytest

from bot.core.admin.group_panel import GroupPanel
from bot.core.admin.group_syntax import Bounded, parse_group
from bot.core.group_rules import GroupRules, usual_rules
from bot.core.messages import Button, button_rows
from bot.core.press import parse_press, press_code
from bot.core.quota import UNIT, QuotaDefaults
from engine.profiles import PROFILES, profile_named
from tests.builders import bounds

DRAWABLE = [profile for profile in PROFILES if profile.published]
DECIDED = GroupRules(
    allowance=20 * UNIT,
    cooldown_s=45,
    queue_cap=4,
    max_count=2,
    max_pixels=1344 * 768,
    ratio=(3, 2),
    language="zh",
    spoiler=True,
    time_zone="Europe/Berlin",
)
PLACES: list[dict[str, Any]] = [
    {"quiet": False, "limits": True},
    {"quiet": True, "limits": True},
    {"quiet": None, "limits": True},
    {"quiet": False, "limits": False},
]


def bounded(
    model: str = "z-image-turbo", *, allowance: int | None = None, cooldown_s: int = 0
) -> Bounded:
    profile, fleet = profile_named(model), bounds(live_per_requester=10)
    usual = usual_rules(profile, fleet, QuotaDefaults(allowance=allowance), cooldown_s)
    return Bounded(usual=usual, profile=profile)


def panel(own: GroupRules, within: Bounded, **place: Any) -> GroupPanel:
    where = {"quiet": False, "limits": True, **place}
    return GroupPanel(own, within, "zh", "telegram", **where)


def test_it_tells_what_holds_and_what_of_it_is_usual():
    told = panel(replace(DECIDED, queue_cap=None, ratio=None), bounded(), quiet=True).text()
    assert told.splitlines() == [
        "⚙️ 这个群的设置",
        "🎟 每人每天：20",
        "⏳ 冷却：45 秒",
        "📋 每人排队：10（默认）",
        "🔢 一次张数：2",
        "📐 最大尺寸：1024×1008",
        "🖼 画幅：1:1（默认）",
        "🌐 语言：中文",
        "🙈 遮挡图片：开",
        "🔔 进度：安静",
        "🕰 时区：Europe/Berlin",
        "✨ 画质增强：关（默认）",
        "别的值可以写在命令后面，例如：冷却 45秒、时区 Asia/Shanghai、每天 默认",
    ]


def test_alone_with_the_bot_there_are_no_limits_to_decide():
    told = panel(GroupRules(), bounded(), limits=False)
    assert [line[0] for line in told.text().splitlines()[1:-1]] == [*"🖼🌐🙈🔔🕰✨"]
    named = {button.words.split()[1] for button in told.buttons()}
    assert named == {"spoiler", "progress", "language", "ratio", "enhance"}


def test_where_there_is_no_quiet_mode_nothing_is_said_of_it():
    told = panel(GroupRules(), bounded(), quiet=None)
    assert "进度" not in told.text()
    assert not [button for button in told.buttons() if "progress" in button.words]


LEAST: dict[str, Any] = {"allowance": 0, "cooldown_s": 0, "queue_cap": 1, "max_count": 1}
MOST: dict[str, Any] = {"allowance": 10**9, "cooldown_s": 3600, "queue_cap": 10, "max_count": 4}
BEFORE = [GroupRules(), DECIDED, GroupRules(**LEAST, max_pixels=256**2), GroupRules(**MOST)]


@pytest.mark.parametrize("own", BEFORE)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("profile", DRAWABLE, ids=lambda profile: profile.name)
@pytest.mark.parametrize("allowance", [None, 5 * UNIT])
def test_every_button_can_be_pressed_and_is_understood(own, place, profile, allowance):
    within = bounded(profile.name, allowance=allowance)
    buttons = panel(own, within, **place).buttons()
    for button in buttons:
        press = parse_press(press_code(button))
        assert press is not None, button.words
        assert press.command == "group"
        parse_group(press.words, within)
    rows = button_rows(buttons)
    assert len(rows) <= 5
    assert max(map(len, rows)) <= 4
    assert len({button.words for button in buttons}) == len(buttons)


def button(words: str, own: GroupRules, within: Bounded, **place: Any) -> Button:
    (found,) = [b for b in panel(own, within, **place).buttons() if b.words == words]
    return found


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ("group daily 15", "每天 ↓15"),
        ("group daily 30", "每天 ↑30"),
        ("group cooldown 30", "冷却 ↓30"),
        ("group cooldown 60", "冷却 ↑60"),
        ("group queue 3", "排队 ↓3"),
        ("group count 1", "张数 ↓1"),
        ("group size 768x768", "尺寸 ↓768×768"),
        ("group size 1024x1024", "尺寸 ↑1024×1024"),
        ("group language zh", "✓ 中文"),
        ("group spoiler usual", "👁 不遮挡"),
        ("group progress quiet", "🤫 少发进度"),
        ("group enhance on", "✨ 画质增强"),
    ],
)
def test_a_button_goes_to_the_next_step(words, label):
    assert button(words, DECIDED, bounded()).label == label


def test_what_is_enhanced_is_switched_off_and_not_only_as_usual():
    own = replace(DECIDED, enhance=True)
    assert "✨ 画质增强：开" in panel(own, bounded()).text().splitlines()
    assert button("group enhance off", own, bounded()).label == "✨ 不增强"


def test_a_step_that_is_usual_is_followed_when_that_changes():
    within = bounded(allowance=20 * UNIT)
    assert button("group daily usual", GroupRules(allowance=15 * UNIT), within).label == "每天 ↑20"
    assert button("group count usual", GroupRules(max_count=3), within).label == "张数 ↑4"


def test_where_nothing_is_limited_a_limit_can_be_set_and_taken_back():
    assert button("group daily 20", GroupRules(), bounded()).label == "每天 ↓20"
    last = GroupRules(allowance=1000 * UNIT)
    assert button("group daily usual", last, bounded()).label == "每天 ↑不限"


def test_what_would_be_refused_is_not_offered():
    within = bounded(cooldown_s=60)
    offered = {b.words for b in panel(GroupRules(), within).buttons()}
    assert "group cooldown 120" in offered
    assert not [words for words in offered if words.startswith("group queue 20")]
    assert not {"group cooldown 30", "group count 5", "group size 4096x4096"} & offered
