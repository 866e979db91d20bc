"""The contact sheet in the README: `python -m bench.showcase docs/images/demo-model.png`.

Draws the prompts below with the demo model, one seed for all, nothing picked by hand.
"""

import sys
from pathlib import Path
from typing import Final

from PIL import Image

from bench.obedience import draw, load
from engine.demo_model import WEIGHTS

PROMPTS: Final = (
    *("一个红色的圆", "左边一个蓝色的方块，右边一个绿色的三角形", "五个紫色的爱心，浅蓝色背景"),
    *("上面一个太阳，下面一座房子", "一只猫", "写一个红色的「大」字"),
    *("黑色背景，四颗黄色的星星", "右下角一条橙色的鱼", "a big green tree", "数字「8」，蓝色"),
    *("畫三個粉紅色的菱形，灰色背景", "a white square on a black background"),
)
COLUMNS: Final = 6
SIDE: Final = 192
GAP: Final = 6
SEED: Final = 2


def sheet(pictures: list[Image.Image]) -> Image.Image:
    rows = -(-len(pictures) // COLUMNS)
    size = (COLUMNS * (SIDE + GAP) + GAP, rows * (SIDE + GAP) + GAP)
    canvas = Image.new("RGB", size, (96, 96, 96))
    for n, picture in enumerate(pictures):
        corner = (GAP + n % COLUMNS * (SIDE + GAP), GAP + n // COLUMNS * (SIDE + GAP))
        canvas.paste(picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS), corner)
    return canvas


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: python -m bench.showcase FILE.png", file=sys.stderr)
        return 2
    pipeline = load(WEIGHTS)
    pictures = [draw(pipeline, prompt, SEED) for prompt in PROMPTS]
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    # A palette is enough for flat colours and a third of the bytes.
    sheet(pictures).quantize(128).save(target, optimize=True)
    for n, prompt in enumerate(PROMPTS, 1):
        print(f"{n}. {prompt}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
