"""What Discord shows of the commands for bans, places and word rules; see words.py."""

from discord.app_commands import locale_str

from bot.adapters.discord.said import said

#: name -> (name, description), below /admin.
MODERATION_COMMANDS: dict[str, tuple[locale_str, locale_str]] = {
    "ban": (
        said("ban", "封禁", "封禁"),
        said(
            "Keep somebody from drawing here; without a user, list them",
            "不让某人在这里画图；不填成员则列出名单",
            "不讓某人在這裡畫圖；不填成員則列出名單",
        ),
    ),
    "unban": (said("unban", "解封", "解封"), said("Lift a ban", "解除封禁", "解除封禁")),
    "here": (
        said("here", "这里", "這裡"),
        said("Whether people may draw here", "这里能不能画图", "這裡能不能畫圖"),
    ),
    "words": (
        said("words", "敏感词", "敏感詞"),
        said("What a prompt may not say", "描述里不能有的词", "描述裡不能有的詞"),
    ),
}
SWITCHES = {"on": said("on", "启用", "啟用"), "off": said("off", "停用", "停用")}
#: What can be done about word rules.
RULES = {
    "add": said("forbid", "禁用", "禁用"),
    "allow": said("except", "例外", "例外"),
    "remove": said("remove", "移除", "移除"),
    "test": said("test a sentence", "测试一句话", "測試一句話"),
    "list": said("list", "列表", "列表"),
}

#: parameter -> (name, description).
MODERATION_OPTIONS: dict[str, tuple[locale_str, locale_str]] = {
    "banned": (
        said("user", "成员", "成員"),
        said("Nobody lists those who are banned", "不填则列出名单", "不填則列出名單"),
    ),
    "duration": (
        said("duration", "多久", "多久"),
        said(
            "Such as 30m, 2h, 1d, 1w or forever; nothing is a day",
            "例如 30分钟、2小时、1天、1周、永久；不填是 1 天",
            "例如 30分鐘、2小時、1天、1週、永久；不填是 1 天",
        ),
    ),
    "why": (said("reason", "原因", "原因"), said("Told to them", "对方看得到", "對方看得到")),
    "switch": (
        said("switch", "开关", "開關"),
        said("Nothing says how it is", "不填则看现在怎样", "不填則看現在怎樣"),
    ),
    "group": (
        said("whole_server", "整个服务器", "整個伺服器"),
        said("Not only this channel", "不只这个频道", "不只這個頻道"),
    ),
    "rule": (said("action", "操作", "操作"), said("What to do", "做什么", "做什麼")),
    "text": (
        said("text", "文字", "文字"),
        said(
            "The words, parted by commas; or a sentence to test",
            "词，用逗号分开；或要测试的一句话",
            "詞，用逗號分開；或要測試的一句話",
        ),
    ),
}
