"""What people are told of what is stored of them."""

#: code -> (Chinese, English). Values in braces come from the call's or the refusal's data.
MY_DATA: dict[str, tuple[str, str]] = {
    # --- /history -----------------------------------------------------------------------------
    "history": ("🗂 你的图，新的在前：", "🗂 Your pictures, newest first:"),
    "history_none": (
        "🗂 还没有你的图。发 /draw 加上描述就能画。",
        "🗂 There is nothing of yours yet. Send /draw and what you want to see.",
    ),
    "history_line": (
        "{number}. #{id}「{prompt}」{time} {outcome}",
        "{number}. #{id} “{prompt}” {time} {outcome}",
    ),
    "button_newer": ("◀ 更新的", "◀ Newer"),
    "button_older": ("更早的 ▶", "Older ▶"),
    "outcome_queued": ("⏳ 在排队", "⏳ waiting"),
    "outcome_drawing": ("🎨 正在画", "🎨 being drawn"),
    "outcome_finished": ("✅ 画好了", "✅ drawn"),
    "outcome_failed": ("❌ 没画成", "❌ failed"),
    "outcome_cancelled": ("已取消", "cancelled"),
    "outcome_expired": ("⌛ 没轮到", "⌛ expired"),
    "outcome_removed": ("🗑 已删除", "🗑 deleted"),
    "not_your_history": (
        "这不是你的页。发 /history 看自己的图。",
        "This page is not yours. Send /history for your own.",
    ),
    # --- /info --------------------------------------------------------------------------------
    "info": ("ℹ️ #{id} {outcome}", "ℹ️ #{id} {outcome}"),
    "info_drawn": ("{width}×{height} · {count} 张", "{width}×{height} · {count} picture(s)"),
    "info_settings": (
        "步数 {steps} · 引导 {guidance} · 种子 {seed} · 模型 {model}",
        "steps {steps} · guidance {guidance} · seed {seed} · model {model}",
    ),
    "info_source": ("改自一张图 · 改动 {strength}", "made from a picture · strength {strength}"),
    "info_negative": ("负面：{negative}", "negative: {negative}"),
    "info_enhanced": ("✨ 画质增强{words}", "✨ enhanced{words}"),
    "info_enhanced_quality": (" · 补上「{words}」", " · added “{words}”"),
    "info_enhanced_negative": (" · 负面「{words}」", " · negative “{words}”"),
    "info_asked": ("{time} 提交", "asked for at {time}"),
    "info_took": (
        " · 等了 {wait} 秒 · 画了 {drawing} 秒",
        " · waited {wait} s · drawn in {drawing} s",
    ),
    "info_attempts": ("试了 {attempts} 次 · 额度 {price}", "attempts {attempts} · quota {price}"),
    "info_unpriced": ("不计", "not counted"),
    "told_elsewhere": (
        "#{id} 是在别的聊天里画的。请私聊我再发 /info {id}。",
        "#{id} was drawn in another chat. Send me /info {id} in private.",
    ),
    # --- /export ------------------------------------------------------------------------------
    "export_asked": (
        "📦 正在打包你的数据，好了就发过来。",
        "📦 Packing your data. The file follows when it is ready.",
    ),
    "export_under_way": (
        "📦 上一份还在打包，好了就发过来，请等它发完再要。",
        "📦 Your last one is still being packed and will come. Please wait for it.",
    ),
    "export_made": (
        "📦 你的数据：{generations} 条记录，{pictures} 张图。",
        "📦 Your data: {generations} record(s), {pictures} picture(s).",
    ),
    "export_left_out": (
        "这里最多发 {megabytes} MB，有 {count} 张旧图放不下，可以用 /history 找到再要原图。",
        "A file here holds {megabytes} MB: {count} older picture(s) did not fit. Find them with "
        "/history and ask for the originals.",
    ),
    "export_older_left_out": (
        "记录太多，更早的没有放进来。",
        "There are too many records: older ones are not in it.",
    ),
    "export_not_sent": (
        "📦 打包好了，但这里发不过来，也可能你刚让我忘掉。请再发一次 /export。",
        "📦 It is packed but cannot be sent here, or you have just had it forgotten. Please send "
        "/export again.",
    ),
    "export_failed": (
        "📦 没能打包，已记录。请过一会儿再发 /export。",
        "📦 It could not be packed, which was logged. Please send /export again later.",
    ),
    # --- /forget ------------------------------------------------------------------------------
    "ask_forget": (
        "🧹 要忘掉你的 {requests} 个请求、{pictures} 张图吗？描述、负面词和图片文件都会从这里删除，"
        "找不回来。",
        "🧹 Forget your {requests} request(s) and {pictures} picture(s)? Prompts, negative prompts "
        "and files are deleted here for good.",
    ),
    "ask_forget_live": (
        "其中 {count} 个还没画完，会取消，额度退回。",
        "{count} of them have not ended: they are cancelled and their quota is given back.",
    ),
    "forget_leaves": (
        "次数和额度流水会保留（里面没有描述）。聊天里的图不会动，要删请点图下面的 🗑。"
        "想先留一份请发 /export。",
        "Counts and the lines of your quota stay; they hold no prompts. Pictures in chats stay "
        "where they are: delete them with 🗑. For a copy send /export first.",
    ),
    "button_forget": ("🧹 忘掉（{pictures} 张图）", "🧹 Forget ({pictures} pictures)"),
    "forgotten_all": (
        "🧹 已忘掉。描述都已删除，图片文件正在删除；正在发的图会先发完。"
        "聊天里的图还在，要删请点图下面的 🗑。",
        "🧹 Forgotten. The words are gone and the files are being deleted; a picture on its way "
        "arrives first. Pictures in chats stay: delete them with 🗑.",
    ),
    "forgotten_meanwhile": (
        "你刚让我忘掉，这一条就不回答了。",
        "You have just had it forgotten, so there is no answer to this.",
    ),
    "nothing_to_forget": (
        "🧹 没有存着你的描述和图，不用忘。",
        "🧹 None of your words and pictures are stored: there is nothing to forget.",
    ),
    "forget_soon": (
        "你有一个请求还在取图，取到才算数。请过一会儿再发 /forget，这样它也能一起忘掉。",
        "The picture for a request of yours is still being fetched. Send /forget again in a "
        "moment, so that it can be forgotten too.",
    ),
    "not_yours_to_forget": (
        "这不是你的。想忘掉自己的请发 /forget。",
        "This is not yours. Send /forget for your own.",
    ),
    "forgotten": (
        "#{id} 已经忘掉了：描述和图片文件都已从这里删除。想画新的请发 /draw。",
        "#{id} was forgotten: its words and files are deleted here. Send /draw for a new one.",
    ),
    # --- where others read along --------------------------------------------------------------
    "private_only": (
        "🔒 这是你自己的数据，请私聊我再发这条命令。",
        "🔒 This is about your own data: send me this command in private.",
    ),
}
