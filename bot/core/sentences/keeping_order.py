"""What those who keep order are told, and those whom they decide about."""

#: code -> (Chinese, English). Values in braces come from the call's or the refusal's data.
KEEPING_ORDER: dict[str, tuple[str, str]] = {
    # --- answers ------------------------------------------------------------------------------
    "staff": (
        "🛡 总管理员：\n{admins}",
        "🛡 They run all groups:\n{admins}",
    ),
    "appointed": ("🛡 {who} 现在是总管理员。", "🛡 {who} runs all groups now."),
    "dismissed": ("🛡 {who} 不再是总管理员。", "🛡 {who} runs all groups no longer."),
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
    "act_remove": ("删图", "delete picture"),
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
    "nothing_waits": ("📋 没有在排队的请求。", "📋 Nothing is waiting."),
    "cleared": ("🧹 已取消 {count} 个请求，额度已退回。", "🧹 Cancelled {count} request(s)."),
    "job": ("📄 #{id} {state}", "📄 #{id} {state}"),
    "job_by": ("请求人 {who} · 聊天 {chat}", "Asked by {who} · chat {chat}"),
    "job_facts": (
        "{width}×{height} · {steps} 步 · {count} 张 · 种子 {seed} · 🎟 {price}",
        "{width}×{height} · {steps} steps · {count} picture(s) · seed {seed} · 🎟 {price}",
    ),
    "job_asked": ("提交 {moment}", "asked {moment}"),
    "job_handed_over": ("交给引擎 {moment}", "handed over {moment}"),
    "job_begun": ("开画 {moment}", "begun {moment}"),
    "job_ended": ("结束 {moment}", "ended {moment}"),
    "job_waited": ("等了 {seconds} 秒", "waited {seconds} s"),
    "job_drawn": ("，画了 {seconds} 秒", ", drawn for {seconds} s"),
    "job_attempts": (
        " · 交给引擎 {attempts} 次，计 {counted} 次中断",
        " · handed over {attempts} time(s), {counted} interruption(s) counted",
    ),
    "job_error": ("错误 {code} {reason}", "Error {code} {reason}"),
    "job_ended_by_admin": ("由管理员取消。", "Cancelled by an admin."),
    "job_delivery": ("送达：{delivery} {reason}", "Delivery: {delivery} {reason}"),
    "job_parent": ("由 #{id} 而来", "Made from #{id}"),
    "jobs": ("📋 在排队和正在画的：", "📋 Waiting and being drawn:"),
    "job_line": (
        "{number}. #{id} {who} {state} {age} {prompt}",
        "{number}. #{id} {who} {state} {age} {prompt}",
    ),
    "state_queued": ("排队中", "waiting"),
    "state_running": ("已交给引擎", "handed over"),
    "state_drawing": ("正在画", "being drawn"),
    "state_finished": ("已画好", "finished"),
    "state_failed": ("失败", "failed"),
    "state_cancelled": ("已取消", "cancelled"),
    "state_expired": ("过期", "expired"),
    "delivery_pending": ("还没有", "not yet"),
    "delivery_sending": ("正在送", "on its way"),
    "delivery_done": ("已送到", "done"),
    "delivery_undeliverable": ("送不到", "not possible"),
    "delivery_held": ("等人审看", "held for review"),
    "button_retry": ("🔂 原样重画", "🔂 Draw it again"),
    "button_jobs": ("📋 排队", "📋 Queue"),
    "button_next": ("➡️", "➡️"),
    "button_previous": ("⬅️", "⬅️"),
    "retried": (
        "🔂 #{id} 已替对方原样重新排队：",
        "🔂 #{id} was queued again for whoever asked for it:",
    ),
    "weight": (
        "⚖️ {who} 的权重是 {weight}（平常是 1）：排队时占 GPU 的份量。",
        "⚖️ The weight of {who} is {weight} (1 is usual): their share of the GPU while others wait.",
    ),
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
    "not_a_person": (
        "这是一个群或频道的身份，不是一个人。请写对方的数字编号或 @名字。",
        "That speaks as a group or a channel and is nobody in particular. Write the person's "
        "number or @name.",
    ),
    "pool_is_the_fleets": (
        "全群的总额度由机器人的主人或总管理员来定。",
        "A group's pool is decided by the bot's owners and those they appointed.",
    ),
    "private_is_the_fleets": (
        "私聊里的额度由机器人的主人或总管理员来改。",
        "Quota in private chats is changed by the bot's owners and those they appointed.",
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
    "which_job": (
        "看不出是哪个请求。请写 # 后面的编号，例如 /job k3v9x2ab，或回复那张图。",
        "I cannot tell which request you mean. Write the id behind #, as in /job k3v9x2ab, or "
        "reply to the picture.",
    ),
    "not_retried": (
        "只有失败、过期或取消的请求可以原样重画，#{id} 不是。",
        "Only what failed, expired or was cancelled is drawn again; #{id} is none of these.",
    ),
    "retry_waits": (
        "已经在重画了，就是 #{id}。等它有了结果再说。",
        "It is being drawn again already, as #{id}. Wait for that one.",
    ),
    "retry_drawn": (
        "已经重画好了，就是 #{id}。",
        "It was drawn again already: that is #{id}.",
    ),
    "retried_enough": (
        "已经重画过 {limit} 次，都没成，不再替对方重画。请对方换个写法再发。",
        "It was drawn again {limit} times without success, and is not any more. Let them ask in "
        "other words.",
    ),
    "not_drawn_for_them": (
        "没能替 {who} 重画。对方会看到的原因是：{told}",
        "It could not be queued for {who}, who would be told: {told}",
    ),
    "private_request": (
        "这张只给本人看，别人没法把结果送到。请本人自己再画。",
        "That one is for its requester's eyes, and nobody else can have it sent to them. Let them "
        "ask again.",
    ),
    "bad_weight": (
        "权重要在 {least} 到 {most} 之间，例如回复对方发 /weight 2，或 /weight 123456789 2",
        "A weight is from {least} to {most}, as in /weight 2 in reply to them, or /weight "
        "123456789 2",
    ),
}
