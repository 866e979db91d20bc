"""The text of /help and /start, and the table in docs/commands.md, made from those of commands and
options."""

from collections.abc import Mapping

from bot.core.commands import COMMANDS, command_rows
from bot.core.draw_options import help_rows
from bot.core.replies import reply

INTRODUCTION = {
    "zh": "我用 Z-Image 画画。发 /draw 加上你想看的画面，例如：\n"
    "/draw 一位穿着汉服的女孩站在樱花树下",
    "en": "I draw with Z-Image. Send /draw and what you want to see, for example:\n"
    "/draw a red fox in the snow, morning light",
}
HEADINGS = {"zh": ("命令", "写在描述后面的参数"), "en": ("Commands", "Options, after the prompt")}


def help_text(
    locale: str, *, start: bool, call: str | None = None, own: Mapping[str, str] | None = None
) -> str:
    """/start is the introduction and the commands; /help adds the options. `call`: how /draw is
    written in a group, where the bot reads little of what is said. `own`: the commands of a
    platform that has others, and what they do."""
    language = "en" if locale == "en" else "zh"
    commands, options = HEADINGS[language]
    rows = command_rows(language, in_group=call is not None)
    if own is not None:
        rows = [(f"/{name}", meaning) for name, meaning in own.items()]
    parts = [INTRODUCTION[language], _section(commands, rows)]
    if not start:
        parts.append(_section(options, help_rows(language)))
    if call is not None:
        parts[0] = parts[0].replace("/draw", call)
        parts.append(reply("privacy_mode", language, call=call))
    return "\n\n".join(parts)


def _section(heading: str, rows: list[tuple[str, str]]) -> str:
    return "\n".join([heading, *(f"{example} — {meaning}" for example, meaning in rows)])


def commands_markdown() -> str:
    """The table in docs/commands.md."""
    lines = ["| 命令 Command | 中文 Chinese | 含义 Meaning | 例 Example |", "|---|---|---|---|"]
    for command in COMMANDS:
        triggers = " ".join(f"`{trigger}`" for trigger in command.written_triggers()) or "–"
        meaning = f"{command.meaning_zh}<br>{command.meaning_en}"
        lines.append(f"| `/{command.name}` | {triggers} | {meaning} | `{command.example}` |")
    return "\n".join(lines)
