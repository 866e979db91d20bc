"""The words that captions are made of, in Chinese and in English.

The first word of each row is the plain one; repeating a word makes it more frequent.
"""

from typing import Final

TAIL_COUNTS: Final = (1, 1, 1, 1, 2, 2, 3, 3, 8, 12)
"""How many tails a caption gets, when it gets any; the long rows teach the widest captions."""

ZH_SHAPES: Final[dict[str, tuple[str, ...]]] = {
    "circle": ("圆", "圆形", "圆圈", "圆", "圆点", "圆球", "球"),
    "square": ("方块", "正方形", "方形", "方块", "方框", "四方形"),
    "triangle": ("三角形", "三角", "三角形", "三角形"),
    "star": ("星星", "五角星", "星形", "星星", "星"),
    "heart": ("爱心", "心形", "心", "爱心", "桃心"),
    "diamond": ("菱形", "钻石形", "菱形", "菱形", "菱形块"),
}
ZH_MEASURES: Final[dict[str, tuple[str, ...]]] = {
    "circle": ("个", "个", "个", "只"),
    "square": ("个", "个", "块", "个"),
    "triangle": ("个", "个", "块"),
    "star": ("颗", "个", "个", "枚"),
    "heart": ("颗", "个", "个"),
    "diamond": ("个", "个", "块", "枚"),
}
ZH_COLOURS: Final[dict[str, tuple[str, ...]]] = {
    "red": ("红色", "红色", "红", "大红色", "鲜红色", "正红色"),
    "orange": ("橙色", "橙色", "橘色", "橙", "橘黄色", "橘红色"),
    "yellow": ("黄色", "黄色", "黄", "金黄色", "金色", "明黄色"),
    "green": ("绿色", "绿色", "绿", "翠绿色", "草绿色"),
    "blue": ("蓝色", "蓝色", "蓝", "深蓝色", "宝蓝色"),
    "purple": ("紫色", "紫色", "紫", "紫罗兰色", "深紫色"),
    "pink": ("粉色", "粉红色", "粉色", "粉", "桃红色"),
    "brown": ("棕色", "棕色", "褐色", "咖啡色", "棕"),
    "black": ("黑色", "黑色", "黑", "纯黑色", "漆黑"),
}
ZH_BACKGROUNDS: Final[dict[str, tuple[str, ...]]] = {
    "white": ("白色", "白色", "纯白", "白", "白色"),
    "black": ("黑色", "黑色", "纯黑", "黑", "深黑色", "深色"),
    "grey": ("灰色", "灰色", "灰", "浅灰色", "中灰色"),
    "pale blue": ("浅蓝色", "淡蓝色", "天蓝色", "浅蓝", "淡蓝"),
}
ZH_PREFIXES: Final = (
    *("画", "画", "请画", "帮我画", "给我画", "我想要", "我要", "来", "请帮我画", "麻烦画"),
    *("生成", "请生成", "绘制", "画一张图：", "画一幅画，", "来一张图，", "能不能画", "可以画"),
    *("你好，请画", "我想看", "图中有", "画面上有", "画面中是", "一张图片，上面有", "麻烦你帮我画"),
    *(
        "我想看一下",
        "可以给我画",
        "能画",
        "我想画",
        "我需要",
        "给大家画",
        "再画",
        "现在画",
        "就画",
        "想要",
    ),
    *("我想要看", "请给我", "请生成一张图片：", "小助手，画", "这次画", "今天画", "只要"),
)
ZH_SUFFIXES: Final = (
    "。",
    "吧",
    "谢谢",
    "，谢谢",
    "好吗",
    "！",
    "好吗？",
    "，简单一点",
    "，干净的",
    "～",
)
ZH_TAILS: Final = (
    *(
        "，高清",
        "，高质量",
        "，细节丰富",
        "，最佳质量，细节丰富",
        "，极简风格",
        "，扁平风格",
        "，简洁",
        "，卡通风格",
    ),
    *(
        "就行",
        "就好",
        "可以吗",
        "行吗",
        "，其他什么都不要",
        "，不要别的",
        "，要清楚一点",
        "，杰作，超高清，光影细腻",
    ),
    *("，边缘清晰", "，图标", "，构图简单，色彩鲜艳", "谢谢你", "好不好", "哦", "呀", "呢"),
)
ZH_FILLERS: Final = (
    "今天气很好我们一起看这那不了他她就还再又都要会到说去过得也想知道时间事做来自己什么没出学生"
)
ZH_ADJECTIVES: Final = (
    "大大的",
    "小小的",
    "漂亮的",
    "可爱的",
    "大",
    "小",
    "好看的",
    "简单的",
    "实心的",
)
ZH_PLACES: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("top", "left"): ("左上角", "左上方", "左上"),
    ("top", "centre"): ("上面", "上方", "顶部", "上边", "正上方", "最上面"),
    ("top", "right"): ("右上角", "右上方", "右上"),
    ("middle", "left"): ("左边", "左侧", "左面", "最左边", "左方"),
    ("middle", "centre"): ("中间", "中央", "正中间", "中心", "正中央"),
    ("middle", "right"): ("右边", "右侧", "右面", "最右边", "右方"),
    ("bottom", "left"): ("左下角", "左下方", "左下"),
    ("bottom", "centre"): ("下面", "下方", "底部", "下边", "正下方", "最下面"),
    ("bottom", "right"): ("右下角", "右下方", "右下"),
}

EN_SHAPES: Final[dict[str, tuple[str, ...]]] = {
    "circle": ("circle", "circle", "disc", "dot", "ball", "disk"),
    "square": ("square", "square", "box", "block"),
    "triangle": ("triangle",),
    "star": ("star", "star", "five-pointed star"),
    "heart": ("heart", "heart", "love heart"),
    "diamond": ("diamond", "diamond", "rhombus"),
}
EN_PLURALS: Final = {"rhombus": "rhombuses", "box": "boxes"}
EN_COLOURS: Final[dict[str, tuple[str, ...]]] = {
    "red": ("red", "red", "bright red", "scarlet"),
    "orange": ("orange", "orange", "bright orange"),
    "yellow": ("yellow", "yellow", "golden", "gold"),
    "green": ("green", "green", "dark green"),
    "blue": ("blue", "blue", "dark blue"),
    "purple": ("purple", "purple", "violet"),
    "pink": ("pink", "pink", "rose pink"),
    "brown": ("brown", "brown", "coffee brown"),
    "black": ("black", "black", "jet black"),
}
EN_BACKGROUNDS: Final[dict[str, tuple[str, ...]]] = {
    "white": ("white", "white", "plain white"),
    "black": ("black", "black", "dark", "pure black"),
    "grey": ("grey", "gray", "light grey", "light gray"),
    "pale blue": ("light blue", "pale blue", "sky blue"),
}
EN_PREFIXES: Final = (
    *(
        "draw ",
        "draw ",
        "please draw ",
        "paint ",
        "make ",
        "create ",
        "show me ",
        "i want ",
        "give me ",
    ),
    *(
        "can you draw ",
        "could you draw ",
        "generate ",
        "an image of ",
        "a picture of ",
        "i would like ",
    ),
    *("draw me ", "hello, please draw ", "a drawing of ", "there is "),
    *(
        "would you draw ",
        "i'd like ",
        "i need ",
        "just ",
        "only ",
        "an icon of ",
        "let me see ",
        "let's draw ",
    ),
    *(
        "generate an image of ",
        "a simple picture of ",
        "try ",
        "now draw ",
        "could you please make ",
    ),
)
EN_SUFFIXES: Final = (".", ".", " please", ", please", "!", ", thanks", ", simple", " thank you")
EN_TAILS: Final = (
    *(
        ", high quality",
        ", best quality, highly detailed",
        ", 4k",
        ", flat style",
        ", minimalist",
        ", icon",
    ),
    *(
        ", clean edges",
        ", vector art",
        " and nothing else",
        ", sharp and clear",
        ", masterpiece, ultra detailed",
    ),
    *(" for me", " if you can", ", bright colours", ", cartoon style", " only"),
)
EN_FILLERS: Final = (
    *(
        "today",
        "very",
        "maybe",
        "some",
        "art",
        "it",
        "this",
        "style",
        "good",
        "well",
        "friend",
        "look",
    ),
    *("so", "here", "new", "my", "page", "work", "time", "day", "now", "then", "just", "really"),
)
EN_ADJECTIVES: Final = (
    "big ",
    "small ",
    "large ",
    "little ",
    "nice ",
    "beautiful ",
    "simple ",
    "solid ",
)
EN_PLACES: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("top", "left"): ("in the top left corner", "at the top left", "in the upper left"),
    ("top", "centre"): ("at the top", "at the top", "in the upper part", "above"),
    ("top", "right"): ("in the top right corner", "at the top right", "in the upper right"),
    ("middle", "left"): ("on the left", "on the left side", "at the left"),
    ("middle", "centre"): ("in the middle", "in the center", "in the centre"),
    ("middle", "right"): ("on the right", "on the right side", "at the right"),
    ("bottom", "left"): ("in the bottom left corner", "at the bottom left", "in the lower left"),
    ("bottom", "centre"): ("at the bottom", "at the bottom", "in the lower part", "below"),
    ("bottom", "right"): (
        "in the bottom right corner",
        "at the bottom right",
        "in the lower right",
    ),
}
