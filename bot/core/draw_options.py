"""The options of `/draw`, in one table.

The parser, the suggestion for a mistyped option, /help and docs/commands.md are made from it.
"""

import difflib
from dataclasses import dataclass

from engine.contract import MAX_PICTURES
from engine.lora import MAX_LORA_WEIGHT
from engine.profiles import Profile

#: Picture n is drawn with seed + n - 1, and the last one must still be a seed.
MAX_SEED = 2**63 - MAX_PICTURES
#: Longest side to shortest side.
MAX_RATIO = 4
#: How much of a picture may change: of 1 nothing need stay.
MIN_STRENGTH, MAX_STRENGTH = 0.1, 1.0
STRENGTH_WORDS = {
    **{"小": 0.3, "中": 0.6, "大": 0.8},
    **{"small": 0.3, "medium": 0.6, "large": 0.8},
}


@dataclass(frozen=True, kw_only=True)
class RatioWord:
    """A word that names a shape and takes no value: `横图`, `--wide`."""

    zh: tuple[str, ...]
    en: tuple[str, ...]
    ratio: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class SwitchWord:
    """A word that switches something on or off: `增强`, `--no-enhance`."""

    zh: tuple[str, ...]
    en: tuple[str, ...]
    on: bool


@dataclass(frozen=True, kw_only=True)
class Option:
    """One thing a person can set. Spellings are without dashes."""

    #: Name of the field in DrawRequest, and `key` in the data of a Refusal.
    key: str
    meaning_zh: str
    meaning_en: str
    #: Typed as they are, or after dashes, with a value behind. An option of words alone has none.
    zh: tuple[str, ...]
    #: Typed after dashes, likewise.
    en: tuple[str, ...]
    example_zh: str
    example_en: str
    #: What a value may be, in signs that need no translation.
    allowed: str
    #: Ordinary words of the language as well: without dashes they need a colon.
    zh_with_colon: tuple[str, ...] = ()
    words: tuple[RatioWord | SwitchWord, ...] = ()
    #: Names that other programs have for it. Not accepted: they lead to the suggestion.
    elsewhere: tuple[str, ...] = ()

    def label(self, locale: str) -> str:
        """How a sentence to a person names it."""
        name = _names(self, zh=locale != "en")[0]
        return f"--{name}" if locale == "en" else name


RATIO_WORDS = (
    RatioWord(zh=("横图", "横版", "横屏", "电脑壁纸"), en=("wide", "landscape"), ratio=(16, 9)),
    RatioWord(zh=("竖图", "竖版", "竖屏", "手机壁纸"), en=("tall", "portrait"), ratio=(9, 16)),
    RatioWord(zh=("方图", "头像"), en=("square",), ratio=(1, 1)),
)

ENHANCE_WORDS = (
    SwitchWord(zh=("增强", "画质增强"), en=("enhance",), on=True),
    SwitchWord(zh=("不增强",), en=("no-enhance",), on=False),
)

OPTIONS: tuple[Option, ...] = (
    Option(
        key="ratio",
        meaning_zh="画面的形状：横图 16:9，竖图和手机壁纸 9:16，方图和头像 1:1",
        meaning_en="shape: wide is 16:9, tall is 9:16, square is 1:1",
        zh=("画幅", "比例", "画面比例", "图片比例", "宽高比", "长宽比"),
        en=("ar", "ratio", "aspect", "aspect-ratio"),
        example_zh="横图 或 画幅 16:9",
        example_en="--wide or --ar 16:9",
        allowed=f"1:{MAX_RATIO} – {MAX_RATIO}:1",
        words=RATIO_WORDS,
        elsewhere=("orientation", "shape"),
    ),
    Option(
        key="size",
        meaning_zh="宽×高，单位像素，都是 16 的倍数",
        meaning_en="width×height in pixels, multiples of 16",
        zh=("尺寸", "分辨率", "图片尺寸"),
        en=("size",),
        example_zh="尺寸 1024×768",
        example_en="--size 1024x768",
        allowed="1024×768",
        elsewhere=("width", "height", "w", "h", "res", "resolution"),
    ),
    Option(
        key="count",
        meaning_zh="画几张",
        meaning_en="how many pictures",
        zh=("张数", "数量", "图片数量"),
        en=("n", "count"),
        example_zh="4张 或 张数 4",
        example_en="x4 or --n 4",
        allowed=f"1 – {MAX_PICTURES}",
        elsewhere=("num", "number", "batch", "images", "repeat"),
    ),
    Option(
        key="seed",
        meaning_zh="种子：同样的描述和种子画出同样的图；「随机」为每次不同",
        meaning_en="seed: the same words and seed give the same picture; or `random`",
        zh=("种子", "随机种子"),
        en=("seed",),
        example_zh="种子 42",
        example_en="--seed 42",
        allowed=f"0 – {MAX_SEED}",
    ),
    Option(
        key="steps",
        meaning_zh="步数：越多越慢",
        meaning_en="steps: more take longer",
        zh=("步数", "采样步数", "迭代步数"),
        en=("steps", "step"),
        example_zh="步数 8",
        example_en="--steps 8",
        allowed=f"{Profile.min_steps} – {Profile.max_steps}",
    ),
    Option(
        key="guidance",
        meaning_zh="引导：0 为关；Turbo 建议 1.5 到 2.5，打开后用时加倍",
        meaning_en="guidance: 0 is off; for Turbo 1.5 to 2.5 is advised, at twice the time",
        zh=("引导", "引导系数"),
        en=("cfg", "guidance", "cfg-scale", "guidance-scale"),
        example_zh="引导 1.8",
        example_en="--cfg 1.8",
        allowed=f"0 – {Profile.max_guidance:g}",
        elsewhere=("scale",),
    ),
    Option(
        key="negative",
        meaning_zh="不想看到的东西，写到下一个参数为止；会打开引导",
        meaning_en="what you do not want to see, up to the next option; turns guidance on",
        zh=("负面", "排除", "负面提示词", "反向提示词"),
        en=("no", "neg", "negative", "negative-prompt"),
        example_zh="负面 模糊，水印",
        example_en="--no blur, watermark",
        allowed="负面 模糊 / --no blur",
        zh_with_colon=("不要",),
        elsewhere=("exclude", "without"),
    ),
    Option(
        key="strength",
        meaning_zh="改图时改动多少：小 0.3、中 0.6（默认）、大 0.8，越大越不像原图",
        meaning_en="how much of your picture may change: small 0.3, medium 0.6 (usual), large 0.8",
        zh=("改动", "改动幅度", "重绘幅度"),
        en=("strength",),
        example_zh="改动 小 或 改动 0.6",
        example_en="--strength small or --strength 0.6",
        allowed=f"小 中 大 small medium large, {MIN_STRENGTH:g} – {MAX_STRENGTH:g}",
        elsewhere=("denoise", "denoising", "denoising-strength", "image-strength", "change"),
    ),
    Option(
        key="loras",
        meaning_zh="用一个 LoRA 风格模型和它的强度，写在哪里都行，最多 3 个；/loras 看有哪些",
        meaning_en="draw with a LoRA file, this much of it; anywhere, up to 3; /loras lists them",
        zh=("风格模型",),
        en=("lora",),
        example_zh="<lora:水墨:0.8> 或 风格模型 水墨:0.8",
        example_en="<lora:ink:0.8> or --lora ink:0.8",
        allowed=f"NAME, NAME:0.8, -{MAX_LORA_WEIGHT:g} – {MAX_LORA_WEIGHT:g}",
        elsewhere=("loras", "lyco", "lycoris", "style", "adapter"),
    ),
    Option(
        key="enhance",
        meaning_zh="画质增强：补上画质词和负面词，引导 1.8，再提一点锐度；用时加倍。不增强 为关",
        meaning_en="words of quality, a negative prompt, guidance 1.8, some sharpness; doubles the "
        "time",
        zh=(),
        en=(),
        example_zh="增强 或 不增强",
        example_en="--enhance or --no-enhance",
        allowed="增强 不增强 / --enhance --no-enhance",
        words=ENHANCE_WORDS,
        elsewhere=("quality", "hd", "hires", "improve"),
    ),
)

#: Asked for elsewhere, never offered here: the refusal says why instead of guessing.
NO_SAMPLER = ("sampler", "sampling", "sampling-method", "scheduler", "采样器", "调度器")


def option_named(key: str) -> Option:
    """The row of `key`."""
    return next(option for option in OPTIONS if option.key == key)


def _names(option: Option, *, zh: bool) -> tuple[str, ...]:
    own = (*option.zh, *option.zh_with_colon) if zh else option.en
    return own + tuple(name for word in option.words for name in (word.zh if zh else word.en))


def by_name(name: str) -> Option | None:
    """The option of an English name (`seed`), or the one whose Chinese name begins `name`."""
    for option in OPTIONS:
        if name.isascii() and name.lower().replace("_", "-") in _names(option, zh=False):
            return option
        if not name.isascii() and name.startswith(_names(option, zh=True)):
            return option
    return None


def nearest_spelling(name: str, cutoff: float = 0.5) -> str | None:
    """How the option that `name` resembles is typed, or None where nothing resembles it."""
    if name.isascii():
        name = name.lower().replace("_", "-")
        for option in OPTIONS:
            if name in option.elsewhere:
                return f"--{option.en[0]}"
        english = [spelling for option in OPTIONS for spelling in _names(option, zh=False)]
        close = difflib.get_close_matches(name, english, n=1, cutoff=cutoff)
        return f"--{close[0]}" if close else None
    chinese = [spelling for option in OPTIONS for spelling in _names(option, zh=True)]
    # A Chinese name runs on into whatever follows it, so only its beginning is compared.
    close = difflib.get_close_matches(name[:4], chinese, n=1, cutoff=cutoff)
    return close[0] if close else None


def help_rows(locale: str) -> list[tuple[str, str]]:
    """(how to type it, what it means) for /help; Chinese for every locale that begins `zh`."""
    if locale.startswith("zh"):
        return [(option.example_zh, option.meaning_zh) for option in OPTIONS]
    return [(option.example_en, option.meaning_en) for option in OPTIONS]


def options_markdown() -> str:
    """The table in docs/commands.md."""
    lines = ["| 中文 | English | 范围 Range | 含义 Meaning |", "|---|---|---|---|"]
    for option in OPTIONS:
        colon = tuple(f"{name}：" for name in option.zh_with_colon)
        words_zh = tuple(name for word in option.words for name in word.zh)
        words_en = tuple(name for word in option.words for name in word.en)
        chinese = _code(option.example_zh.split(" 或 ")) + _also((*words_zh, *option.zh, *colon))
        english = _code(option.example_en.split(" or ")) + _also(
            tuple(f"--{name}" for name in (*words_en, *option.en))
        )
        meaning = f"{option.meaning_zh}<br>{option.meaning_en}"
        lines.append(f"| {chinese} | {english} | {option.allowed} | {meaning} |")
    return "\n".join(lines)


def _code(spellings: list[str] | tuple[str, ...]) -> str:
    return " ".join(f"`{spelling}`" for spelling in spellings)


def _also(spellings: tuple[str, ...]) -> str:
    return f"<br>{_code(spellings)}"
