"""What is said in Discord in place of the same sentence elsewhere: its commands are called by other
names there, and take options instead of words."""

#: code -> (Chinese, English), with the data of the sentence that it stands for.
DISCORD: dict[str, tuple[str, str]] = {
    # --- answers ------------------------------------------------------------------------------
    "no_staff": (
        "🛡 还没有总管理员。用 /admin staff 选「任命」和成员来任命。",
        "🛡 Nobody was appointed yet: /admin staff with “appoint” and a user does it.",
    ),
    "how_to_resume": ("用 /admin resume 恢复。", "/admin resume lets it go on."),
    "group_closed": (
        "⏸ 整个服务器停用了画图；单独启用的频道不变，用 /admin here 可以只开一处。",
        "⏸ Nobody draws in the server any more, except in channels that were opened themselves: "
        "/admin here opens one.",
    ),
    "quota_changed_unlimited": (
        "🎟 {who}：记下了；现在不限额度，/admin quota 的「每天」才会限制。",
        "🎟 {who}: noted; not limited at the moment. “set for each day” in /admin quota would "
        "limit it.",
    ),
    "panel_hint": (
        "别的值用 /admin group 填：选一项设置，再写值，例如 45秒、Asia/Shanghai、默认",
        "Any other value can be given to /admin group: a setting, and 45s, Europe/Berlin or usual",
    ),
    "panel_hint_own": (
        "别的值用 /admin group 填：选一项设置，再写值，例如 3:2、Asia/Shanghai、默认",
        "Any other value can be given to /admin group: a setting, and 3:2, Europe/Berlin or usual",
    ),
    # --- refusals -----------------------------------------------------------------------------
    "strength_needs_picture": (
        "「改动」要有一张图：请用 /edit 附上一张；只按文字画请去掉它。",
        "“--strength” needs a picture: send one along with /edit. Without one, leave it out.",
    ),
    "others_picture": (
        "这张图是别人用自己的图片改的，只有本人能再画。想接着改，请在这条消息的「应用」菜单里选「改图」。",
        "It was made from a picture of somebody else's, and only they can draw it again. To go on "
        "from here, choose “Change picture” in the Apps menu of this message.",
    ),
    "whom": (
        "没看出是谁。请在「成员」里选一个人。",
        "It is not clear whom you mean. Choose somebody as the user.",
    ),
    "no_pool": (
        "这个服务器还没有总额度，管理员只能往下调。请机器人的主人先设一个："
        "/admin quota，方式选「每天」，打开「整个服务器」。",
        "This server has no pool yet, so its admins can only lower quota. Ask the bot's owner to "
        "set one: /admin quota with “set for each day” and pool.",
    ),
    "no_pool_here": (
        "这个服务器每人每天最多 {limit}。要更多，得先有总额度，请机器人的主人设一个："
        "/admin quota，方式选「每天」，打开「整个服务器」。",
        "In this server everybody gets at most {limit} a day. More takes a pool; ask the bot's "
        "owner to set one: /admin quota with “set for each day” and pool.",
    ),
    "bad_quota": (
        "还少点什么：/admin quota 要选成员和方式，并填上数量；只有「每天」可以不填。",
        "Something is missing: /admin quota takes a user, how to change it and an amount, which "
        "“set for each day” alone can do without.",
    ),
    "bad_group": (
        "没看懂。请在 /admin group 里选一项设置，再填值。",
        "Not understood. Choose a setting in /admin group, and give it a value.",
    ),
    "bad_staff_wish": (
        "没看懂。/admin staff 要选「任命」或「撤销」和成员；都不选则列出名单。",
        "Not understood. /admin staff takes “appoint” or “dismiss” and a user; without them it "
        "lists those there are.",
    ),
    "bad_clear": (
        "没看懂。/admin clear 清空这个服务器的排队，打开「所有群」则清空所有的，都会先问一次。",
        "Not understood. /admin clear is about what waits in this server, with “everywhere” about "
        "everybody's; both ask first.",
    ),
    "which_job": (
        "看不出是哪个请求。请在 /admin job 里填 # 后面的编号。",
        "I cannot tell which request you mean. Give /admin job the id behind #.",
    ),
    "bad_weight": (
        "/admin weight 的权重要在 {least} 到 {most} 之间。",
        "A weight for /admin weight is from {least} to {most}.",
    ),
    # --- refusals: moderation -----------------------------------------------------------------
    "not_banned": (
        "对方在这个范围里没有被封禁。/admin ban 不填成员可以看名单；"
        "对所有群的封禁要在 /admin unban 里打开「所有群」。",
        "They are not banned there. /admin ban without a user shows who is; a ban that holds "
        "everywhere is lifted by /admin unban with “everywhere”.",
    ),
    "bad_duration": (
        "没看懂封禁多久。/admin ban 的「多久」可以写 30分钟、2小时、1天、1周、永久；"
        "不写就是 1 天。",
        "For how long? The duration of /admin ban is 30m, 2h, 1d, 1w or forever; nothing said is "
        "one day.",
    ),
    "ban_too_long": (
        "封禁时间要在 1 分钟到 {limit} 天之间；更久请在 /admin ban 里写「永久」。",
        "A ban lasts from a minute to {limit} days; longer is “forever” in /admin ban.",
    ),
    "bad_here": (
        "没看懂。/admin here 可以选「启用」或「停用」；不选则看现在怎样。",
        "Not understood. /admin here takes “on” or “off”; without one it says how it is.",
    ),
    "too_many_words": (
        "太多了：敏感词和例外一共最多 {limit} 条，请先用 /admin words 的「移除」移除一些。",
        "Too many: {limit} rules and exceptions at most. Remove some with /admin words first.",
    ),
    "no_such_word": (
        "名单里没有这个词。用 /admin words 的「列表」看有哪些。",
        "There is no such rule. “list” in /admin words shows those there are.",
    ),
    "bad_words_wish": (
        "没看懂。/admin words 除了「列表」，都要填上文字。",
        "Not understood. But for “list”, /admin words takes a text.",
    ),
}
