"""Laws of the grammar that hold for any text."""

import string
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.core.draw_options import ENHANCE_WORDS, OPTIONS, RATIO_WORDS, STRENGTH_WORDS
from bot.core.draw_syntax import DrawRequest, parse_draw
from bot.core.errors import Refusal
from bot.core.grammar.folding import INVISIBLE, fold
from bot.core.grammar.patterns import DASHES
from bot.core.loras import WantedLora

#: Words that look like options, and ordinary ones.
FRAGMENTS = [
    *(
        "一只猫",
        "汉服女孩",
        "4张桌子",
        "一颗种子发芽",
        "横图的海报",
        "负面情绪",
        "不要帽子",
        "四张",
    ),
    *("种子 42", "种子：7", "横图", "头像", "x4", "×2", "随机", "1024x768", "16:9", "步数 9"),
    *("增强", "画质增强", "不增强", "增强器", "--enhance", "--no-enhance"),
    *("改动 小", "改动：0.5", "改动很大", "--strength large"),
    *("--seed 1", "--no hat", "--wide", "--sed", "--", "——", "—", "-", "负面 模糊", "排除：人"),
    *(
        "「种子 42」",
        "“",
        "”",
        '"',
        "'",
        "「",
        "」",
        "｜",
        "|",
        "：",
        "=",
        "。",
        "\u200d",
        "👨‍👩‍👧",
    ),
    *(
        " ",
        " ",
        " ",
        "　",
        "\n",
        "，",
        ",",
        "、",
        "的",
        "有",
        "cat",
        "with",
        "--不要",
        "不要：",
        "ｘ",
    ),
]
CODES = {
    *("ok", "too_long", "control_characters", "empty_prompt", "only_options", "bad_value"),
    *("unknown_option", "no_sampler", "option_not_last", "given_twice"),
}
#: Whitespace and everything visible, but no dashes, digits or quotation marks.
PLAIN = st.characters(
    exclude_categories=("Cc", "Cs", "Pd", "Nd", "No", "Nl", "Pi", "Pf", "Ps", "Pe"),
    exclude_characters="\"'＂＇" + DASHES,
)
SPELLINGS = {name for option in OPTIONS for name in (*option.zh, *option.zh_with_colon)} | {
    name for word in (*RATIO_WORDS, *ENHANCE_WORDS) for name in word.zh
}
#: Whole prompts whose last word is complete, with traps inside.
SAFE_ENDINGS = [
    "一只猫",
    "樱花树下",
    "发芽。",
    "a cat",
    "写着「横图」",
    "👨‍👩‍👧",
    "第二行",
    "(best)",
]
_NO_TRAPS = {"“", '"', "'", "「"}
TRAPS = [
    *(one for one in FRAGMENTS if not set(one) & set(DASHES) and one not in _NO_TRAPS),
    *(" — ", " -- ", " - ", "——花"),
]
JOINTS = [" ", "\n", "，", ", ", "、", "｜", " | ", "　", " ； "]
WIDE = {ord(one): chr(ord(one) + 0xFEE0) for one in string.digits + string.ascii_letters + "-:="}


def mixed(max_size: int = 12) -> st.SearchStrategy[str]:
    anything = st.sampled_from(FRAGMENTS) | st.text(max_size=4)
    return st.lists(anything, max_size=max_size).map("".join)


@st.composite
def named(draw: st.DrawFn, key: str, value: str) -> str:
    """`value` under one of the option's names, typed in one of the ways there are."""
    option = next(option for option in OPTIONS if option.key == key)
    if draw(st.booleans()):
        gap = draw(st.sampled_from([" ", "：", ":", "=", " ＝ ", ": "]))
        return draw(st.sampled_from(option.zh)) + gap + value
    dashes = draw(st.sampled_from(["--", "—", "——", "–"]))
    gap = draw(st.sampled_from([" ", "=", "：", "  "]))
    return dashes + draw(st.sampled_from(option.en)) + gap + value


@st.composite
def spelled(draw: st.DrawFn, key: str) -> tuple[str, Any]:
    """One option as typed, and the value it stands for."""
    if key == "ratio":
        if draw(st.booleans()):
            word = draw(st.sampled_from(RATIO_WORDS))
            return draw(st.sampled_from([*word.zh, *(f"--{en}" for en in word.en)])), word.ratio
        typed, value = draw(
            st.sampled_from([("16:9", (16, 9)), ("4：3", (4, 3)), ("10:5", (2, 1))])
        )
        return draw(named(key, typed)), value
    if key == "enhance":
        switch = draw(st.sampled_from(ENHANCE_WORDS))
        return draw(st.sampled_from([*switch.zh, *(f"--{en}" for en in switch.en)])), switch.on
    if key == "size":
        width, height = draw(st.integers(1, 9999)), draw(st.integers(1, 9999))
        cross = draw(st.sampled_from("x×X*"))
        return draw(named(key, f"{width}{cross}{height}")), (width, height)
    if key == "count":
        count = draw(st.integers(1, 4))
        short = [
            f"{count}张",
            f"{count} 张",
            "一二三四"[count - 1] + "张",
            f"x{count}",
            f"×{count}",
        ]
        return draw(st.sampled_from(short) | named(key, str(count))), count
    if key == "guidance":
        guidance = draw(st.integers(0, 100)) / 10
        return draw(named(key, str(guidance))), guidance
    if key == "strength":
        typed = draw(st.sampled_from([*STRENGTH_WORDS, "0.1", "0.45", "1", ".8"]))
        return draw(named(key, typed)), STRENGTH_WORDS.get(typed) or float(typed)
    if key == "negative":
        negative = draw(
            st.sampled_from(["模糊", "blur, 水印", "多余的手指，文字", "a 「种子 1」 sign"])
        )
        return draw(named(key, negative)), negative
    if key == "loras":
        name, weight = draw(st.sampled_from(["水墨", "赛博_2"])), draw(st.integers(-20, 20)) / 10
        tag = f"<lora:{name}:{weight}>"
        said = (WantedLora(name=name, weight=weight),)
        return draw(st.just(tag) | named(key, f"{name}:{weight}")), said
    number = draw(st.integers(*{"seed": (0, 2**63 - 4), "steps": (1, 50)}[key]))
    return draw(named(key, str(number))), number


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, DrawRequest]:
    """A prompt with options behind it as somebody may type it, and what it means."""
    inside = "".join(
        draw(st.lists(st.sampled_from(TRAPS) | st.text(PLAIN, max_size=3), max_size=6))
    )
    # A negative prompt in the prompt would take the rest, and is no prompt.
    assume(not any(name in inside for name in ("负面", "排除", "不要")))
    prompt = (inside + draw(st.sampled_from(SAFE_ENDINGS))).strip()
    keys = draw(st.lists(st.sampled_from([option.key for option in OPTIONS]), unique=True))
    assume(not {"size", "ratio"} <= set(keys))
    text = prompt
    values: dict[str, Any] = {}
    for key in keys:
        typed, values[key] = draw(spelled(key))
        if key not in ("negative", "loras") and draw(st.booleans()):
            typed = typed.translate(WIDE)
        text += draw(st.sampled_from(JOINTS)) + typed
    if keys:
        text += draw(st.sampled_from(["", " ", "\n", "，", "。"]))
    return text, DrawRequest(prompt=prompt, **values)


@given(st.text(PLAIN, max_size=60))
def test_a_prompt_without_options_is_kept_byte_for_byte(text):
    # Folded: 「橫圖」 is an option as 「横图」 is.
    assume(text.strip() and not any(spelling in fold(text) for spelling in SPELLINGS))
    assume(not set(fold(text)) & {*"张随", *INVISIBLE})
    assert parse_draw(text) == DrawRequest(prompt=text.strip())


@settings(max_examples=300)
@given(requests())
def test_any_spelling_order_and_width_gives_the_prompt_and_the_values(case):
    text, expected = case
    assert parse_draw(text) == expected


def code_of(text: str) -> str:
    """The code of the refusal of `text`, or ok."""
    try:
        parse_draw(text)
    except Refusal as refusal:
        return refusal.code
    return "ok"


@settings(max_examples=300)
@given(mixed() | st.text() | st.text(st.characters(categories=("Cs", "Cc", "Cf", "Pd", "Nd"))))
def test_nothing_but_a_refusal_is_ever_raised(text):
    assert code_of(text) in CODES


@settings(max_examples=300)
@given(mixed(20))
def test_a_prompt_read_again_is_the_same_prompt_without_options(text):
    assume(code_of(text) == "ok")
    prompt = parse_draw(text).prompt
    assert text.strip().startswith(prompt)
    assert parse_draw(prompt) == DrawRequest(prompt=prompt)
