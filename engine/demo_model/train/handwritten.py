"""Prompts written by hand, most of them outside the grammar of `captions`; none is training data.

Each row is a prompt and what it asks for in the words of `scenes`.
"""

from __future__ import annotations

import random
from typing import Final

from engine.demo_model.train.scenes import Scene, place_things

Row = tuple[str, str, str, str, str]

# layout, "shape colour" pairs joined by "+", background, "row column" or "".
ROWS: Final[tuple[Row, ...]] = (
    ("一个红色的圆", "one", "circle red", "white", ""),
    ("左边一个蓝色的方块，右边一个绿色的三角形", "beside",
     "square blue+triangle green", "white", ""),
    ("三个紫色的菱形", "three", "diamond purple", "white", ""),
    ("a red circle on a black background", "one", "circle red", "black", ""),
    ("帮我画一个大大的红色圆圈好吗", "one", "circle red", "white", ""),
    ("麻烦画两颗黄色的小星星，谢谢啦", "two", "star yellow", "white", ""),
    ("我想看一颗粉色的爱心放在正中间", "placed", "heart pink", "white", "middle centre"),
    ("把一个绿色的方块摆在右下角", "placed", "square green", "white", "bottom right"),
    ("上面是太阳一样的黄色圆，下面是绿色的方块", "stacked",
     "circle yellow+square green", "white", ""),
    ("黑色背景，画一颗金色的五角星", "one", "star yellow", "black", ""),
    ("灰色的背景上画三颗红色的爱心", "three", "heart red", "grey", ""),
    ("可不可以画个棕色的正方形", "one", "square brown", "white", ""),
    ("一颗橙色的星星在画面的左上角", "placed", "star orange", "white", "top left"),
    ("蓝色的菱形和红色的圆", "beside", "diamond blue+circle red", "white", ""),
    ("请在天蓝色的底色上画一个纯黑的大圆", "one", "circle black", "pale blue", ""),
    ("右边红色三角形，左边紫色圆形", "beside", "circle purple+triangle red", "white", ""),
    ("两个橙色三角，黑底", "two", "triangle orange", "black", ""),
    ("画个黑色的爱心吧，背景要浅蓝色", "one", "heart black", "pale blue", ""),
    ("来三个蓝圆圈", "three", "circle blue", "white", ""),
    ("顶上一颗紫色星星，底下一个粉色圆", "stacked", "star purple+circle pink", "white", ""),
    ("我要一个橙色的圆形！", "one", "circle orange", "white", ""),
    ("画一颗蓝色的星星好不好", "one", "star blue", "white", ""),
    ("红色的菱形，放在左下角", "placed", "diamond red", "white", "bottom left"),
    ("左侧是绿色的心，右侧是黄色的心", "beside", "heart green+heart yellow", "white", ""),
    ("Three purple diamonds, please.", "three", "diamond purple", "white", ""),
    ("Would you draw a GREEN triangle for me?", "one", "triangle green", "white", ""),
    ("two yellow stars against black", "two", "star yellow", "black", ""),
    ("A pink heart sits in the middle", "placed", "heart pink", "white", "middle centre"),
    ("put a blue square in the top right", "placed", "square blue", "white", "top right"),
    ("green triangle on the left, RED circle on the right", "beside",
     "triangle green+circle red", "white", ""),
    ("An orange circle floating above a brown square", "stacked",
     "circle orange+square brown", "white", ""),
    ("I'd love a black star on grey", "one", "star black", "grey", ""),
    ("a red ball", "one", "circle red", "white", ""),
    ("three small green squares on a light blue background", "three",
     "square green", "pale blue", ""),
    ("Just one purple heart, nothing else", "one", "heart purple", "white", ""),
    ("a yellow diamond at the very top", "placed", "diamond yellow", "white", "top centre"),
    ("blue star and pink circle", "beside", "star blue+circle pink", "white", ""),
    ("a brown triangle with a plain white background", "one", "triangle brown", "white", ""),
    ("two pink squares side by side", "two", "square pink", "white", ""),
    ("a square (yellow) below a heart (red)", "stacked", "heart red+square yellow", "white", ""),
)  # fmt: skip


def handwritten() -> list[tuple[str, Scene]]:
    """(prompt, scene asked for)."""
    return [(row[0], _scene(row)) for row in ROWS]


def _scene(row: Row) -> Scene:
    _, layout, pairs_text, background, place_text = row
    pairs = [_pair(words) for words in pairs_text.split("+")]
    pairs *= {"two": 2, "three": 3}.get(layout, 1)
    place = _pair(place_text) if place_text else None
    return Scene(layout, place_things(random.Random(0), layout, pairs, place), background, place)


def _pair(text: str) -> tuple[str, str]:
    first, second = text.split()
    return first, second
