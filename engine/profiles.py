"""One row per model: how it wants to be called and what it can do. Torch-free."""

import math
import re
from dataclasses import dataclass
from pathlib import Path

from engine.anatomy import DEMO, STABLE_DIFFUSION, Z_IMAGE, Anatomy


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A model as people, the bot and the engine see it."""

    name: str
    #: Other names that ZDRAW_MODEL and clients may use for it.
    answers_to: tuple[str, ...]
    #: Models by whose names clients may ask for it as well; they are told.
    stands_in_for: tuple[str, ...] = ()
    #: Where the weights come from.
    source: str
    #: Its name at ModelScope, where that is another one.
    modelscope: str | None = None
    #: Whether they can be had at all.
    published: bool = True
    #: The folder that the operator named in the place of a model. None = by name.
    folder: Path | None = None
    #: What to do when the weights in `folder` are missing or damaged.
    remedy: str = "get them with: zdraw model pull {name} --to {folder}"
    #: Module in engine/pipelines/ that draws it.
    pipeline: str = "zimage"
    #: `_class_name` in the model_index.json of its weights.
    pipeline_class: str = "ZImagePipeline"
    #: `shift` of its scheduler, by which a folder is told from others of its class.
    shift: float | None = None
    #: What it is made of.
    anatomy: Anatomy = Z_IMAGE
    #: Forward passes: default, and the allowed range.
    steps: int = 8
    min_steps: int = 1
    max_steps: int = 50
    #: 0 = off. A negative prompt needs guidance above 0: giving one sets `negative_guidance`.
    guidance: float = 0.0
    #: The guidance that changes nothing, as its diffusers pipeline counts: ComfyUI's cfg of 1.
    neutral_guidance: float = 0.0
    max_guidance: float = 10.0
    negative_guidance: float = 1.8
    #: Outside this band the reply warns.
    advised_guidance: tuple[float, float] = (1.5, 2.5)
    #: Pixels; width and height are multiples of `multiple`.
    default_size: tuple[int, int] = (1024, 1024)
    multiple: int = 16
    min_side: int = 256
    max_side: int = 2048
    max_pixels: int = 2048 * 2048
    #: The sizes it draws at, whatever is asked; the picture is then scaled. None = as asked.
    native_sizes: tuple[tuple[int, int], ...] | None = None
    #: How many pictures are drawn together: (most pixels of each, pictures), smallest first; larger
    #: ones one by one, because a card has its hands full with one of them. See ADR 11.
    batches: tuple[tuple[int, int], ...] = (
        (512 * 512, 8),
        (768 * 768, 4),
        (1024 * 1024 - 1, 2),
    )
    #: Prompt tokens, the chat template's included.
    max_tokens: int = 512
    #: Tokens that the chat template adds to every prompt.
    template_tokens: int = 8
    #: Whether it can begin from a picture, with or without a mask.
    takes_inputs: bool = False
    #: For 画质增强, each for a Chinese prompt and for another one; empty = nothing. What is put
    #: behind a prompt, and what is unwanted where nothing else is said to be.
    quality: tuple[str, str] = ("", "")
    flaws: tuple[str, str] = ("", "")
    #: Prompts to try first.
    examples: tuple[str, ...]
    #: Words of which a prompt needs one to be understood, those of Latin letters standing alone or
    #: in the plural; empty = it understands everything.
    vocabulary: tuple[str, ...] = ()

    def understands(self, prompt: str) -> bool:
        """Whether the model was taught any of what the prompt asks for."""
        folded = prompt.casefold()
        return not self.vocabulary or any(_occurs(word, folded) for word in self.vocabulary)

    def drawn_size(self, width: int, height: int) -> tuple[int, int]:
        """Size in pixels at which the model draws a picture of `width` x `height`."""
        if self.native_sizes is None:
            return width, height

        def distortion(size: tuple[int, int]) -> float:
            return abs(math.log(size[0] * height / (size[1] * width)))

        return min(self.native_sizes, key=distortion)


def _occurs(word: str, text: str) -> bool:
    """Whether `text` has `word`: "cat" is in "two cats" and in 「画cat」, not in "location"."""
    if not word.isascii():
        return word in text
    return re.search(rf"\b{word}(?:e?s)?\b", text, re.ASCII) is not None


#: Of Z-Image, which reads both languages.
_QUALITY = (
    "画面清晰，细节丰富，光影自然，高画质",
    "sharp focus, rich detail, natural lighting, high quality",
)
_FLAWS = (
    "模糊，低画质，噪点，变形，多余的手指，水印",
    "blurry, low quality, noise, deformed, extra fingers, watermark",
)

PROFILES: tuple[Profile, ...] = (
    Profile(
        name="z-image-turbo",
        answers_to=("Tongyi-MAI/Z-Image-Turbo", "z_image_turbo", "zimage-turbo"),
        source="Tongyi-MAI/Z-Image-Turbo",
        shift=3.0,
        takes_inputs=True,
        quality=_QUALITY,
        flaws=_FLAWS,
        examples=(
            "一位穿着汉服的女孩站在樱花树下",
            "雨夜的霓虹街道，一只黑猫撑着伞 竖图",
            "木牌上写着「今日营业」",
        ),
    ),
    Profile(
        name="demo",
        answers_to=(),
        stands_in_for=("z-image-turbo",),
        source="engine/demo_model/weights",
        anatomy=DEMO,
        remedy="install zdraw again, or unset ZDRAW_WEIGHTS_DIR",
        takes_inputs=True,
        examples=(
            "一个红色的圆",
            "左边一个蓝色的方块，右边一个绿色的三角形",
            "五个紫色的爱心，浅蓝色背景",
            "上面一个太阳，下面一座房子",
            "一只猫",
            "写一个红色的「大」字",
            "a yellow star on a black background",
        ),
        default_size=(512, 512),
        min_side=128,
        max_side=1024,
        max_pixels=1024 * 1024,
        native_sizes=(
            *((256, 256), (256, 192), (192, 256), (288, 192), (192, 288)),
            *((288, 160), (160, 288), (288, 128), (128, 288)),
        ),
        batches=((128 * 128, 16), (256 * 256, 8)),
        vocabulary=(
            *("圆", "圓", "球", "方", "三角", "星", "心", "菱", "钻石", "鑽石", "太阳", "太陽"),
            *("日头", "日頭", "房", "屋", "树", "樹", "鱼", "魚", "猫", "貓"),
            *("字", "写着", "写下", "写上", "印着", "寫著", "寫下", "寫上"),
            *("「", "『", "“", "‘", "【"),
            *("circle", "disc", "disk", "dot", "ball", "square", "box", "block", "triangle"),
            *("star", "heart", "diamond", "rhombus", "sun", "house", "home", "hut", "cottage"),
            *("cabin", "tree", "fish", "goldfish", "cat", "kitty", "kitties", "kitten"),
            *("digit", "number", "numeral", "figure", "letter", "word", "character", "symbol"),
            *("hanzi",),
        ),
    ),
    # Steps and guidance as its model card advises: 28 to 50, the fewest of them the fastest, and 3
    # to 5.
    Profile(
        name="z-image",
        answers_to=("Tongyi-MAI/Z-Image", "z_image", "zimage", "z-image-base"),
        source="Tongyi-MAI/Z-Image",
        shift=6.0,
        steps=28,
        guidance=4.0,
        negative_guidance=4.0,
        advised_guidance=(3.0, 5.0),
        takes_inputs=True,
        quality=_QUALITY,
        flaws=_FLAWS,
        examples=(
            "一位穿着汉服的女孩站在樱花树下 负面 模糊",
            "水墨山水，远处一叶小舟 横图",
            "木牌上写着「今日营业」",
        ),
    ),
    Profile(
        name="z-image-edit",
        answers_to=("Tongyi-MAI/Z-Image-Edit", "z_image_edit"),
        source="Tongyi-MAI/Z-Image-Edit",
        published=False,
        pipeline_class="ZImageEditPipeline",
        takes_inputs=True,
        examples=("换成夜景",),
    ),
    Profile(
        name="stable-diffusion-1.5",
        answers_to=(
            *("stable-diffusion-v1-5/stable-diffusion-v1-5", "stable-diffusion-v1-5", "sd-1.5"),
            *("sd15", "v1-5-pruned-emaonly"),
        ),
        source="stable-diffusion-v1-5/stable-diffusion-v1-5",
        modelscope="AI-ModelScope/stable-diffusion-v1-5",
        pipeline="stable_diffusion",
        pipeline_class="StableDiffusionPipeline",
        anatomy=STABLE_DIFFUSION,
        steps=30,
        guidance=7.5,
        neutral_guidance=1.0,
        negative_guidance=7.5,
        advised_guidance=(5.0, 9.0),
        default_size=(512, 512),
        multiple=8,
        max_side=1024,
        max_pixels=1024 * 1024,
        batches=((512 * 512, 8), (768 * 768, 4)),
        max_tokens=77,
        template_tokens=2,
        takes_inputs=True,
        # Its text encoder reads English alone.
        quality=(_QUALITY[1],) * 2,
        flaws=(_FLAWS[1],) * 2,
        examples=(
            "a red fox in the snow, oil painting",
            "a lighthouse at dusk --wide",
            "portrait of an old fisherman --no blurry",
        ),
    ),
)


class UnknownModel(ValueError):
    """No profile answers to this name; the message names those that exist."""


class UnpublishedModel(UnknownModel):
    """Nobody has its weights yet."""


def profile_named(name: str) -> Profile:
    """The profile that answers to `name`, letter case aside. Raises UnknownModel, and
    UnpublishedModel for one that cannot be had."""
    profile = row_named(name)
    if profile is None:
        raise UnknownModel(f"unknown model {name!r}; known: {', '.join(MODELS)}")
    if not profile.published:
        raise UnpublishedModel(
            f"{profile.name} 的权重还没有公开 / the weights of {profile.name} are not published "
            f"yet; known: {', '.join(MODELS)}"
        )
    return profile


def row_named(name: str) -> Profile | None:
    """The row that answers to `name`, published or not."""
    wanted = name.casefold()
    for profile in PROFILES:
        if wanted in (n.casefold() for n in (profile.name, *profile.answers_to)):
            return profile
    return None


#: Names of the models that can be had.
MODELS = tuple(profile.name for profile in PROFILES if profile.published)


def names_of(profile: Profile) -> tuple[str, ...]:
    """Every name by which clients may ask for it, its own first."""
    others = (profile_named(name) for name in profile.stands_in_for)
    rows = (profile, *others)
    return tuple(name for row in rows for name in (row.name, *row.answers_to))
