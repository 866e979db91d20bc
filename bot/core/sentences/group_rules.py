"""What a group decides for itself: the panel, and why something is not allowed there."""

#: code -> (Chinese, English). Values in braces come from the call's or the refusal's data.
GROUP_RULES: dict[str, tuple[str, str]] = {
    # --- the panel ----------------------------------------------------------------------------
    "panel_group": ("⚙️ 这个群的设置", "⚙️ What holds in this group"),
    "panel_own_chat": ("⚙️ 你在私聊里的设置", "⚙️ What holds in this chat"),
    "panel_line": ("{setting}：{value}", "{setting}: {value}"),
    "panel_line_usual": ("{setting}：{value}（默认）", "{setting}: {value} (usual)"),
    "panel_hint": (
        "别的值可以写在命令后面，例如：冷却 45秒、时区 Asia/Shanghai、每天 默认",
        "Any other value can be written: cooldown 45s, zone Europe/Berlin, daily usual",
    ),
    "panel_hint_own": (
        "别的值可以写在命令后面，例如：画幅 3:2、时区 Asia/Shanghai、语言 默认",
        "Any other value can be written: ratio 3:2, zone Europe/Berlin, language usual",
    ),
    "setting_daily": ("🎟 每人每天", "🎟 Units a day, each"),
    "setting_cooldown": ("⏳ 冷却", "⏳ Cooldown"),
    "setting_queue": ("📋 每人排队", "📋 Queued, each"),
    "setting_count": ("🔢 一次张数", "🔢 Pictures at once"),
    "setting_size": ("📐 最大尺寸", "📐 Largest size"),
    "setting_ratio": ("🖼 画幅", "🖼 Shape"),
    "setting_language": ("🌐 语言", "🌐 Language"),
    "setting_spoiler": ("🙈 遮挡图片", "🙈 Hide pictures"),
    "setting_progress": ("🔔 进度", "🔔 Progress"),
    "setting_zone": ("🕰 时区", "🕰 Time zone"),
    "setting_enhance": ("✨ 画质增强", "✨ Enhancement"),
    "value_unlimited": ("不限", "no limit"),
    "value_none": ("无", "none"),
    "value_seconds": ("{value} 秒", "{value} s"),
    "value_auto": ("跟随各人", "each in their own"),
    "value_zh": ("中文", "中文"),
    "value_en": ("English", "English"),
    "value_on": ("开", "on"),
    "value_off": ("关", "off"),
    "value_full": ("完整", "full"),
    "value_quiet": ("安静", "quiet"),
    "button_lower": ("{setting} ↓{value}", "{setting} ↓{value}"),
    "button_higher": ("{setting} ↑{value}", "{setting} ↑{value}"),
    "button_chosen": ("✓ {value}", "✓ {value}"),
    "short_daily": ("每天", "daily"),
    "short_cooldown": ("冷却", "wait"),
    "short_queue": ("排队", "queue"),
    "short_count": ("张数", "count"),
    "short_size": ("尺寸", "size"),
    "button_auto": ("语言自动", "any language"),
    "button_square": ("方图", "1:1"),
    "button_wide": ("横图", "16:9"),
    "button_tall": ("竖图", "9:16"),
    "button_usual_ratio": ("画幅默认", "usual shape"),
    "button_spoiler_on": ("🙈 遮挡图片", "🙈 hide pictures"),
    "button_spoiler_off": ("👁 不遮挡", "👁 show pictures"),
    "button_enhance_on": ("✨ 画质增强", "✨ enhance"),
    "button_enhance_off": ("✨ 不增强", "✨ don't enhance"),
    "button_progress_quiet": ("🤫 少发进度", "🤫 quiet"),
    "button_progress_full": ("🔔 完整进度", "🔔 full progress"),
    # --- refusals: deciding -------------------------------------------------------------------
    "bad_group": (
        "没看懂。可以设：每天、冷却、排队、张数、尺寸、画幅、语言、遮挡、进度、时区、画质增强，例如："
        "冷却 30秒、每天 20、每天 默认",
        "Not understood. There are daily, cooldown, queue, count, size, ratio, language, spoiler, "
        "progress, zone and enhance: cooldown 30, daily 20, daily usual",
    ),
    "bad_group_value": (
        "「{setting}」不能是「{value}」，可以是：{allowed}，或写「默认」。",
        "“{setting}” cannot be “{value}”; allowed: {allowed}, or “usual”.",
    ),
    "missing_group_value": (
        "「{setting}」后面要有一个值，可以是：{allowed}，或写「默认」。",
        "“{setting}” needs a value; allowed: {allowed}, or “usual”.",
    ),
    "only_in_groups": (
        "这一项只能在群里设。",
        "That can be decided in groups only.",
    ),
    "no_quiet_here": (
        "这里没有安静模式，进度总是显示在回复里。",
        "There is no quiet mode here: progress is shown in the answer itself.",
    ),
    "no_pool_here": (
        "这个群每人每天最多 {limit}。要更多，得先有群的总额度，请机器人的主人设一个："
        "/quota 群 每天 500",
        "In this group everybody gets at most {limit} a day. More takes a pool of the group; ask "
        "the bot's owner to set one: /quota group daily 500",
    ),
    "held_by_fleet": (
        "这一项是机器人的主人或总管理员定的，群管理员只能再收紧，不能放宽。",
        "The bot's owners, or those they appointed, decided that. Admins of a group may make it "
        "stricter, and not looser.",
    ),
    "cooldown_too_short": (
        "冷却不能短于 {limit} 秒，只有机器人的主人和总管理员可以设得更短。",
        "The cooldown is at least {limit} s; only the bot's owners and those they appointed may "
        "make it shorter.",
    ),
    # --- refusals: requests -------------------------------------------------------------------
    "queue_full_here": (
        "这个群里每人最多同时排 {limit} 个请求，等画完一些或用 /cancel 取消后再来。",
        "In this group everybody may have {limit} request(s) waiting. Wait for some, or /cancel "
        "one first.",
    ),
    "cooldown": (
        "歇一歇：这里每人每 {cooldown} 秒画一次，再等 {seconds} 秒就可以了。",
        "Not so fast: one request in {cooldown} s here. You can go on in {seconds} s.",
    ),
    "too_many_here": (
        "这个群里一次最多画 {limit} 张，请把张数写小一点。",
        "In this group a request may have {limit} picture(s) at most. Please ask for fewer.",
    ),
    "too_large_here": (
        "这个群里最大只能画 {limit} 那么大，「{value}」超过了。请写小一点的尺寸。",
        "In this group a picture may be as large as {limit}; {value} is larger. Please write a "
        "smaller size.",
    ),
}
