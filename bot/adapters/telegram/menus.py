"""The lists that Telegram shows while a person types `/`: by place and by language."""

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError

from bot.core.commands import COMMANDS, Place
from bot.core.log import Log

#: Clients that know no finer scope take the default.
SCOPES: tuple[tuple[BotCommandScope, Place], ...] = (
    (BotCommandScopeDefault(), Place.GROUP),
    (BotCommandScopeAllPrivateChats(), Place.PRIVATE),
    (BotCommandScopeAllGroupChats(), Place.GROUP),
    (BotCommandScopeAllChatAdministrators(), Place.ADMINS),
)
#: None is for people whose language has no menu of its own.
LANGUAGES = (None, "zh")


def menu(place: Place, language: str | None) -> list[BotCommand]:
    return [
        BotCommand(command.name, command.meaning_zh if language == "zh" else command.meaning_en)
        for command in COMMANDS
        if place in command.menus
    ]


async def publish_menus(bot: Bot, log: Log) -> None:
    """Commands work without them, and the next start tries again."""
    try:
        for scope, place in SCOPES:
            for language in LANGUAGES:
                await bot.set_my_commands(
                    menu(place, language), scope=scope, language_code=language
                )
    except TelegramError as error:
        log.warning("menu_not_published", error=type(error).__name__)
