"""The Telegram token: whether it works, and what the bot may do in groups."""

import os
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from telegram import User, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from bot.adapters.telegram.client import make_bot, make_requests
from bot.doctor.finding import Finding, broken, fine, reason, warning
from bot.settings import BotSettings

OFF = fine(
    "Telegram：未开启，要用就设 ZDRAW_TELEGRAM_TOKEN",
    "Telegram: off; ZDRAW_TELEGRAM_TOKEN turns it on",
)


async def telegram(settings: BotSettings) -> AsyncIterator[Finding]:
    """Asks the Bot API. Disturbs no bot that runs under the same token."""
    token, proxy = settings.telegram_token, settings.proxy
    if token is None:
        yield OFF
        return
    calls, polls = make_requests(proxy.get_secret_value() if proxy else None)
    bot = make_bot(token.get_secret_value(), settings.telegram_api_base, calls, polls)
    try:
        async with bot:
            me, webhook = bot.bot, await bot.get_webhook_info()
    except InvalidToken:
        # Its text contains the token.
        yield broken(
            os.EX_CONFIG,
            "Telegram 不认这个令牌：找 @BotFather 核对 ZDRAW_TELEGRAM_TOKEN",
            "Telegram refuses the token: check ZDRAW_TELEGRAM_TOKEN with @BotFather",
        )
        return
    except TelegramError as error:
        why = reason(error, token, proxy)
        yield broken(
            os.EX_UNAVAILABLE,
            f"连不上 Telegram（{why}）：检查网络；要走代理就设 ZDRAW_PROXY",
            "Telegram cannot be reached: check the network, or set ZDRAW_PROXY",
        )
        return
    yield fine(f"Telegram：机器人 @{me.username}", f"Telegram: the bot is @{me.username}")
    for finding in _in_groups(me):
        yield finding
    yield _updates(webhook, settings.telegram_webhook_url)


def _in_groups(me: User) -> list[Finding]:
    found = []
    if me.can_join_groups is False:
        found.append(
            warning(
                "Telegram：不能被加进群：要进群就在 @BotFather 里用 /setjoingroups 打开",
                "Telegram: the bot cannot be added to groups; /setjoingroups at @BotFather allows"
                " it",
            )
        )
    if me.can_read_all_group_messages is False:
        found.append(
            fine(
                "Telegram：隐私模式开着，在群里只看得到命令、回复它和 @它 的消息，"
                "看不到不带斜杠的「画 …」",
                "Telegram: privacy mode is on: in groups the bot sees commands, replies and"
                " mentions only, so 「画 …」 without a slash is not seen",
            )
        )
    elif me.can_read_all_group_messages:
        found.append(
            fine(
                "Telegram：隐私模式关着，在群里看得到所有消息，「画 …」不带斜杠也行",
                "Telegram: privacy mode is off: in groups the bot sees every message, 「画 …」 too",
            )
        )
    return found


def _updates(webhook: WebhookInfo, wanted: str | None) -> Finding:
    """How what people write comes in. `wanted` is the address in the settings."""
    # The host only: the path of a webhook is often its secret.
    host = urlsplit(webhook.url).hostname
    if wanted is None:
        if not webhook.url:
            return fine(
                "Telegram：没有设 webhook，用长轮询收消息",
                "Telegram: no webhook is set, messages are polled",
            )
        return warning(
            f"Telegram：设了 webhook（{host}），zdraw 启动时会删掉它：别的程序也在用这个机器人吗？",
            "Telegram: a webhook is set; zdraw removes it at the start."
            " Does another program use this bot?",
        )
    if webhook.url != wanted:
        return fine(
            "Telegram：webhook 还不是 ZDRAW_TELEGRAM_WEBHOOK_URL，zdraw 启动时会改",
            "Telegram: the webhook will be set to ZDRAW_TELEGRAM_WEBHOOK_URL at the start",
        )
    if webhook.last_error_message:
        return warning(
            f"Telegram：往 webhook（{host}）送消息失败过（{webhook.last_error_message}）",
            "Telegram: it could not post to the webhook; is the proxy in front of zdraw up?",
        )
    return fine(f"Telegram：webhook 已设好（{host}）", "Telegram: the webhook is set")
