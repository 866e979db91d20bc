"""What people are told while all goes well."""

#: code -> (Chinese, English). Values in braces come from the error's or the call's data.
ANSWERS: dict[str, tuple[str, str]] = {
    # --- the life of a generation -------------------------------------------------------------
    "waiting_for_engine": (
        "⏳ 已收到。引擎还没准备好，请求已保留，准备好就画…",
        "⏳ Got it. The engine is not ready yet; your request is kept and drawn when it is…",
    ),
    "waiting_unmeasured": (
        "⏳ 排队中：前面 {ahead} 张…",
        "⏳ In the queue: {ahead} picture(s) ahead…",
    ),
    "next_in_line": ("⏳ 已收到，约 {seconds} 秒…", "⏳ Got it, about {seconds} s…"),
    "waiting": (
        "⏳ 排队中：前面 {ahead} 张，约 {seconds} 秒…",
        "⏳ In the queue: {ahead} picture(s) ahead, about {seconds} s…",
    ),
    "drawing": ("🎨 正在画…", "🎨 Drawing…"),
    "drawing_step": ("🎨 正在画… 第 {step}/{steps} 步", "🎨 Drawing… step {step}/{steps}"),
    "picture_facts": (
        "{width}×{height} · 种子 {seed} · #{id}",
        "{width}×{height} · seed {seed} · #{id}",
    ),
    "reopened": ("🎨 你的请求有结果了…", "🎨 There is news about your request…"),
    "failed": (
        "❌ 没能画成：{reason}（编号 #{id}）",
        "❌ Could not draw it: {reason} (id #{id})",
    ),
    "not_shown": (
        "🎨 图画好了，但没能在这里显示：若群里不许发图片，请让管理员允许，再点 🔁（编号 #{id}）",
        "🎨 The picture is drawn but could not be shown here: if pictures are not allowed, ask an "
        "admin to allow them, then press 🔁 (id #{id})",
    ),
    "cancelled": ("已取消。", "Cancelled."),
    "cancelled_early": (
        "已取消，这张图没有开始画，也不计额度。",
        "Cancelled: this picture was not begun, and costs nothing.",
    ),
    "cancelled_by_admin": (
        "🧹 管理员取消了这个请求，不计额度。",
        "🧹 An admin cancelled this request; it costs nothing.",
    ),
    "expired": (
        "⌛ 等得太久还没轮到，已自动取消。点 🔁 可重新排队。",
        "⌛ Its turn did not come for too long, so it was dropped. Press 🔁 to queue it again.",
    ),
    "ping_done": ("🎨 你的图画好了 ☝️", "🎨 Your picture is ready ☝️"),
    "ping_ended": ("你的请求有结果了 ☝️", "There is news about your request ☝️"),
    "button_cancel": ("❌ 取消", "❌ Cancel"),
    "button_again": ("🔁 再来", "🔁 Again"),
    "button_edit": ("✏️ 改词", "✏️ Edit"),
    "button_original": ("📄 原图", "📄 Original"),
    "button_delete": ("🗑 删除", "🗑 Delete"),
    "button_draw": ("🎨 画", "🎨 Draw"),
    # --- answers to commands ------------------------------------------------------------------
    "ask_prompt": (
        "✏️ 想画什么？请回复这条消息，例如：\n一位穿着汉服的女孩站在樱花树下",
        "✏️ What shall I draw? Reply to this message, for example:\n"
        "a red fox in the snow, morning light",
    ),
    "ask_edit": (
        "✏️ 把 #{id} 的文字改好，再回复这条消息发给我：",
        "✏️ Change the words of #{id} and send them as a reply to this message:",
    ),
    "change_title": ("改图", "Change a picture"),
    "change_label": ("改成什么样", "What to change"),
    "change_hint": ("换成夜景 改动 小", "make it night --strength small"),
    "toast_queued": ("已排队", "Queued"),
    "toast_cancelled": ("已取消", "Cancelled"),
    "toast_sent": ("这就发来", "On its way"),
    "toast_done": ("好了", "Done"),
    "toast_busy": (
        "这里要发的文件太多，请过一会儿再点",
        "Too many files are waiting here. Press again in a while",
    ),
    "toast_asked": ("请回复下面的消息", "Please reply to the message below"),
    "toast_removed": ("已删除", "Deleted"),
    "cancelled_many": ("已取消 {count} 个请求。", "Cancelled {count} request(s)."),
    "original": ("📄 #{id}", "📄 #{id}"),
    "original_of_many": ("📄 #{id} · {number}/{count}", "📄 #{id} · {number}/{count}"),
    "original_not_sent": (
        "📄 #{id} 的原图发不过来：文件太大，或者这里不许发文件。"
        "可以请管理员允许，或写「尺寸」画小一点。",
        "📄 The original of #{id} cannot be sent: it is too large, or files are not allowed here. "
        "Ask an admin to allow them, or draw it smaller.",
    ),
    "not_erased": (
        "🗑 #{id} 的消息太旧或权限不够，我删不掉。请在聊天里手动删除，群里的请管理员来删。",
        "🗑 The message of #{id} is too old for me, or I lack the right. Please delete it by hand; "
        "in a group its admins can.",
    ),
    "privacy_mode": (
        "🔒 群里的隐私模式：机器人只看得到以 / 开头、提到它或回复它的消息，别的都看不到。"
        "群里有几个机器人时，请写 {call}。",
        "🔒 Privacy mode in groups: a bot sees only what begins with /, mentions it or replies to "
        "it, and nothing else. Where there are several bots, write {call}.",
    ),
    "still_wanted": (
        "🕰 这条消息来的时候我不在线。还要画吗？",
        "🕰 I was offline when you sent this. Still want it?",
    ),
    "quiet_on": (
        "🤫 安静模式已开：不再发排队进度，收到用 👀、画好用 👌 表示。",
        "🤫 Quiet mode is on: no progress messages. 👀 means received, 👌 means done.",
    ),
    "quiet_off": ("🔔 安静模式已关。", "🔔 Quiet mode is off."),
    "is_quiet": (
        "🤫 这里是安静模式，发 /quiet off 可关闭（群里要管理员发）。",
        "🤫 Quiet mode is on here; /quiet off ends it (in a group, sent by an admin).",
    ),
    "is_not_quiet": (
        "🔔 这里没有开安静模式，发 /quiet on 可打开（群里要管理员发）：不发排队进度，"
        "只用 👀 和 👌 表示。",
        "🔔 Quiet mode is off here; /quiet on starts it (in a group, sent by an admin): no "
        "progress messages, only 👀 and 👌.",
    ),
    # --- /queue -------------------------------------------------------------------------------
    "queue_mine": ("📋 你在排队的请求：", "📋 Your requests in the queue:"),
    "queue_none": ("📋 你没有在排队的请求。", "📋 You have nothing in the queue."),
    "queue_waiting": (
        "{number}. #{id}「{prompt}」前面 {ahead} 张，约 {seconds} 秒",
        "{number}. #{id} “{prompt}”: {ahead} picture(s) ahead, about {seconds} s",
    ),
    "queue_unmeasured": (
        "{number}. #{id}「{prompt}」前面 {ahead} 张",
        "{number}. #{id} “{prompt}”: {ahead} picture(s) ahead",
    ),
    "queue_drawing": ("{number}. #{id}「{prompt}」正在画", "{number}. #{id} “{prompt}”: drawing"),
    "queue_more": ("…还有 {count} 个", "…and {count} more"),
    "queue_elsewhere": (
        "另有 {count} 个在别的聊天里，私聊我可以看到。",
        "{count} more in other chats; ask me in private to see them.",
    ),
    "queue_paused": (
        "⏸ 队列已暂停。请求照收，都保留着，恢复后接着画。",
        "⏸ The queue is paused. Requests are accepted and kept, and drawn when it goes on.",
    ),
    "queue_paused_why": (
        "⏸ 队列已暂停：{reason}。请求照收，都保留着，恢复后接着画。",
        "⏸ The queue is paused: {reason}. Requests are accepted and kept, and drawn when it goes "
        "on.",
    ),
    "queue_all": ("大家一共有 {count} 个请求。", "{count} request(s) of everybody."),
    "engine_ready": ("引擎正常。", "The engine is ready."),
    "engine_away": (
        "引擎还没准备好，请求都保留着，准备好就画。",
        "The engine is not ready; requests are kept and drawn when it is.",
    ),
    "button_cancel_number": ("❌ {number}", "❌ {number}"),
    # --- Discord ------------------------------------------------------------------------------
    "cannot_arrive": (
        "⌛ 还没轮到，而 Discord 只让我在一刻钟内回复这里，之后画好的图发不过来了。"
        "请求还在排队，画好后用 /show {id} 来看。",
        "⌛ Its turn has not come, and Discord lets me answer here for a quarter of an hour only. "
        "A picture drawn later cannot be sent, but it stays in the queue: get it with /show {id}.",
    ),
    "lacks_permissions": (
        "ℹ️ 我在这里缺少权限：{permissions}。等得超过一刻钟的图会发不到这里，请管理员给我勾选。",
        "ℹ️ I lack permissions here: {permissions}. A picture that takes more than a quarter of an "
        "hour cannot be sent; please ask an admin to tick them for me.",
    ),
    "permission_view_channel": ("查看频道 (View Channel)", "View Channel"),
    "permission_send_messages": ("发送消息 (Send Messages)", "Send Messages"),
    "permission_send_messages_in_threads": (
        "在子区内发送消息 (Send Messages in Threads)",
        "Send Messages in Threads",
    ),
    "permission_attach_files": ("附加文件 (Attach Files)", "Attach Files"),
    "form_title": ("✏️ 改词", "✏️ Edit"),
    "form_label": ("想画什么，参数写在最后", "What to draw; options go at the end"),
    # --- quota --------------------------------------------------------------------------------
    "price": (" 🎟 {price}", " 🎟 {price}"),
    "quota_unlimited": (
        "🎟 这里不限额度，想画就画。",
        "🎟 Nothing is limited here: draw as you like.",
    ),
    "quota_left": (
        "🎟 额度还剩 {left}（每天 {allowance}），{wait}后重置（{time}）。",
        "🎟 {left} left of your quota ({allowance} a day); renewed in {wait} ({time}).",
    ),
    "pool_left": (
        "👥 全群还剩 {left}（每天 {allowance}），{wait}后重置（{time}）。",
        "👥 The group has {left} left ({allowance} a day); renewed in {wait} ({time}).",
    ),
    "pool_unlimited": (
        "👥 全群没有总额度的限制。",
        "👥 The group as a whole is not limited.",
    ),
    "quota_changed": (
        "🎟 {who} 现在还剩 {left}，每天 {allowance}。",
        "🎟 {who} has {left} left now, and {allowance} a day.",
    ),
    "quota_changed_unlimited": (
        "🎟 {who}：记下了；现在不限额度，用「每天 20」这样的写法才会限制。",
        "🎟 {who}: noted; not limited at the moment. “daily 20” would limit it.",
    ),
    "quota_of": ("👤 {who}", "👤 {who}"),
    "quota_of_the_group": ("全群", "The group"),
    "entry_grant": ("每日额度", "daily quota"),
    "entry_reserve": ("画图 #{id}", "picture #{id}"),
    "entry_settle": ("已送达 #{id}", "delivered #{id}"),
    "entry_refund": ("退回 #{id}", "given back #{id}"),
    "entry_expiry": ("过期", "expired"),
    "entry_change": ("管理员调整", "changed by an admin"),
    "entry_adjust": ("每日额度变了", "daily quota changed"),
    "entry_allowance": ("每天 {allowance}", "{allowance} a day"),
    "in_days": ("约 {number} 天", "about {number} days"),
    "in_hours": ("约 {number} 小时", "about {number} h"),
    "in_minutes": ("约 {number} 分钟", "about {number} min"),
    "in_seconds": ("{number} 秒", "{number} s"),
}
