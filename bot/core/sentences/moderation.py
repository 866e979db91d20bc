"""Who may draw where, and which words: what those who decide it are told, and all others."""

#: code -> (Chinese, English). Values in braces come from the call's or the refusal's data.
MODERATION: dict[str, tuple[str, str]] = {
    "where_everywhere": ("（所有群）", " (everywhere)"),
    # --- bans ---------------------------------------------------------------------------------
    "banned_them": (
        "🚫 已封禁 {who}：{length}{where}。",
        "🚫 {who} is banned for {length}{where}.",
    ),
    "banned_them_for_good": (
        "🚫 已永久封禁 {who}{where}。",
        "🚫 {who} is banned until somebody lifts it{where}.",
    ),
    "ban_ended": (
        "取消了对方 {count} 个还没画完的请求，额度已退回。",
        "{count} request(s) of theirs were cancelled and refunded.",
    ),
    "unbanned": ("✅ 已解封 {who}{where}。", "✅ {who} may draw again{where}."),
    "bans": ("🚫 现在被封禁的：", "🚫 Banned now:"),
    "no_bans": ("🚫 现在没有人被封禁。", "🚫 Nobody is banned now."),
    "for_good": ("永久", "until lifted"),
    "until": ("{wait}，到 {time}", "{wait}, until {time}"),
    "because": ("（{why}）", " ({why})"),
    "days": ("{number} 天", "{number} d"),
    "hours": ("{number} 小时", "{number} h"),
    "minutes": ("{number} 分钟", "{number} min"),
    "banned": (
        "你在这里被封禁了{why}，{wait}后（{time}）可以再画。有疑问请找管理员。",
        "You are banned from drawing here{why}, for {wait} more, until {time}. Ask an admin about "
        "it.",
    ),
    "banned_for_good": (
        "你在这里被封禁了{why}，不能画图。有疑问请找管理员。",
        "You are banned from drawing here{why}. Ask an admin about it.",
    ),
    "not_banned": (
        "对方在这个范围里没有被封禁。用 /ban list 看名单；对所有群的封禁要写 /unban 全部。",
        "They are not banned there. /ban list shows who is; a ban that holds everywhere is lifted "
        "with /unban everywhere.",
    ),
    "not_yourself": ("不能封禁自己。", "You cannot ban yourself."),
    "not_the_staff": (
        "不能封禁机器人的主人和总管理员。",
        "The bot's owners and those they appointed cannot be banned.",
    ),
    "bad_duration": (
        "没看懂封禁多久。例如：/ban 30分钟、/ban 2小时 刷屏、/ban 1天、/ban 1周、/ban 永久；"
        "不写就是 1 天。",
        "For how long? For example: /ban 30m, /ban 2h spam, /ban 1d, /ban 1w, /ban forever; "
        "nothing said is one day.",
    ),
    "ban_too_long": (
        "封禁时间要在 1 分钟到 {limit} 天之间；更久请写 /ban 永久。",
        "A ban lasts from a minute to {limit} days; longer is /ban forever.",
    ),
    # --- places -------------------------------------------------------------------------------
    "place_opened": ("✅ 这里可以画图了。", "✅ People may draw here now."),
    "place_closed": (
        "⏸ 这里停用了画图；已经在排队的会照常画完。",
        "⏸ Nobody draws here any more; what is waiting already is still drawn.",
    ),
    "place_closed_by_fleet": (
        "⏸ 这里停用了画图，群管理员不能再打开；已经在排队的会照常画完。",
        "⏸ Nobody draws here any more, and admins of the group cannot open it again; what is "
        "waiting already is still drawn.",
    ),
    "group_closed_by_fleet": (
        "⏸ 全群停用了画图，群管理员不能再打开；只有机器人的主人或总管理员"
        "单独启用的话题或频道还可以画。",
        "⏸ Nobody draws in the group any more, and its admins cannot open it again. Topics and "
        "channels that the bot's owners or those they appointed opened themselves stay open.",
    ),
    "closed_by_fleet": (
        "这是机器人的主人或总管理员停用的，群管理员不能打开。",
        "The bot's owners, or those they appointed, closed this: admins of the group cannot open "
        "it.",
    ),
    "group_opened": (
        "✅ 全群可以画图了；单独停用的话题或频道不变。",
        "✅ People may draw in the whole group now; topics and channels that were closed "
        "themselves stay so.",
    ),
    "group_closed": (
        "⏸ 全群停用了画图；单独启用的话题或频道不变，用 /here on 可以只开一处。",
        "⏸ Nobody draws in the group any more, except in topics and channels that were opened "
        "themselves: /here on opens one.",
    ),
    "place_is_open": ("✅ 这里可以画图。", "✅ People may draw here."),
    "place_is_closed": ("⏸ 这里停用了画图。", "⏸ Nobody may draw here."),
    "place_is_open_alone": (
        "✅ 这里可以画图；群里其他没有单独启用的地方不可以。",
        "✅ People may draw here, but not elsewhere in the group.",
    ),
    "place_is_closed_alone": (
        "⏸ 这里停用了画图；群里其他地方可以。",
        "⏸ Nobody may draw here, but elsewhere in the group people may.",
    ),
    "closed": (
        "这里停用了画图。可以换个话题或频道，或者私聊我。",
        "Drawing is switched off here. Try another topic or channel, or write to me in private.",
    ),
    "bad_here": (
        "没看懂。例如：/here on、/here off、/here off 全群，或单独 /here 看现在怎样。",
        "Not understood. For example: /here on, /here off, /here off group, or /here alone to see "
        "how it is.",
    ),
    # --- words --------------------------------------------------------------------------------
    "words": ("🧹 敏感词和例外，共 {count} 条：", "🧹 {count} word rule(s) and exception(s):"),
    "no_words": ("🧹 还没有敏感词。", "🧹 There are no word rules yet."),
    "words_add": ("🧹 已禁用：{words}", "🧹 Forbidden now: {words}"),
    "words_allow": ("🧹 已设为例外：{words}", "🧹 An exception now: {words}"),
    "words_remove": ("🧹 已移除：{words}", "🧹 Removed: {words}"),
    "words_hit": ("🚫 会被拒绝：有「{word}」", "🚫 It would be refused: “{word}”"),
    "words_saved": ("✅ 有「{word}」，但在例外「{by}」里", "✅ “{word}”, but within “{by}”"),
    "words_clean": ("✅ 没有敏感词。", "✅ No rule forbids that."),
    "forbidden_words": (
        "这里不能画「{words}」，请换个说法再发。这次不扣额度。",
        "“{words}” cannot be drawn here. Please put it differently; nothing was charged.",
    ),
    "empty_word": (
        "「{word}」里没有文字，不能当敏感词。",
        "“{word}” has no letters, so it cannot be a rule.",
    ),
    "too_many_words": (
        "太多了：敏感词和例外一共最多 {limit} 条，请先用 /words remove 移除一些。",
        "Too many: {limit} rules and exceptions at most. Remove some with /words remove first.",
    ),
    "no_such_word": (
        "名单里没有这个词。用 /words list 看有哪些。",
        "There is no such rule. /words list shows those there are.",
    ),
    "bad_words_wish": (
        "没看懂。例如：/words add 词、/words allow 例外、/words remove 词、/words test 一句话、"
        "/words list",
        "Not understood. For example: /words add word, /words allow exception, /words remove word, "
        "/words test a sentence, /words list",
    ),
}
