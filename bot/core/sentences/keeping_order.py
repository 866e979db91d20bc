"""What those who keep order are told, and those whom they decide about."""

#: code -> (Chinese, English). Values in braces come from the call's or the refusal's data.
KEEPING_ORDER: dict[str, tuple[str, str]] = {
    # --- answers ------------------------------------------------------------------------------
    "staff": (
        "🛡 总管理员：\n{admins}",
        "🛡 They run all groups:\n{admins}",
    ),
    "no_staff": (
        "🛡 还没有总管理员。用 /staff add 加数字编号来任命。",
        "🛡 Nobody was appointed yet: /staff add and a number does it.",
    ),
    "acts": ("📜 最近的管理操作：", "📜 What was decided lately:"),
    "no_acts": ("📜 还没有管理操作。", "📜 Nothing was decided yet."),
    "act_everywhere": ("（所有群）", "(everywhere)"),
    "act_quota": ("改额度", "quota"),
    "act_quiet": ("安静模式", "quiet mode"),
    "act_staff": ("总管理员", "staff"),
    "act_weight": ("权重", "weight"),
    "act_ban": ("封禁", "ban"),
    "act_unban": ("解封", "unban"),
    "act_open": ("启用", "open"),
    "act_close": ("停用", "close"),
    "act_words": ("敏感词", "words"),
    "act_group": ("群设置", "group settings"),
    "act_pause": ("暂停队列", "pause"),
    "act_resume": ("继续队列", "resume"),
    "act_clear": ("清空队列", "clear"),
    "act_cancel": ("取消", "cancel"),
    "act_retry": ("重画", "retry"),
    "how_to_resume": ("用 /resume 恢复。", "/resume lets it go on."),
    "queue_goes_on": ("▶️ 队列在正常处理。", "▶️ The queue goes on."),
    "clear_group": (
        "🧹 本群有 {count} 个请求在排队。要全部取消吗？额度会退回，正在画的不受影响。",
        "🧹 {count} request(s) of this group are waiting. Cancel all of them? What they cost is "
        "given back, and what is being drawn goes on.",
    ),
    "clear_all": (
        "🧹 所有群一共有 {count} 个请求在排队。要全部取消吗？额度会退回，正在画的不受影响。",
        "🧹 {count} request(s) of all groups are waiting. Cancel all of them? What they cost is "
        "given back, and what is being drawn goes on.",
    ),
    "button_clear": ("🧹 取消这 {count} 个", "🧹 Cancel these {count}"),
    "nothing_to_clear": ("🧹 没有在排队的请求。", "🧹 Nothing is waiting."),
    "cleared": ("🧹 已取消 {count} 个请求，额度已退回。", "🧹 Cancelled {count} request(s)."),
    # --- refusals -----------------------------------------------------------------------------
    "whom": (
        "没看出是谁。请回复对方的消息或对方要的图，或先写对方的数字编号或 @名字。",
        "It is not clear whom you mean. Reply to their message or to a picture they asked for, or "
        "write their number or @name first.",
    ),
    "unknown_name": (
        "不知道 @{name} 是谁：还没在这里画过图。请回复对方的消息，或写对方的数字编号。",
        "Nobody called @{name} has drawn anything yet. Reply to a message of theirs, or write "
        "their number.",
    ),
    "fleet_only": (
        "这会影响所有群，只有机器人的主人和总管理员可以做。",
        "That concerns every group: only the bot's owners and those they appointed may do it.",
    ),
    "bad_staff_wish": (
        "没看懂。例如：/staff add 123456789、/staff remove 123456789，或单独 /staff 看名单",
        "Not understood. For example: /staff add 123456789, /staff remove 123456789, or /staff "
        "alone for the list",
    ),
    "bad_clear": (
        "没看懂。单独发 /clear 清空本群的排队，/clear 全部 清空所有群的，都会先问一次。",
        "Not understood. /clear alone is about what waits in this group, /clear all about "
        "everybody's; both ask first.",
    ),
}
