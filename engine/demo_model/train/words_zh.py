"""The words that Chinese captions are made of.

The first word of each row is the plain one; repeating a word makes it more frequent.
"""

from typing import Final

Row = tuple[str, ...]


def _row(text: str) -> Row:
    return tuple(text.split())


SHAPES: Final[dict[str, Row]] = {
    "circle": _row("圆 圆 圆 圆形 圆形 圆圈 圆点 圆球 球 圆圈圈"),
    "square": _row("方块 方块 正方形 正方形 方形 方框 四方形 正方块"),
    "triangle": _row("三角形 三角形 三角形 三角 三角形 等边三角形"),
    "star": _row("星星 星星 五角星 五角星 星形 星 五星"),
    "heart": _row("爱心 爱心 心形 心 桃心 心心"),
    "diamond": _row("菱形 菱形 菱形 钻石形 菱形块"),
    "sun": _row("太阳 太阳 太阳 太阳 小太阳 小太阳 太阳公公 日头"),
    "house": _row("房子 房子 房子 小房子 小屋 屋子 房屋 房"),
    "tree": _row("树 树 树 大树 小树 树木"),
    "fish": _row("鱼 鱼 鱼 小鱼 鱼儿 小鱼儿"),
    "cat": _row("猫 猫 小猫 猫咪 猫脸 猫头 小猫咪 猫猫 小猫脸"),
}
COLOURED_SHAPES: Final[dict[str, Row]] = {"fish": ("金鱼",)}
"""Words that suggest another colour than the natural one, so they need a colour beside them."""
SHORT_SHAPES: Final[dict[str, Row]] = {
    "circle": ("圆", "球"),
    "square": ("方", "方块"),
    "triangle": ("三角",),
    "star": ("星", "五角星"),
    "heart": ("心", "爱心"),
    "diamond": ("菱形",),
    "sun": ("太阳",),
    "house": ("房子", "房", "屋"),
    "tree": ("树",),
    "fish": ("鱼",),
    "cat": ("猫", "猫头"),
}
MEASURES: Final[dict[str, Row]] = {
    "circle": _row("个 个 个 只"),
    "square": _row("个 个 块 个"),
    "triangle": _row("个 个 块"),
    "star": _row("颗 颗 个 个 枚"),
    "heart": _row("颗 颗 个 个"),
    "diamond": _row("个 个 块 枚"),
    "sun": _row("个 个 轮 颗"),
    "house": _row("座 座 间 栋 个 个 所 幢"),
    "tree": _row("棵 棵 棵 个 株"),
    "fish": _row("条 条 条 只 个 尾"),
    "cat": _row("只 只 只 个"),
}
WORD_MEASURES: Final[dict[str, Row]] = {
    "猫脸": ("张", "个"),
    "小猫脸": ("张", "个"),
    "猫头": ("个",),
    "太阳公公": ("个",),
}
"""Of words that want another measure word than their kind."""

COLOURS: Final[dict[str, Row]] = {
    "red": _row("红色 红色 红色 红 大红色 鲜红色 正红色 朱红色 火红色 亮红色"),
    "orange": _row("橙色 橙色 橘色 橘色 橙 橘 橘黄色 橘红色 橙黄色 亮橙色"),
    "yellow": _row("黄色 黄色 黄色 黄 金黄色 金色 明黄色 柠檬黄 亮黄色"),
    "green": _row("绿色 绿色 绿色 绿 翠绿色 草绿色 碧绿色 深绿色"),
    "blue": _row("蓝色 蓝色 蓝色 蓝 深蓝色 宝蓝色 蔚蓝色 湛蓝色 深蓝"),
    "purple": _row("紫色 紫色 紫色 紫 紫罗兰色 深紫色 葡萄紫"),
    "pink": _row("粉色 粉红色 粉色 粉红 粉 桃红色 浅粉色"),
    "brown": _row("棕色 棕色 褐色 咖啡色 棕 巧克力色 棕褐色 深棕色"),
    "black": _row("黑色 黑色 黑色 黑 纯黑色 漆黑 墨黑色 乌黑"),
    "white": _row("白色 白色 白色 白 雪白 纯白色 洁白 雪白色"),
    "cyan": _row("青色 青色 青色 青 天青色 青蓝色 青绿色 蓝绿色"),
}
SHORT_COLOURS: Final[dict[str, Row]] = {
    "red": ("红",),
    "orange": ("橙", "橘"),
    "yellow": ("黄",),
    "green": ("绿",),
    "blue": ("蓝",),
    "purple": ("紫",),
    "pink": ("粉",),
    "brown": ("棕", "褐"),
    "black": ("黑",),
    "white": ("白",),
    "cyan": ("青",),
}
SIZE_LIKE_COLOURS: Final = frozenset({"大红色"})
"""Not for a thing alone in the picture, where 大 is a size."""
BACKGROUNDS: Final[dict[str, Row]] = {
    "white": _row("白色 白色 纯白 白 白色 雪白 纯白色"),
    "black": _row("黑色 黑色 纯黑 黑 黑色 深黑色 深色 纯黑色 漆黑"),
    "grey": _row("灰色 灰色 灰 浅灰色 中灰色 灰色"),
    "pale blue": _row("浅蓝色 浅蓝色 淡蓝色 天蓝色 浅蓝 淡蓝 天蓝 粉蓝色"),
}

ONE: Final = _row("一 一 一 一 1")
COUNTS: Final[dict[str, Row]] = {
    "two": _row("两 两 两 2 二"),
    "three": _row("三 三 3"),
    "four": _row("四 四 4"),
    "five": _row("五 五 5"),
}
JOINED_COUNTS: Final[dict[str, Row]] = {
    "two": ("俩", "一对", "一对", "一双", "两"),
    "three": ("仨",),
    "four": ("四个",),
    "five": ("五个",),
}
"""Numbers that stand before the noun without a measure word."""

LARGE: Final = (
    *_row("大 大 大大的 大大的 很大的 巨大的 超大的 特别大的 大号的 超级大的 硕大的 非常大的"),
    *_row("大一点的 好大的 特大的 大个的 很大很大的 巨型的"),
)
SMALL: Final = (
    *_row("小 小 小小的 小小的 很小的 特别小的 迷你的 小号的 非常小的 小一点的 超小的 微小的"),
    *_row("小巧的 好小的 很小很小的 小个的 袖珍的"),
)
LARGE_TAILS: Final = (
    *_row("，大一点 ，要大 ，画大一点 ，画大点 ，尺寸要大 ，越大越好 ，很大 ，大大的 ，占满画面"),
    *_row("，要很大 ，尽量大 ，大一些 ，占大半个画面 ，大号 ，要画得大大的"),
)
SMALL_TAILS: Final = (
    *_row("，小一点 ，要小 ，画小一点 ，画小点 ，尺寸要小 ，越小越好 ，很小 ，小小的"),
    *_row("，要很小 ，尽量小 ，小一些 ，只占一点点地方 ，小号 ，要画得小小的"),
)
ADJECTIVES: Final = (
    *_row("漂亮的 可爱的 好看的 简单的 实心的 干净的 完整的 标准的 普通的 精致的 卡通的 萌萌的"),
    *_row("漂漂亮亮的 简简单单的 端正的 美丽的"),
)
NOISE_SIZES: Final = _row("大大的 小小的 大 小 大大的 小小的")

PLACES: Final[dict[tuple[str, str], Row]] = {
    ("top", "left"): _row("左上角 左上角 左上角 左上方 左上 左上侧 左上边"),
    ("top", "centre"): _row("上面 上方 顶部 上边 正上方 最上面 顶上 上头 最上方 顶端 上部"),
    ("top", "right"): _row("右上角 右上角 右上角 右上方 右上 右上侧 右上边"),
    ("middle", "left"): _row("左边 左边 左侧 左面 最左边 左方 左手边 左半边 左边儿"),
    ("middle", "centre"): _row("中间 中间 中央 正中间 中心 正中央 正中 最中间 中心位置 正中心"),
    ("middle", "right"): _row("右边 右边 右侧 右面 最右边 右方 右手边 右半边 右边儿"),
    ("bottom", "left"): _row("左下角 左下角 左下角 左下方 左下 左下侧 左下边"),
    ("bottom", "centre"): _row("下面 下方 底部 下边 正下方 最下面 底下 下头 最下方 底端 下部"),
    ("bottom", "right"): _row("右下角 右下角 右下角 右下方 右下 右下侧 右下边"),
}
PLACE_PREFIXES: Final = _row("画面 画面的 图片 图片的 图的 图里 画布 画布的 图像的 整张图的 画里")
SIDES: Final[dict[str, tuple[Row, Row]]] = {
    "beside": (
        _row("左边 左边 左侧 左面 左方 左手边"),
        _row("右边 右边 右侧 右面 右方 右手边"),
    ),
    "stacked": (
        _row("上面 上面 上方 上边 正上方 上头"),
        _row("下面 下面 下方 下边 正下方 底下"),
    ),
}
"""Where one thing is, seen from the other."""
ENDS: Final = {"beside": ("左", "右"), "stacked": ("上", "下")}

VERBS: Final = (
    *_row("画 画 画 画 请画 请画 帮我画 帮我画 给我画 我想要 我要 来 请帮我画 麻烦画 生成 请生成"),
    *_row("绘制 请绘制 能不能画 可以画 我想看 麻烦你帮我画 麻烦您画 能画 我想画 我需要 再画 就画"),
    *_row(
        "现在画 想要 我想要看 请给我 小助手，画 这次画 今天画 只要 想看 画一下 帮忙画 你好，请画"
    ),
    *_row("给我来 搞 弄 要 帮画 可以给我画 给大家画 我想看一下 画出 请你画 请你帮我画 快画"),
    *_row("拜托画 求画 嗨，画 哈喽，帮我画 在吗？画 老师，请画 我就要 来画 给我生成 帮我生成"),
    *_row("亲，画 亲爱的，帮我画 辛苦帮我画 随便画 试试画 设计 帮我设计 给我弄 帮我整 我想让你画"),
    *_row(
        "图中有 画面上有 画面中是 画面里只有 图里有 图上是 画的是 主体是 内容是 图案是 画面主体为"
    ),
    *_row("一张图片，上面有 给我看看 请为我画 请替我画 请您画 请您帮我画 烦请画 劳驾画 劳烦您画"),
)
"""These go before a thing."""
ASKS: Final = (
    *_row(
        "请 请 帮我 帮我 请帮我 麻烦 麻烦你 麻烦您 能不能 可以 请你 给我 我想 你 麻烦帮我 就 现在"
    ),
    *_row("请您 劳驾 拜托 你好，请 您好，请帮我 可不可以 我要 我想让你 辛苦"),
)
"""These go before an action."""
INTROS: Final = (
    *_row(
        "画一张图： 画一幅画， 来一张图， 画一张图， 请画一张图， 请生成一张图片： 我想要一张图："
    ),
    *_row(
        "帮我画一幅图， 画面： 图片： 画面内容： 这样画： 一张图片， 一幅画， 一张图， 图： 要求："
    ),
    *_row(
        "生成图片： 请画： 画： 要一张这样的图： 帮我画张图， 我要一张图片， 给我一张图， 画面里，"
    ),
    *_row("请按下面的要求画： 麻烦画一张图， 你好，我想要一幅画， 图上， 画面中， 一幅图，"),
)
"""These go before a clause."""

POLITE: Final = (
    *_row("麻烦您帮我画{}可以吗，谢谢！ 麻烦您帮我画{}，可以吗？谢谢您！ 您好，请帮我画{}，谢谢！"),
    *_row("您好，请问可以帮我画{}吗？ 你好，能不能麻烦你帮我画{}？谢谢啦！ 请问能帮我画{}吗，谢谢"),
    *_row(
        "不好意思打扰一下，请帮我画{}，辛苦了！ 劳驾您给我画{}，非常感谢！ 拜托你帮我画{}好不好？"
    ),
    *_row(
        "如果可以的话，请给我画{}，万分感谢 您好，我想请您画{}，麻烦了，谢谢！ 想请你画{}，行吗？"
    ),
    *_row("早上好，帮我画{}吧，谢谢你 晚上好，可以画{}吗？ 大家好，我想看{}，有劳了 画{}可以吗？"),
    *_row("可以帮我画{}吗？谢谢！ 能帮我画{}吗？ 可不可以给我画{}呀？ 可否请您画{}？感激不尽。"),
    *_row("请您抽空帮我画{}，十分感谢您的帮助！ 我想要{}，麻烦你了 能给我画{}吗，拜托拜托"),
)
POLITE_ASKS: Final = (
    *_row(
        "麻烦您{}可以吗，谢谢！ 您好，请您{}，谢谢！ 请问可以{}吗？ 你好，能不能帮我{}？谢谢啦！"
    ),
    *_row("不好意思，请帮我{}，辛苦了！ 劳驾您{}，非常感谢！ 可以帮我{}吗？ 拜托你{}好不好？"),
    *_row("麻烦你帮我{}，可以吗？谢谢你！ 能{}吗？ 想请您{}，麻烦了，谢谢！"),
)
POLITE_INTROS: Final = (
    *_row(
        "麻烦您帮我画一张图，{}，可以吗，谢谢！ 您好，请画一张图：{}。谢谢！ 我想要一张图，{}，行吗"
    ),
    *_row(
        "你好，能不能画一幅画，{}？谢谢啦！ 请帮我画张图，{}，辛苦了！ 请问可以画一张图吗？{}，谢谢"
    ),
    *_row("麻烦你画一幅图，{}，非常感谢！"),
)

SUFFIXES: Final = (
    *_row(
        "。 。 吧 谢谢 ，谢谢 好吗 ！ 好吗？ ，简单一点 ，干净的 ～ ，谢谢！ ，谢谢你 ，谢谢您！"
    ),
    *_row("，拜托了 ，可以吗 ，可以吗？ ，好吗 ，麻烦了 ，辛苦了 ，多谢 ，感谢 ，快点 ！！ …… ~ !"),
    *_row("哈 嘛 ，行不行 ，行吗？ ，谢啦 ，简单的就行 ，随意一点 ，画好看点 ，认真画 ，ok？"),
)
EMOJI: Final = _row("🙏 😊 👍 ✨ 🙏🙏 😄")

TAILS: Final = (
    *_row(
        "，高清 ，高质量 ，细节丰富 ，最佳质量，细节丰富 ，极简风格 ，扁平风格 ，简洁 ，卡通风格"
    ),
    *_row(
        "就行 就好 可以吗 行吗 ，其他什么都不要 ，不要别的 ，要清楚一点 ，杰作，超高清，光影细腻"
    ),
    *_row("，边缘清晰 ，图标 ，构图简单，色彩鲜艳 谢谢你 好不好 哦 呀 呢 ，别的都不要 ，简笔画"),
    *_row("，插画 ，矢量图 ，4k ，8K ，儿童画 ，手绘风 ，平涂 ，纯色 ，清晰 ，线条干净 ，超清"),
)
TAIL_COUNTS: Final = (1, 1, 1, 1, 2, 2, 3, 3, 8)

STYLES: Final = (
    *_row("一张干净的扁平插画 一幅简洁的矢量插画 一张极简风格的图标 一幅儿童绘本风格的插画"),
    *_row("高清简约的平面设计作品 一张卡通风格的图片 一幅色彩鲜明的简笔画 一张现代风格的海报"),
    *_row("扁平化设计 极简主义插画 一张高质量的矢量图 一幅手绘风格的图画 一张可爱的贴纸图案"),
    *_row("一幅安静而温暖的画面 一张精致的卡片 识图卡片 一幅构图简单的作品 平面矢量风格 一张壁纸"),
    *_row(
        "专业的平面插画 一幅明亮清新的插图 一张适合孩子看的图片 简约现代风格的作品 大师级平面设计"
    ),
)
SUBJECTS: Final = _row(
    "画面主体是 主体为 画的是 画面中是 画面里有 图里是 画面上只有 描绘了 内容为 展示了"
)
QUALITIES: Final = (
    *_row("线条流畅 色彩鲜明 构图简洁 边缘清晰锐利 高清画质 细节丰富 画面干净 整体风格简约现代"),
    *_row("色彩饱满 轮廓分明 光线柔和 氛围安静 视觉效果突出 层次清楚 配色协调 质感细腻 平涂上色"),
    *_row("没有多余的装饰 背景干净 纯色填充 明亮清新 适合做图标 适合放在儿童绘本里"),
    *_row("画风可爱 画面简单大方 超高清 8k分辨率 最佳质量 杰作 专业设计 极简主义 对比强烈"),
    *_row("笔触平滑 比例协调 观感舒适 给人平静的感觉 充满童趣 气氛轻松愉快 像印刷品一样清楚"),
    *_row("一眼就能认出来 干净利落 造型简练 现代感十足 颜色均匀 没有渐变 没有阴影 画面平整"),
)
CENTRED: Final = _row("主体居中 居中构图 位于画面正中 居中")
EMPTY_WHITE: Final = _row("四周留白 大面积留白 留白充足")

FILLERS: Final = "今气很好我们起看这那了他她就还又都会说去过得也想知道时事做自己什么学"
"""Single characters about nothing, which the model must learn to pass over."""

WRITE_VERBS: Final = (
    *_row("写 写 写 写 请写 帮我写 给我写 写下 写上 请写上 麻烦写 书写 手写 请帮我写 画 画 请画"),
    *_row("帮我画 给我画 生成 来 我想要 显示 请写出 能不能写 我要 帮忙写 麻烦您帮我写 麻烦您写"),
)
WRITTEN: Final = (
    *_row(
        "写着 写着 上面写着 图上写着 画面上写着 一张图片，上面写着 图中写着 画面中央写着 印着 写有"
    ),
    *_row("画面正中是 画面上是 图里是 上面写了 中间写着"),
)
QUOTES: Final = ("「」", "「」", "“”", "“”", "『』", '""', "‘’", "''", "【】")
NEED_QUOTES: Final = frozenset("一大小上下人中子")
"""Characters that read as something else before 字."""
DIGIT_NOUNS: Final = _row("数字{} 数字{} 数字{} 阿拉伯数字{} {}这个数字")
CHARACTER_NOUNS: Final = _row("{}字 {}字 {}字 汉字{} 汉字{} {}这个字 {}这个汉字 中文字{} 文字{}")
GLYPH_SIZES: Final = _row("大大的 大 很大的 巨大的 大大的")
GLYPH_TAILS: Final = (
    *_row("，笔画清楚 ，笔画粗一点 ，粗体 ，写大一点 ，字要清楚 ，要醒目 ，工整 ，居中 ，写得端正"),
)
