"""What people type after /draw, and what they expect from it."""

import re
from dataclasses import replace

import pytest

from bot.core.draw_size import resolve_size
from bot.core.draw_syntax import MAX_CHARACTERS, DrawRequest, parse_draw
from bot.core.errors import Refusal
from engine.profiles import PROFILES, profile_named

TURBO = profile_named("z-image-turbo")


def refusal(call, *args) -> Refusal:
    with pytest.raises(Refusal) as caught:
        call(*args)
    return caught.value


# (text, prompt, everything else that is said)
UNDERSTOOD = [
    # The options, in both languages.
    ("一位穿着汉服的女孩 横图 种子 42", "一位穿着汉服的女孩", {"ratio": (16, 9), "seed": 42}),
    ("girl in hanfu --wide --seed 42", "girl in hanfu", {"ratio": (16, 9), "seed": 42}),
    ("一只猫 增强", "一只猫", {"enhance": True}),
    ("一只猫，画质增强，横图", "一只猫", {"enhance": True, "ratio": (16, 9)}),
    ("一只猫 横图增强", "一只猫", {"enhance": True, "ratio": (16, 9)}),
    ("一只猫 不增强 种子 42", "一只猫", {"enhance": False, "seed": 42}),
    ("a cat --enhance", "a cat", {"enhance": True}),
    ("a cat --no-enhance --no blur", "a cat", {"enhance": False, "negative": "blur"}),
    ("a cat --no blur --no-enhance", "a cat", {"enhance": False, "negative": "blur"}),
    ("a cat --No_Enhance", "a cat", {"enhance": False}),
    ("一只猫 负面 模糊 增强", "一只猫", {"enhance": True, "negative": "模糊"}),
    ("对比度增强", "对比度增强", {}),
    ("免疫力的 增强", "免疫力的 增强", {}),
    ("增强现实眼镜", "增强现实眼镜", {}),
    ("雪地里的狐狸 竖图", "雪地里的狐狸", {"ratio": (9, 16)}),
    ("雪地里的狐狸 方图", "雪地里的狐狸", {"ratio": (1, 1)}),
    ("星空 手机壁纸", "星空", {"ratio": (9, 16)}),
    ("星空，电脑壁纸", "星空", {"ratio": (16, 9)}),
    ("戴眼镜的猫，头像", "戴眼镜的猫", {"ratio": (1, 1)}),
    ("一只猫 画幅 16:9", "一只猫", {"ratio": (16, 9)}),
    ("一只猫 比例 4:3", "一只猫", {"ratio": (4, 3)}),
    ("一只猫 画幅 竖图", "一只猫", {"ratio": (9, 16)}),
    ("一只猫 画幅 横", "一只猫", {"ratio": (16, 9)}),
    ("一只猫 比例 16比9", "一只猫", {"ratio": (16, 9)}),
    ("a cat --ar 1920:1080", "a cat", {"ratio": (16, 9)}),
    ("a cat --tall", "a cat", {"ratio": (9, 16)}),
    ("a cat --square", "a cat", {"ratio": (1, 1)}),
    ("a cat --aspect_ratio=3:2", "a cat", {"ratio": (3, 2)}),
    ("一只猫 3:4", "一只猫", {"ratio": (3, 4)}),
    ("一只猫 尺寸 1024x768", "一只猫", {"size": (1024, 768)}),
    ("一只猫 尺寸 1024 × 768", "一只猫", {"size": (1024, 768)}),
    ("一只猫 1024×768", "一只猫", {"size": (1024, 768)}),
    ("a cat --size 1024×768", "a cat", {"size": (1024, 768)}),
    ("a cat --size 1024X768", "a cat", {"size": (1024, 768)}),
    ("一只猫 4张", "一只猫", {"count": 4}),
    ("一只猫 4 张", "一只猫", {"count": 4}),
    ("一只猫 四张", "一只猫", {"count": 4}),
    ("一只猫 两张", "一只猫", {"count": 2}),
    ("一只猫，来两张", "一只猫", {"count": 2}),
    ("一只猫 张数 4", "一只猫", {"count": 4}),
    ("一只猫 张数：四张", "一只猫", {"count": 4}),
    ("一只猫 ×4", "一只猫", {"count": 4}),
    ("一只猫 x4", "一只猫", {"count": 4}),
    ("a cat --n 4", "a cat", {"count": 4}),
    ("一只猫 种子42", "一只猫", {"seed": 42}),
    ("一只猫 种子：42", "一只猫", {"seed": 42}),
    ("一只猫 种子 随机", "一只猫", {}),
    ("一只猫 随机", "一只猫", {}),
    ("一只猫 --seed random", "一只猫", {}),
    ("一只猫 种子 9223372036854775804", "一只猫", {"seed": 2**63 - 4}),
    ("一只猫 --seed42", "一只猫", {"seed": 42}),
    ("一只猫 步数 8", "一只猫", {"steps": 8}),
    ("一只猫 步数 8步", "一只猫", {"steps": 8}),
    ("一只猫 --steps 20", "一只猫", {"steps": 20}),
    ("一只猫 引导 1.8", "一只猫", {"guidance": 1.8}),
    ("一只猫 引导 0", "一只猫", {"guidance": 0.0}),
    ("一只猫 --cfg .5", "一只猫", {"guidance": 0.5}),
    ("换成夜景 改动 小", "换成夜景", {"strength": 0.3}),
    ("换成夜景，改动中", "换成夜景", {"strength": 0.6}),
    ("換成夜景 改動：大", "換成夜景", {"strength": 0.8}),
    ("换成夜景 改动 0.45", "换成夜景", {"strength": 0.45}),
    ("make it night --strength large", "make it night", {"strength": 0.8}),
    ("make it night --strength=.5", "make it night", {"strength": 0.5}),
    # Order, widths, separators, dashes.
    ("种子 42 的猫 步数 9，引导=2、x2", "种子 42 的猫", {"steps": 9, "guidance": 2, "count": 2}),
    ("一只猫 －－ｓｅｅｄ　４２", "一只猫", {"seed": 42}),
    ("一只猫，画幅１６：９", "一只猫", {"ratio": (16, 9)}),
    ("一只猫—seed 42", "一只猫", {"seed": 42}),
    ("一只猫 ——种子 42", "一只猫", {"seed": 42}),
    ("一只猫 –ar 16:9", "一只猫", {"ratio": (16, 9)}),
    ("一只猫 -wide", "一只猫", {"ratio": (16, 9)}),
    ("一只猫 -- seed 42", "一只猫", {"seed": 42}),
    ("一只猫--ar 16:9", "一只猫", {"ratio": (16, 9)}),
    ("a cat--seed 42", "a cat", {"seed": 42}),
    ("A CAT --SEED 42", "A CAT", {"seed": 42}),
    ("一只猫 种子＝42", "一只猫", {"seed": 42}),
    ("一只猫。横图。", "一只猫。", {"ratio": (16, 9)}),
    ("一只猫，横图，", "一只猫", {"ratio": (16, 9)}),
    ("一只猫 两张横图", "一只猫", {"ratio": (16, 9), "count": 2}),
    ("一只猫，横图4张", "一只猫", {"ratio": (16, 9), "count": 4}),
    ("一只猫 头像 4张", "一只猫", {"ratio": (1, 1), "count": 4}),
    ("一尊佛像 4张", "一尊佛像", {"count": 4}),
    ("气氛祥和 横图", "气氛祥和", {"ratio": (16, 9)}),
    ("貓，橫圖，種子 42，兩張", "貓", {"ratio": (16, 9), "seed": 42, "count": 2}),
    ("一只猫｜16:9，4张", "一只猫", {"ratio": (16, 9), "count": 4}),
    ("一只猫 | 种子 1", "一只猫", {"seed": 1}),
    ("一只猫｜5:4", "一只猫", {"ratio": (5, 4)}),
    ("一只猫\n横图\n种子 42", "一只猫", {"ratio": (16, 9), "seed": 42}),
    ("第一行\n第二行\n横图", "第一行\n第二行", {"ratio": (16, 9)}),
    ("一只猫 横图 --ar 16:9", "一只猫", {"ratio": (16, 9)}),
    ("一只猫 种子 42 种子 42", "一只猫", {"seed": 42}),
    ("猫 1280x720 横图", "猫", {"size": (1280, 720), "ratio": (16, 9)}),
    # The negative prompt reaches up to the next option.
    ("猫 负面 模糊，水印 种子 42", "猫", {"negative": "模糊，水印", "seed": 42}),
    ("猫 种子 42 负面：模糊", "猫", {"negative": "模糊", "seed": 42}),
    ("猫，排除 人物、文字", "猫", {"negative": "人物、文字"}),
    ("猫 --no hat, glasses --wide", "猫", {"negative": "hat, glasses", "ratio": (16, 9)}),
    ("猫 —no hat", "猫", {"negative": "hat"}),
    ("猫 --no 「种子 1」", "猫", {"negative": "「种子 1」"}),
    ("一个女孩 不要：帽子 横图", "一个女孩", {"negative": "帽子", "ratio": (16, 9)}),
    ("一个女孩 --不要帽子", "一个女孩", {"negative": "帽子"}),
    ("a girl --no，ｂｌｕｒ", "a girl", {"negative": "，ｂｌｕｒ"}),
    # Characters nobody sees do not hide an option, and stay where they are in the prompt.
    ("👨‍👩‍👧 --seed 42", "👨‍👩‍👧", {"seed": 42}),
    ("猫\u200f \u200e--se\u200bed 42\u200e", "猫\u200f", {"seed": 42}),
    ("\u202eabc\u202c 横\u200b图", "\u202eabc\u202c", {"ratio": (16, 9)}),
    ("❤\ufe0f x2", "❤\ufe0f", {"count": 2}),
    # After quoted text an option is an option.
    ("写着「种子 42」 种子 43", "写着「种子 42」", {"seed": 43}),
    ('a sign "x4" x2', 'a sign "x4"', {"count": 2}),
    ("a girl's hat, the boys' cap, x2", "a girl's hat, the boys' cap", {"count": 2}),
    ('尺子长 5" --wide', '尺子长 5"', {"ratio": (16, 9)}),
]

#: Nothing here is an option.
PROMPTS = [
    "一颗种子发芽",
    "一颗种子 发芽",
    "改动很大的房间",
    "改动 房间",
    "种子 42 号机甲在战斗",
    "一张横图的海报",
    "4张桌子",
    "四张桌子和一把椅子",
    "房间里有 4张桌子",
    "桌上有四张",
    "桌上有 四张",
    "一共 3 张",
    "扑克牌第 4 张",
    "girl with x4",
    "a box of x4",
    "iPhone15x4",
    "一辆宝马 X4",
    "女孩的 头像",
    "给女孩画一张头像",
    "设计一个 头像",
    "比分 3:2",
    "钟表显示 10:30",
    "钟表显示 12:45",
    "画面比例是 16:9",
    "屏幕比例 16:9",
    "负面情绪的拟人化",
    "负面 情绪",
    "他的负面 情绪",
    "工程师排除 故障",
    "一个女孩，不要戴帽子",
    "不要帽子的女孩",
    "天空 不要 云",
    "一包种子：向日葵",
    "一只猫，种子",
    "一只猫，种子：向日葵",
    "南瓜 种子 3D 渲染",
    "春天——花开了",
    "海报——No Smoking",
    "海报 ——Happy New Year",
    "梦——头像的故事",
    "他想了想 — 然后笑了",
    "a -- b",
    "well-known x-ray of a hand",
    "the cat--small and proud--sits",
    "London–Paris 5–10",
    "<!-- 注释 --> 网页截图",
    "猫--可爱的那种",
    "f(x) = x²",
    "图⑫",
    "甲|乙",
    "一行\n两行",
    "写着「种子 42」",
    "写着『横图』",
    "写着“--sed 42”",
    'a sign that says "--wide"',
    "a sign that says 'x4'",
    "une affiche « --foo »",
    "书名《4张》",
    "写着「他说“4张”」",
    "全角，标点。保留！",
    "\u202e反向\u202c",
    "随机数",
]

REFUSED = [
    ("", "empty_prompt", {}),
    (" \n\t　", "empty_prompt", {}),
    ("\u200b\u200e", "empty_prompt", {}),
    ("横图", "only_options", {}),
    ("--seed 42 x4", "only_options", {}),
    ("四张横图", "only_options", {}),
    ("，种子 42", "only_options", {}),
    ("--no hat", "only_options", {}),
    ("猫 --sed 42", "unknown_option", {"option": "--sed", "nearest": "--seed"}),
    ("猫——sed 42", "unknown_option", {"option": "——sed", "nearest": "--seed"}),
    ("猫 —sead 42", "unknown_option", {"option": "—sead", "nearest": "--seed"}),
    ("猫 －－ｓｅｄ 42", "unknown_option", {"option": "－－ｓｅｄ", "nearest": "--seed"}),
    ("猫 --种字 42", "unknown_option", {"option": "--种字", "nearest": "种子"}),
    ("猫 --width 1024", "unknown_option", {"option": "--width", "nearest": "--size"}),
    ("猫 --zzzqqq", "unknown_option", {"option": "--zzzqqq", "nearest": None}),
    ("猫 --v6", "unknown_option", {"option": "--v6"}),
    ("猫 --stile ink 在睡觉", "unknown_option", {"option": "--stile"}),
    ("猫 --no hat --sed 42", "unknown_option", {"option": "--sed"}),
    ("猫 --sampler euler a", "no_sampler", {"option": "--sampler"}),
    ("猫 ——sampler euler", "no_sampler", {"option": "——sampler"}),
    ("猫 --seed 42 在睡觉", "option_not_last", {"option": "--seed 42", "rest": "在睡觉"}),
    ("--wide a cat", "option_not_last", {"option": "--wide", "rest": "a cat"}),
    ("猫 --no hat --wide girl", "option_not_last", {"option": "--wide", "rest": "girl"}),
    ("猫 --seed", "bad_value", {"key": "seed", "value": ""}),
    ("猫 --seed --steps 8", "bad_value", {"key": "seed", "value": ""}),
    ("猫 改动 2", "bad_value", {"key": "strength", "value": "2"}),
    ("猫 --strength 0", "bad_value", {"key": "strength", "value": "0"}),
    ("猫 --strength huge", "bad_value", {"key": "strength", "value": "huge"}),
    ("猫 --denoise 0.5", "unknown_option", {"nearest": "--strength"}),
    ("猫 --seed abc", "bad_value", {"key": "seed", "value": "abc"}),
    ("猫 --seed 42 --steps abc", "bad_value", {"key": "steps", "value": "abc"}),
    ("猫 --wide --no", "bad_value", {"key": "negative", "value": ""}),
    ("猫 种子：abc", "bad_value", {"key": "seed", "value": "abc"}),
    ("猫 种子：", "bad_value", {"key": "seed", "value": ""}),
    ("猫 种子 -1", "bad_value", {"key": "seed", "value": "-1"}),
    ("猫 种子 1.5", "bad_value", {"key": "seed", "value": "1.5"}),
    ("猫 种子 9223372036854775808", "bad_value", {"key": "seed"}),
    ("猫 步数 0", "bad_value", {"key": "steps", "value": "0", "allowed": "1 – 50"}),
    ("猫 --steps 51", "bad_value", {"key": "steps", "value": "51", "allowed": "1 – 50"}),
    ("猫 引导 10.5", "bad_value", {"key": "guidance", "value": "10.5", "allowed": "0 – 10"}),
    ("猫 --cfg 1.8.2", "bad_value", {"key": "guidance", "value": "1.8.2"}),
    ("猫 5张", "bad_value", {"key": "count", "value": "5张", "allowed": "1 – 4"}),
    ("猫 十二张", "bad_value", {"key": "count", "value": "十二张"}),
    ("猫 --n 0", "bad_value", {"key": "count", "value": "0"}),
    ("猫 画幅 16", "bad_value", {"key": "ratio", "value": "16"}),
    ("猫 --ar 5:1", "bad_value", {"key": "ratio", "value": "5:1", "allowed": "1:4 – 4:1"}),
    ("猫 --ar 0:0", "bad_value", {"key": "ratio", "value": "0:0"}),
    ("猫 --size big", "bad_value", {"key": "size", "value": "big"}),
    ("猫 尺寸 1024", "bad_value", {"key": "size", "value": "1024"}),
    ("猫 --no", "bad_value", {"key": "negative", "value": ""}),
    ("猫 --no --seed 42", "bad_value", {"key": "negative", "value": ""}),
    ("猫 负面：", "bad_value", {"key": "negative", "value": ""}),
    ("猫 横图 竖图", "given_twice", {"key": "ratio", "first": "横图", "second": "竖图"}),
    ("猫 种子 1 --seed 2", "given_twice", {"first": "种子 1", "second": "--seed 2"}),
    ("猫 种子 1 随机", "given_twice", {"key": "seed", "second": "随机"}),
    ("猫 --no a --no b", "given_twice", {"first": "--no a", "second": "--no b"}),
    ("猫 1024x768 横图", "given_twice", {"first": "横图", "second": "1024x768"}),
    ("猫 " + "横图 " * 100, "given_twice", {"key": "ratio"}),
    ("猫\x07", "control_characters", {"character": "U+0007"}),
    ("猫\x00 横图", "control_characters", {"character": "U+0000"}),
    ("猫\ud800", "control_characters", {"character": "U+D800"}),
    ("猫" * 4001, "too_long", {"length": 4001, "limit": MAX_CHARACTERS}),
]


@pytest.mark.parametrize(("text", "prompt", "said"), UNDERSTOOD)
def test_options_at_the_end_are_taken(text, prompt, said):
    assert parse_draw(text) == DrawRequest(prompt=prompt, **said)


@pytest.mark.parametrize("text", PROMPTS)
def test_what_is_no_option_stays_in_the_prompt(text):
    assert parse_draw(f" {text}\n") == DrawRequest(prompt=text)


@pytest.mark.parametrize("text", PROMPTS)
def test_any_prompt_may_have_options_on_a_line_of_their_own(text):
    assert parse_draw(f"{text}\n种子 42，横图") == DrawRequest(prompt=text, seed=42, ratio=(16, 9))


@pytest.mark.parametrize(("text", "code", "data"), REFUSED)
def test_refusals_name_what_is_wrong(text, code, data):
    raised = refusal(parse_draw, text)
    assert raised.code == code
    assert raised.data.items() >= data.items()


def test_a_text_of_exactly_the_limit_is_read():
    assert parse_draw("猫" * MAX_CHARACTERS).prompt == "猫" * MAX_CHARACTERS


def test_refusals_quote_long_values_shortened():
    assert len(refusal(parse_draw, "猫 --seed " + "9" * 3000).data["value"]) == 40


@pytest.mark.parametrize(
    ("said", "profile", "size"),
    [
        ("", "z-image-turbo", (1024, 1024)),
        ("", "demo", (512, 512)),
        ("方图", "z-image-turbo", (1024, 1024)),
        ("横图", "z-image-turbo", (1360, 768)),
        ("竖图", "z-image-turbo", (768, 1360)),
        ("横图", "demo", (688, 384)),
        ("--ar 21:9", "z-image-turbo", (1568, 672)),
        ("--ar 4:1", "z-image-turbo", (2048, 512)),
        ("尺寸 1024x768", "z-image-turbo", (1024, 768)),
        ("尺寸 2048x2048", "z-image-turbo", (2048, 2048)),
    ],
)
def test_size_of_a_request(said, profile, size):
    assert resolve_size(parse_draw(f"猫 {said}"), profile_named(profile)) == size


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_every_accepted_ratio_fits_the_profile(profile):
    area = profile.default_size[0] * profile.default_size[1]
    for wide in range(1, 40):
        for tall in range(max(1, -(-wide // 4)), 4 * wide + 1):
            width, height = resolve_size(DrawRequest(prompt="猫", ratio=(wide, tall)), profile)
            assert width % profile.multiple == height % profile.multiple == 0
            assert 0.9 < width * height / area < 1.1
            assert 0.9 < (width / height) / (wide / tall) < 1.1


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("1000x1000", "992×992"),
        ("1920x1080", "1920×1088"),
        ("64x1024", "256×1024"),
        ("4096x1024", "2048×1024"),
        ("0x0", "256×256"),
    ],
)
def test_a_size_the_model_cannot_draw_is_refused_with_the_nearest(typed, nearest):
    raised = refusal(resolve_size, parse_draw(f"猫 --size {typed}"), TURBO)
    assert raised.code == "bad_size"
    width, height = map(int, re.findall(r"\d+", typed))
    assert raised.data == {
        "key": "size",
        "value": f"{width}×{height}",
        "nearest": nearest,
        "width": width,
        "height": height,
        "multiple": 16,
        "minimum": 256,
        "maximum": 2048,
    }
    assert resolve_size(parse_draw(f"猫 {nearest}"), TURBO)


def test_the_nearest_size_respects_the_area():
    profile = replace(TURBO, max_pixels=1024 * 1024)
    raised = refusal(resolve_size, DrawRequest(prompt="猫", size=(2048, 1024)), profile)
    assert raised.data["nearest"] == "1024×1024"
