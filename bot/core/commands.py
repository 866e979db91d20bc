"""The commands people have, in one table: the menu, /help, docs and text triggers use it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto


class Place(Enum):
    """Where a command is worth listing."""

    PRIVATE = auto()
    GROUP = auto()
    #: For the admins of a group.
    ADMINS = auto()


EVERYWHERE = frozenset(Place)


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command. Telegram allows only ASCII names, so Chinese ones are text triggers."""

    name: str
    meaning_zh: str
    meaning_en: str
    example: str
    #: Chinese words that call it, with or without a slash.
    triggers: tuple[str, ...] = ()
    #: With a slash, its text may follow the trigger without a space: 「/画一只猫」.
    takes_text: bool = False
    #: Without a slash, a trigger means it only with one of these words: it is a common word.
    words: tuple[str, ...] = ()
    #: What a trigger says beside the name: 「停用」 is `/here off`.
    spoken: Mapping[str, str] = field(default_factory=dict)
    #: Without a slash or a mention its triggers are talk, in private too; in groups all are: see
    #: text_trigger.py.
    slash_or_mention: bool = False
    #: The menus that list it; it works in the others as well.
    menus: frozenset[Place] = EVERYWHERE

    def written_triggers(self, *, in_group: bool = False) -> tuple[str, ...]:
        """As one has to write them."""
        slash = "/" if self.slash_or_mention or in_group else ""
        return tuple(f"{slash}{trigger}" for trigger in self.triggers)


COMMANDS: tuple[Command, ...] = (
    Command(
        name="draw",
        triggers=("画", "画图", "绘画"),
        takes_text=True,
        meaning_zh="画一张图",
        meaning_en="draw a picture",
        example="/draw 一只猫 横图",
    ),
    Command(
        name="edit",
        triggers=("改图",),
        takes_text=True,
        meaning_zh="改一张图：回复它，或和图一起发",
        meaning_en="change a picture: in reply to it, or sent along with it",
        example="/edit 换成夜景 改动 小",
    ),
    Command(
        name="again",
        triggers=("再来一张", "再来"),
        meaning_zh="同样的描述再画一张",
        meaning_en="draw the same words again",
        example="/again",
    ),
    Command(
        name="cancel",
        triggers=("取消",),
        meaning_zh="取消我最近的一张",
        meaning_en="cancel my latest picture",
        example="/cancel",
    ),
    Command(
        name="queue",
        triggers=("排队", "队列"),
        meaning_zh="看排到哪了，可以取消",
        meaning_en="see how far my requests are",
        example="/queue",
    ),
    Command(
        name="show",
        triggers=("看图",),
        meaning_zh="再发一次画好的图，可写 # 后面的编号",
        meaning_en="post a finished picture again; its id stands behind #",
        example="/show k3v9x2ab",
    ),
    Command(
        name="info",
        triggers=("查看参数", "参数"),
        meaning_zh="一张图是怎么画的：描述、种子、参数、用时",
        meaning_en="how a picture was drawn: words, seed, settings, time",
        example="/info k3v9x2ab",
    ),
    Command(
        name="loras",
        triggers=("风格模型",),
        meaning_zh="有哪些 LoRA 风格模型，和它们的触发词",
        meaning_en="which LoRA files there are, and their trigger words",
        example="/loras",
    ),
    Command(
        name="history",
        triggers=("历史", "我的图"),
        meaning_zh="翻看我的图（私聊）",
        meaning_en="my pictures, page by page (in private)",
        example="/history",
        menus=frozenset({Place.PRIVATE}),
    ),
    Command(
        name="export",
        triggers=("导出",),
        meaning_zh="打包发来存着的我的全部数据（私聊）",
        meaning_en="everything stored of me, as a file (in private)",
        example="/export",
        menus=frozenset({Place.PRIVATE}),
    ),
    Command(
        name="forget",
        triggers=("忘记我",),
        meaning_zh="删除我的描述和图片文件，会先问一次（私聊）",
        meaning_en="delete my words and files; asks first (in private)",
        example="/forget",
        menus=frozenset({Place.PRIVATE}),
    ),
    Command(
        name="quiet",
        triggers=("安静",),
        words=("开", "关"),
        meaning_zh="安静模式：不发排队进度，写 on 或 off（群管理员）",
        meaning_en="quiet mode: no progress messages; on or off (group admins)",
        example="/quiet on",
        menus=frozenset({Place.PRIVATE, Place.ADMINS}),
    ),
    Command(
        name="quota",
        triggers=("额度", "余额"),
        meaning_zh="看还能画多少；管理员也用它改别人的额度",
        meaning_en="see how much you may draw; admins change other people's quota with it",
        example="/quota",
    ),
    Command(
        name="group",
        triggers=("群设置",),
        meaning_zh="群设置：额度、冷却、排队、尺寸、画幅、语言等；群管理员可以改",
        meaning_en="what holds in this group: quota, cooldown, size, language (admins change it)",
        example="/group 冷却 30秒",
        menus=frozenset({Place.PRIVATE, Place.ADMINS}),
    ),
    Command(
        name="audit",
        triggers=("审计",),
        slash_or_mention=True,
        meaning_zh="看谁改过什么；可回复某人只看他的（群管理员）",
        meaning_en="who decided what; in reply to somebody, about them (group admins)",
        example="/audit",
        menus=frozenset({Place.ADMINS}),
    ),
    Command(
        name="ban",
        triggers=("封禁",),
        slash_or_mention=True,
        meaning_zh="不让某人画图，回复对方，可写多久和原因；list 看名单（群管理员）",
        meaning_en="ban somebody from drawing, in reply to them; list shows who is (group admins)",
        example="/ban 1天 刷屏",
        menus=frozenset({Place.ADMINS}),
    ),
    Command(
        name="unban",
        triggers=("解封",),
        slash_or_mention=True,
        meaning_zh="解除封禁，回复对方（群管理员）",
        meaning_en="lift a ban, in reply to them (group admins)",
        example="/unban",
        menus=frozenset({Place.ADMINS}),
    ),
    Command(
        name="here",
        triggers=("启用", "停用"),
        slash_or_mention=True,
        spoken={"启用": "on", "停用": "off"},
        meaning_zh="看这里能不能画；用 on、off 启用、停用，后加「全群」管整个群（群管理员）",
        meaning_en="may people draw here? on or off, with “group” for all of it (group admins)",
        example="/here off",
        menus=frozenset({Place.ADMINS}),
    ),
    Command(
        name="words",
        triggers=("敏感词",),
        slash_or_mention=True,
        meaning_zh="敏感词：add、remove、allow（例外）、test、list（群管理员）",
        meaning_en="word rules: add, remove, allow (exceptions), test, list (group admins)",
        example="/words add 词",
        menus=frozenset({Place.ADMINS}),
    ),
    Command(
        name="staff",
        meaning_zh="任命或撤销总管理员（机器人的主人）",
        meaning_en="appoint those who run all groups (the bot's owners)",
        example="/staff add 123456789",
        menus=frozenset(),
    ),
    Command(
        name="pause",
        triggers=("暂停",),
        slash_or_mention=True,
        meaning_zh="暂停整个队列，可写原因（总管理员）",
        meaning_en="pause the whole queue, with a reason or without (those who run the bot)",
        example="/pause 换显卡",
        menus=frozenset(),
    ),
    Command(
        name="resume",
        triggers=("继续", "恢复"),
        slash_or_mention=True,
        meaning_zh="恢复队列（总管理员）",
        meaning_en="let the queue go on (those who run the bot)",
        example="/resume",
        menus=frozenset(),
    ),
    Command(
        name="clear",
        triggers=("清空",),
        slash_or_mention=True,
        meaning_zh="取消本群在排队的请求，会先问一次；全部 是所有群的（群管理员）",
        meaning_en="cancel what waits here, or `all` there is; asks first (group admins)",
        example="/clear",
        menus=frozenset({Place.ADMINS}),
    ),
    Command(
        name="job",
        triggers=("任务",),
        slash_or_mention=True,
        meaning_zh="看一个请求的进展、用时和错误；不写编号则列出本群在排队的（群管理员）",
        meaning_en="how a request fares; without an id, all that wait here (group admins)",
        example="/job k3v9x2ab",
        menus=frozenset({Place.ADMINS}),
    ),
    Command(
        name="weight",
        triggers=("权重",),
        slash_or_mention=True,
        meaning_zh="某人占 GPU 的份量，0.1 到 10，平常是 1（总管理员）",
        meaning_en="somebody's share of the GPU, 0.1 to 10; 1 is usual (those who run the bot)",
        example="/weight 123456789 2",
        menus=frozenset(),
    ),
    Command(
        name="help",
        triggers=("帮助",),
        meaning_zh="怎么用",
        meaning_en="how to use this bot",
        example="/help",
    ),
    Command(
        name="start",
        meaning_zh="打个招呼",
        meaning_en="say hello",
        example="/start",
        # Telegram has a button of its own for it.
        menus=frozenset(),
    ),
)


#: Those of the admin desk.
MANAGED = frozenset(
    {
        *("quota", "group", "quiet", "staff", "audit", "pause", "resume", "clear", "job"),
        *("weight", "ban", "unban", "here", "words"),
    }
)
#: Of those, what decides something without a word more.
DECIDING_ALONE = frozenset({"pause", "resume", "ban", "unban"})


def command_rows(locale: str, *, in_group: bool = False) -> list[tuple[str, str]]:
    """(how to call it, what it does) for /help; Chinese for locales in `zh`."""
    if not locale.startswith("zh"):
        return [(f"/{command.name}", command.meaning_en) for command in COMMANDS]
    return [
        (
            "、".join((f"/{command.name}", *command.written_triggers(in_group=in_group))),
            command.meaning_zh,
        )
        for command in COMMANDS
    ]
