"""What the board's page says."""

#: code -> (Chinese, English). Values in braces come from the call's data.
BOARD: dict[str, tuple[str, str]] = {
    "board_title": ("zdraw 画板", "zdraw board"),
    "board_model": ("模型：{model}", "Model: {model}"),
    "board_demo": (
        "模型：{model}。这是很小的演示模型，只认识几种形状、太阳、房子、树、鱼、猫、几种颜色，"
        "和「」里的数字与简单汉字。",
        "Model: {model}, a very small one: some shapes, a sun, a house, a tree, a fish, a cat, "
        "some colours, digits and simple characters.",
    ),
    "board_telegram": (
        "想在 Telegram 里用：向 @BotFather 申请令牌，在 `.env` 里写 `ZDRAW_TELEGRAM_TOKEN=…`，"
        "然后重新启动。",
        "To use it in Telegram: get a token from @BotFather, put `ZDRAW_TELEGRAM_TOKEN=…` into "
        "`.env`, and start again.",
    ),
    "board_tab_draw": ("画图", "Draw"),
    # --- drawing ------------------------------------------------------------------------------
    "board_prompt": ("想画什么？", "What shall I draw?"),
    "board_options": (
        "参数也可以写在最后，例如：横图 4张 种子 42；写了的以它为准",
        "Options may also stand at the end, and hold: --wide --n 4 --seed 42",
    ),
    "board_draw": ("画", "Draw"),
    "board_cancel": ("取消", "Cancel"),
    "board_examples": ("试试这些", "Try these"),
    "board_ratio": ("画幅", "Shape"),
    "board_square": ("方 1:1", "square 1:1"),
    "board_wide": ("横 {ratio}", "wide {ratio}"),
    "board_tall": ("竖 {ratio}", "tall {ratio}"),
    "board_width": ("宽", "Width"),
    "board_height": ("高", "Height"),
    "board_count": ("张数", "Pictures"),
    "board_more": ("更多设置", "More settings"),
    "board_steps": ("步数", "Steps"),
    "board_steps_info": (
        "一般用 {steps}；越多越慢",
        "Usually {steps}; more take longer",
    ),
    "board_guidance": ("引导", "Guidance"),
    "board_guidance_info": (
        "开画质增强是 {enhanced}，不开是 {usual}。建议 {low}–{high}（绿色一段），大于 0 用时加倍；"
        "不开增强时写了不想看到的，就自动用 {enhanced}",
        "{enhanced} with enhancement, {usual} without. {low}–{high} is advised (the green part); "
        "above 0 it takes twice the time. Without enhancement, what you do not want to see makes "
        "it {enhanced} by itself",
    ),
    "board_enhance": ("画质增强", "Enhance"),
    "board_enhance_info": (
        "补上画质词和负面词，打开引导，再提一点锐度；用时加倍",
        "Words of quality, a negative prompt, guidance and some sharpness; takes twice the time",
    ),
    "board_begin": (
        "🖼 把一张图拖到这里，或点这里选一张，照着它改",
        "🖼 Drop a picture here, or click to choose one, to have it changed",
    ),
    "board_begin_away": ("✕ 不用这张图", "✕ Without this picture"),
    "board_begin_failed": (
        "图没有送到，请再试一次。",
        "The picture did not arrive. Please try again.",
    ),
    "board_strength": ("改动", "How much may change"),
    "board_seed": ("种子", "Seed"),
    "board_seed_any": ("每次不同", "another one each time"),
    "board_dice": ("🎲 每次不同", "🎲 Any"),
    "board_lora": ("风格模型（LoRA）", "LoRA"),
    "board_lora_info": (
        "选一个就写进描述，冒号后面是强度，最多 3 个",
        "Choosing one writes it into the prompt; the weight stands behind the colon. Up to 3",
    ),
    "board_negative": ("不想看到的", "What you do not want to see"),
    "board_drop": (
        "📥 把 zdraw 画的 PNG 拖到这里，或点这里选一张，取回它的参数",
        "📥 Drop a PNG by zdraw here, or click to choose one, to get its settings back",
    ),
    "board_restored": (
        "✅ 参数取回来了，按「画」就是同一张。",
        "✅ Settings are back: Draw gives the same.",
    ),
    "board_restored_in_part": (
        "✅ 参数取回来了。它是从另一张图改来的；请把那张图也选上，不然画出来会不一样。",
        "✅ Its settings are back. It was made of another picture: choose that one too, or what "
        "is drawn will be different.",
    ),
    "no_parameters": (
        "这个文件里没有 zdraw 的参数。要用画板「我的图」里或聊天里 📄 发的 PNG 原图；"
        "聊天里压缩过的、截图的都没有。",
        "This file holds no settings of zdraw. Use an original PNG, from My pictures or by 📄 in a "
        "chat; pictures that a chat compressed and screenshots hold none.",
    ),
    "board_not_received": (
        "上一次按的「画」没有进入排队，请再按一次。",
        "Your last press of Draw is not in the queue. Please press it again.",
    ),
    "board_step": ("🎨 第 {step}/{steps} 步", "🎨 Step {step}/{steps}"),
    "board_step_left": (
        "🎨 第 {step}/{steps} 步，还要约 {seconds} 秒",
        "🎨 Step {step}/{steps}, about {seconds} s to go",
    ),
    # --- how zdraw fares ----------------------------------------------------------------------
    "board_tab_state": ("管理", "Admin"),
    "overview_ready": (
        "✅ 引擎正常：{device}，模型 {model}",
        "✅ The engine is ready: {device}, {model}",
    ),
    "overview_loading": (
        "⏳ 引擎正在载入模型 {model}（{device}）",
        "⏳ The engine loads {model} ({device})",
    ),
    "overview_pace": (
        "每百万像素、每步 {seconds} 秒",
        "{seconds} s for a megapixel and step",
    ),
    "overview_card_free": ("显存空闲 {gib} GiB", "GPU memory free: {gib} GiB"),
    "overview_engine_holds": ("引擎占内存 {gib} GiB", "engine holds {gib} GiB of memory"),
    "overview_host_free": ("内存可用 {gib} GiB", "memory available: {gib} GiB"),
    "overview_host_total": ("共 {gib} GiB", "of {gib} GiB"),
    "overview_hour": ("1 小时", "1 hour"),
    "overview_day": ("1 天", "1 day"),
    "overview_week": ("7 天", "7 days"),
    "overview_pictures": ("画好的张数", "Pictures drawn"),
    "overview_waits": ("等待秒数：最长（深色为平均）", "Seconds waited: longest (dark: mean)"),
    "board_pause_reason": (
        "为什么暂停（可不写，在排队的人都看得到）",
        "Why it is paused (everybody who waits reads it)",
    ),
    "board_pause": ("⏸ 暂停", "⏸ Pause"),
    "board_resume": ("▶ 继续", "▶ Resume"),
    "board_job": ("请求编号", "Id of a request"),
    "board_cancel_job": ("取消这个", "Cancel it"),
    "board_cancelled": ("已取消 #{id}。", "#{id} is cancelled."),
    "board_clear": ("🧹 清空排队", "🧹 Clear"),
    "board_clear_sure": ("是，全部取消", "Yes, cancel all"),
    "board_clear_keep": ("不，留着", "No, keep them"),
    # --- the password -------------------------------------------------------------------------
    "board_password": ("密码", "Password"),
    "board_enter": ("进入", "Enter"),
    "board_leave": ("退出", "Log out"),
    "board_wrong_password": ("密码不对。", "That is not the password."),
    "board_too_many_tries": (
        "试得太多了，请一分钟后再试。",
        "Too many tries. Please try again in a minute.",
    ),
    # --- one's own pictures -------------------------------------------------------------------
    "board_tab_own": ("我的图", "My pictures"),
    "board_search": ("找", "Search"),
    "board_search_what": ("描述里的词，或编号", "words of the description, or an id"),
    "board_newer": ("◀ 较新", "◀ Newer"),
    "board_older": ("较旧 ▶", "Older ▶"),
    "board_none": ("还没有画过。", "Nothing has been drawn yet."),
    "board_none_found": ("没有找到。", "Nothing was found."),
    "board_pick": ("点一张看它的参数。", "Pick one to see its settings."),
    "board_use": ("↩ 用这些参数", "↩ Use these settings"),
}

#: The same codes as elsewhere, where there are no commands and no buttons under a picture.
ON_THE_PAGE: dict[str, tuple[str, str]] = {
    "queue_full_yours": (
        "已有 {limit} 个请求在排队，等画完一些，或按「取消」后再来。",
        "{limit} requests are waiting already. Wait for some, or press Cancel first.",
    ),
    "negative_needs_guidance": (
        "写了不想看到的，引导就要大于 0，例如 {usual:g}。",
        "What you do not want to see needs guidance above 0, for example {usual:g}.",
    ),
    "nothing_to_cancel": (
        "没有在排队或在画的请求，不用取消。",
        "Nothing is waiting or being drawn: there is nothing to cancel.",
    ),
    "already_ended": (
        "这个请求已经结束了，不用再取消。",
        "This request has already ended: there is nothing to cancel.",
    ),
    "picture_gone": (
        "#{id} 的图片文件已经不在了，可以用它的参数再画一张。",
        "The file of #{id} is no longer there. You can draw it again with its settings.",
    ),
    "forgotten": (
        "#{id} 已经忘掉了：描述和图片文件都已从这里删除。",
        "#{id} was forgotten: its words and files are deleted here.",
    ),
    "expired": (
        "⌛ 等得太久还没轮到，已自动取消。可以再按一次「画」。",
        "⌛ Its turn did not come for too long, so it was dropped. You can press Draw again.",
    ),
}

#: Why a request failed, likewise.
FAILED_ON_THE_PAGE: dict[str, tuple[str, str]] = {
    "out_of_memory": (
        "显存不足，请尝试降低分辨率或关闭画质增强",
        "the GPU ran out of memory. Please try a smaller picture, or turn enhancement off",
    ),
    "engine_error": (
        "引擎内部出错，已记录，可以再试一次",
        "the engine hit an internal error, which was logged. You can try again",
    ),
    "too_many_attempts": (
        "引擎连续多次中断，已停止重试，请稍后再试",
        "the engine broke off too many times. Please try again later",
    ),
}
