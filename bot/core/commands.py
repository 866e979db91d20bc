"""The commands people have, in one table: the menu, /help, docs and text triggers use it."""

from dataclasses import dataclass


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
        name="help",
        triggers=("帮助",),
        meaning_zh="怎么用",
        meaning_en="how to use this bot",
        example="/help",
    ),
    Command(name="start", meaning_zh="打个招呼", meaning_en="say hello", example="/start"),
)


def command_rows(locale: str) -> list[tuple[str, str]]:
    """(how to call it, what it does) for /help; Chinese for locales in `zh`."""
    if not locale.startswith("zh"):
        return [(f"/{command.name}", command.meaning_en) for command in COMMANDS]
    return [
        ("、".join((f"/{command.name}", *command.triggers)), command.meaning_zh)
        for command in COMMANDS
    ]


def commands_markdown() -> str:
    """The table in docs/commands.md."""
    lines = ["| 命令 Command | 中文 Chinese | 含义 Meaning | 例 Example |", "|---|---|---|---|"]
    for command in COMMANDS:
        triggers = " ".join(f"`{trigger}`" for trigger in command.triggers) or "–"
        meaning = f"{command.meaning_zh}<br>{command.meaning_en}"
        lines.append(f"| `/{command.name}` | {triggers} | {meaning} | `{command.example}` |")
    return "\n".join(lines)
