"""The names and descriptions that Discord shows while a person types, in English and Chinese."""

from discord import Locale, app_commands
from discord.app_commands import locale_str

from bot.adapters.discord.moderation_words import MODERATION_OPTIONS
from bot.adapters.discord.said import said
from bot.core.draw_options import RATIO_WORDS, STRENGTH_WORDS

#: Discord's name of a language -> where `said` keeps it.
CHINESE = {Locale.chinese: "cn", Locale.taiwan_chinese: "tw"}
#: Offered as they are; any other can be written at the end of the prompt.
RATIOS = ("1:1", "16:9", "9:16", "4:3", "3:4", "3:2", "2:3", "21:9", "9:21")
_TRADITIONAL = {"横图": "橫圖", "竖图": "直圖", "方图": "方圖"}


class Translator(app_commands.Translator):
    """Finds in a text what `said` has put there."""

    async def translate(
        self,
        string: locale_str,
        locale: Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        found = string.extras.get(CHINESE.get(locale, ""))
        return found if isinstance(found, str) else None


def ratio_choices() -> list[app_commands.Choice[str]]:
    """16:9 is also 横图, where the grammar has a word for it."""
    return [app_commands.Choice(name=_ratio_name(ratio), value=ratio) for ratio in RATIOS]


def strength_choices() -> list[app_commands.Choice[str]]:
    """Any other can be written at the end of the prompt."""
    named = (("small", "小"), ("medium", "中"), ("large", "大"))
    return [
        app_commands.Choice(name=said(en, zh, zh), value=f"{STRENGTH_WORDS[en]:g}")
        for en, zh in named
    ]


def choices(names: dict[str, locale_str]) -> list[app_commands.Choice[str]]:
    """`names`: by what the core reads."""
    return [app_commands.Choice(name=name, value=value) for value, name in names.items()]


def _ratio_name(ratio: str) -> locale_str:
    for word in RATIO_WORDS:
        if ratio == f"{word.ratio[0]}:{word.ratio[1]}":
            cn = word.zh[0]
            tw = _TRADITIONAL.get(cn, cn)
            return said(f"{word.en[0]} {ratio}", f"{cn} {ratio}", f"{tw} {ratio}")
    return said(ratio, ratio, ratio)


#: In the menu of a message.
CHANGE_PICTURE = said("Change picture", "改图", "改圖")
#: name -> (name, description).
COMMANDS: dict[str, tuple[locale_str, locale_str]] = {
    "draw": (said("draw", "画", "畫"), said("Draw a picture", "画一张图", "畫一張圖")),
    "edit": (
        said("edit", "改图", "改圖"),
        said("Change a picture that you send along", "改一张你发来的图", "改一張你發來的圖"),
    ),
    "again": (
        said("again", "再来", "再來"),
        said("Draw the same words again", "同样的描述再画一张", "同樣的描述再畫一張"),
    ),
    "cancel": (
        said("cancel", "取消", "取消"),
        said(
            "Cancel my latest picture, or the one named",
            "取消我最近的一张，或指定的一张",
            "取消我最近的一張，或指定的一張",
        ),
    ),
    "queue": (
        said("queue", "排队", "排隊"),
        said("See how far my requests are", "看排到哪了，可以取消", "看排到哪了，可以取消"),
    ),
    "show": (
        said("show", "看图", "看圖"),
        said("Post a finished picture again", "再发一次画好的图", "再發一次畫好的圖"),
    ),
    "loras": (
        said("loras", "风格模型", "風格模型"),
        said(
            "Which LoRA files there are to draw with",
            "有哪些 LoRA 风格模型可以用",
            "有哪些 LoRA 風格模型可以用",
        ),
    ),
    "info": (
        said("info", "参数", "參數"),
        said("How a picture was drawn", "一张图是怎么画的", "一張圖是怎麼畫的"),
    ),
    "history": (
        said("history", "历史", "歷史"),
        said("My pictures, page by page", "翻看我的图", "翻看我的圖"),
    ),
    "export": (
        said("export", "导出", "匯出"),
        said(
            "Everything stored of me, as a file",
            "打包发来存着的我的全部数据",
            "打包傳來存著的我的全部資料",
        ),
    ),
    "forget": (
        said("forget", "忘记我", "忘記我"),
        said(
            "Delete my words and files; asks first",
            "删除我的描述和图片文件，会先问一次",
            "刪除我的描述和圖片檔案，會先問一次",
        ),
    ),
    "quota": (
        said("quota", "额度", "額度"),
        said("See how much I may draw", "看我还能画多少", "看我還能畫多少"),
    ),
    "help": (said("help", "帮助", "說明"), said("How to use this bot", "怎么用", "怎麼用")),
}


def meanings(locale: str) -> dict[str, str]:
    """What each command does, for /help."""
    described = {name: text for name, (_, text) in COMMANDS.items()}
    if locale == "en":
        return {name: text.message for name, text in described.items()}
    return {name: str(text.extras["cn"]) for name, text in described.items()}


#: parameter -> (name, description).
OPTIONS: dict[str, tuple[locale_str, locale_str]] = {
    "prompt": (
        said("prompt", "描述", "描述"),
        said(
            "What you want to see; options may follow at its end",
            "想画什么，末尾也可以写参数",
            "想畫什麼，末尾也可以寫參數",
        ),
    ),
    "ratio": (said("ratio", "画幅", "畫幅"), said("Shape", "画面的形状", "畫面的形狀")),
    "count": (said("count", "张数", "張數"), said("How many pictures", "画几张", "畫幾張")),
    "image": (
        said("image", "图片", "圖片"),
        said(
            "Transparent parts alone are drawn anew",
            "有透明的部分就只重画那里",
            "有透明的部分就只重畫那裡",
        ),
    ),
    "mask": (
        said("mask", "蒙版", "蒙版"),
        said(
            "As large as the image: white is drawn anew, black stays",
            "和图片一样大：白色重画，黑色保留",
            "和圖片一樣大：白色重畫，黑色保留",
        ),
    ),
    "strength": (
        said("strength", "改动", "改動"),
        said("How much may change", "改动多少", "改動多少"),
    ),
    "seed": (
        said("seed", "种子", "種子"),
        said(
            "The same words and seed give the same picture",
            "同样的描述和种子画出同样的图",
            "同樣的描述和種子畫出同樣的圖",
        ),
    ),
    "negative": (
        said("negative", "负面", "負面"),
        said(
            "What you do not want to see; turns guidance on, at twice the time",
            "不想看到的东西；会打开引导，用时加倍",
            "不想看到的東西；會開啟引導，用時加倍",
        ),
    ),
    "steps": (said("steps", "步数", "步數"), said("More take longer", "越多越慢", "越多越慢")),
    "guidance": (
        said("guidance", "引导", "引導"),
        said(
            "0 is off; for Turbo 1.5 to 2.5 is advised, at twice the time",
            "0 为关；Turbo 建议 1.5 到 2.5，打开后用时加倍",
            "0 為關；Turbo 建議 1.5 到 2.5，開啟後用時加倍",
        ),
    ),
    "enhance": (
        said("enhance", "画质增强", "畫質增強"),
        said(
            "Words of quality, guidance, some sharpness; doubles the time",
            "补上画质词，打开引导，提一点锐度；用时加倍",
            "補上畫質詞，開啟引導，提一點銳度；用時加倍",
        ),
    ),
    "lora": (
        said("lora", "风格模型", "風格模型"),
        said(
            "A LoRA file, or name:0.8; more of them in the prompt",
            "LoRA 风格模型，也可写 名字:0.8；更多的写在描述里",
            "LoRA 風格模型，也可寫 名字:0.8；更多的寫在描述裡",
        ),
    ),
    "spoiler": (
        said("spoiler", "遮挡", "遮擋"),
        said("Hide the picture until it is clicked", "点开才看得到图", "點開才看得到圖"),
    ),
    "private": (
        said("private", "仅自己可见", "僅自己可見"),
        said("Only I see it", "只有我看得到", "只有我看得到"),
    ),
    "id": (
        said("id", "编号", "編號"),
        said(
            "The id that stands behind # under a picture",
            "图下面 # 后面的编号",
            "圖下面 # 後面的編號",
        ),
    ),
    "user": (said("user", "成员", "成員"), said("Whom it is about", "是谁", "是誰")),
    "pool": (
        said("pool", "整个服务器", "整個伺服器"),
        said(
            "The whole server's quota; those who run the bot change it",
            "整个服务器的总额度；只有总管理员能改",
            "整個伺服器的總額度；只有總管理員能改",
        ),
    ),
    "everywhere": (
        said("everywhere", "所有群", "所有群"),
        said(
            "In all servers, not only here; for those who run the bot",
            "所有服务器，不只这里；仅限总管理员",
            "所有伺服器，不只這裡；僅限總管理員",
        ),
    ),
    "setting": (
        said("setting", "设置", "設定"),
        said(
            "Nothing shows them all, with buttons",
            "不填则全部列出，带按钮",
            "不填則全部列出，帶按鈕",
        ),
    ),
    "value": (
        said("value", "值", "值"),
        said("“usual” takes it back", "写「默认」则恢复默认", "寫「默认」則恢復預設"),
    ),
    "appoint": (
        said("appoint", "任免", "任免"),
        said("Nothing lists them", "不填则列出名单", "不填則列出名單"),
    ),
    "change": (
        said("change", "方式", "方式"),
        said("How to change it; nothing shows it", "怎么改；不填则只看", "怎麼改；不填則只看"),
    ),
    "amount": (
        said("amount", "数量", "數量"),
        said(
            "One is a usual picture; nothing, for each day: as is usual",
            "1 是一张普通的图；每天的额度不填就恢复默认",
            "1 是一張普通的圖；每天的額度不填就恢復預設",
        ),
    ),
    "weight": (
        said("weight", "权重", "權重"),
        said(
            "1 is usual, 2 is twice as much; nothing shows it",
            "1 是平常，2 是两倍；不填则显示现在的",
            "1 是平常，2 是兩倍；不填則顯示現在的",
        ),
    ),
    "reason": (
        said("reason", "原因", "原因"),
        said("Told to those concerned", "会告诉相关的人", "會告訴相關的人"),
    ),
    "all": (
        said("all", "全部", "全部"),
        said("All my requests here", "我在这里的所有请求", "我在這裡的所有請求"),
    ),
    **MODERATION_OPTIONS,
}
