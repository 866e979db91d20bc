"""The names and descriptions of /admin and of what it takes, in English and Chinese."""

from discord.app_commands import locale_str

from bot.adapters.discord.moderation_words import MODERATION_COMMANDS
from bot.adapters.discord.said import said

#: For those who manage a guild.
ADMIN = (
    said("admin", "管理", "管理"),
    said("For those who manage this server", "给管理服务器的人", "給管理伺服器的人"),
)
ADMIN_COMMANDS: dict[str, tuple[locale_str, locale_str]] = {
    "quota": (
        said("quota", "额度", "額度"),
        said(
            "See or change how much somebody, or the server, may draw here",
            "看或改某人、整个服务器在这里能画多少",
            "看或改某人、整個伺服器在這裡能畫多少",
        ),
    ),
    "group": (
        said("group", "服务器设置", "伺服器設定"),
        said(
            "See and change what holds in this server",
            "看和改这个服务器的设置",
            "看和改這個伺服器的設定",
        ),
    ),
    "audit": (
        said("audit", "审计", "審計"),
        said("Who decided what here", "谁在这里改过什么", "誰在這裡改過什麼"),
    ),
    "staff": (
        said("staff", "总管理员", "總管理員"),
        said(
            "Whom the bot's owners trust with all servers",
            "机器人主人任命的总管理员",
            "機器人主人任命的總管理員",
        ),
    ),
    "pause": (
        said("pause", "暂停", "暫停"),
        said(
            "Pause the whole queue; for those who run the bot",
            "暂停整个队列；仅限总管理员",
            "暫停整個佇列；僅限總管理員",
        ),
    ),
    "resume": (
        said("resume", "恢复", "恢復"),
        said(
            "Let the queue go on; for those who run the bot",
            "恢复队列；仅限总管理员",
            "恢復佇列；僅限總管理員",
        ),
    ),
    "clear": (
        said("clear", "清空", "清空"),
        said(
            "Cancel what waits in this server; asks first",
            "取消这个服务器在排队的请求，会先问一次",
            "取消這個伺服器在排隊的請求，會先問一次",
        ),
    ),
    "job": (
        said("job", "任务", "任務"),
        said(
            "How a request fares; without an id, all that wait in this server",
            "看一个请求的进展；不写编号则列出这个服务器在排队的",
            "看一個請求的進展；不寫編號則列出這個伺服器在排隊的",
        ),
    ),
    "weight": (
        said("weight", "权重", "權重"),
        said(
            "Somebody's share of the GPU; for those who run the bot",
            "某人占 GPU 的份量；仅限总管理员",
            "某人佔 GPU 的份量；僅限總管理員",
        ),
    ),
    **MODERATION_COMMANDS,
}
#: How quota is changed, as the core reads it.
SIGNS = {
    "+": said("add", "增加", "增加"),
    "-": said("take", "扣除", "扣除"),
    "=": said("set what is left", "设为", "設為"),
    "每天": said("set for each day", "每天", "每天"),
}

#: What a guild decides, as the core reads it. Its answers show progress by themselves.
SETTINGS = {
    "daily": said("units a day, each", "每人每天", "每人每天"),
    "cooldown": said("cooldown in seconds", "冷却（秒）", "冷卻（秒）"),
    "queue": said("queued, each", "每人排队", "每人排隊"),
    "count": said("pictures at once", "一次张数", "一次張數"),
    "size": said(
        "largest size, such as 1024x1024", "最大尺寸，如 1024x1024", "最大尺寸，如 1024x1024"
    ),
    "ratio": said("shape, such as 16:9", "画幅，如 16:9", "畫幅，如 16:9"),
    "language": said(
        "language: zh, en or auto", "语言：中文、英文或自动", "語言：中文、英文或自動"
    ),
    "enhance": said("enhancement: on or off", "画质增强：开或关", "畫質增強：開或關"),
    "spoiler": said("hide pictures: on or off", "遮挡图片：开或关", "遮擋圖片：開或關"),
    "zone": said(
        "time zone, such as Asia/Shanghai", "时区，如 Asia/Shanghai", "時區，如 Asia/Taipei"
    ),
}

APPOINTING = {
    "add": said("appoint", "任命", "任命"),
    "remove": said("dismiss", "撤销", "撤銷"),
}
