"""Every sentence that a person sees, in Chinese and English.

A code picks the sentence, data fills it. Codes of refusals are those that core modules and
adapters raise; codes of failures are engine.contract.ErrorCode values.
"""

from typing import Any

from bot.core.draw_options import option_named
from bot.core.errors import Refusal

#: code -> (Chinese, English). Values in braces come from the error's or the call's data.
REPLIES: dict[str, tuple[str, str]] = {
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
    "expired": (
        "⌛ 等得太久还没轮到，已自动取消。点 🔁 可重新排队。",
        "⌛ Its turn did not come for too long, so it was dropped. Press 🔁 to queue it again.",
    ),
    "ping_done": ("🎨 你的图画好了 ☝️", "🎨 Your picture is ready ☝️"),
    "ping_ended": ("你的请求有结果了 ☝️", "There is news about your request ☝️"),
    "button_cancel": ("❌ 取消", "❌ Cancel"),
    "button_again": ("🔁 再来一张", "🔁 Again"),
    # --- answers to commands ------------------------------------------------------------------
    "ask_prompt": (
        "✏️ 想画什么？请回复这条消息，例如：\n一位穿着汉服的女孩站在樱花树下",
        "✏️ What shall I draw? Reply to this message, for example:\n"
        "a red fox in the snow, morning light",
    ),
    "toast_queued": ("已排队", "Queued"),
    "toast_cancelled": ("已取消", "Cancelled"),
    "cancelled_many": ("已取消 {count} 个请求。", "Cancelled {count} request(s)."),
    # --- the board ----------------------------------------------------------------------------
    "board_title": ("zdraw 画板", "zdraw board"),
    "board_model": ("模型：{model}", "Model: {model}"),
    "board_demo": (
        "模型：{model}。这是很小的演示模型，只认识几种形状和颜色。",
        "Model: {model}, a very small one that knows a few shapes and colours.",
    ),
    "board_prompt": ("想画什么？", "What shall I draw?"),
    "board_options": (
        "参数写在最后，例如：横图 4张 种子 42",
        "Options go at the end, for example: --wide --n 4 --seed 42",
    ),
    "board_draw": ("画", "Draw"),
    "board_examples": ("试试这些", "Try these"),
    "board_telegram": (
        "想在 Telegram 里用：向 @BotFather 申请令牌，在 `.env` 里写 `ZDRAW_TELEGRAM_TOKEN=…`，"
        "然后重新启动。",
        "To use it in Telegram: get a token from @BotFather, put `ZDRAW_TELEGRAM_TOKEN=…` into "
        "`.env`, and start again.",
    ),
    # --- refusals: requests -------------------------------------------------------------------
    "queue_full_yours": (
        "你已有 {limit} 个请求在排队，等画完一些或用 /cancel 取消后再来。",
        "You already have {limit} requests waiting. Wait for some, or /cancel one first.",
    ),
    "queue_full": (
        "现在排队的人太多（{limit} 个请求），请过一会儿再试。",
        "Too many requests are waiting ({limit}). Please try again in a while.",
    ),
    "prompt_too_long": (
        "提示词太长：{tokens} 个词元，上限 {limit}，请删短后再发。放不下的部分是：「{lost}」",
        "The prompt is too long: {tokens} tokens, the limit is {limit}. Please shorten it. This "
        "part does not fit: “{lost}”",
    ),
    "empty_prompt": (
        "没看到要画什么。请写上描述，例如：一个红色的圆",
        "There is nothing to draw. Please describe it, for example: a red circle",
    ),
    "only_options": (
        "只有参数，没有描述。请先写想画什么，参数放在最后。",
        "There are only options. Say what to draw first, then the options.",
    ),
    "too_long": (
        "太长了：{length} 个字，最多 {limit} 个。请删短后再发。",
        "Too long: {length} characters, at most {limit}. Please shorten it.",
    ),
    "control_characters": (
        "文字里有看不见的控制字符（{character}），请删掉后再发。",
        "The text has an invisible control character ({character}). Please remove it.",
    ),
    "unknown_option": (
        "不认识参数「{option}」，请去掉它，或用 /help 看有哪些参数。",
        "“{option}” is not an option. Remove it, or see /help for those there are.",
    ),
    "unknown_option_near": (
        "不认识参数「{option}」，是想写「{nearest}」吗？",
        "“{option}” is not an option. Did you mean “{nearest}”?",
    ),
    "no_sampler": (
        "这个模型不能换采样器，请去掉「{option}」。",
        "This model has one sampler only. Please remove “{option}”.",
    ),
    "option_not_last": (
        "参数要放在最后：请把「{option}」移到「{rest}」后面。",
        "Options go at the end: please move “{option}” behind “{rest}”.",
    ),
    "given_twice": (
        "「{key}」写了两次（{first} 和 {second}），请只留一个。",
        "“{key}” is given twice ({first} and {second}). Please keep one.",
    ),
    "bad_value": (
        "「{key}」不能是「{value}」，可以是：{allowed}。",
        "“{key}” cannot be “{value}”; allowed: {allowed}.",
    ),
    "missing_value": (
        "「{key}」后面要有一个值，可以是：{allowed}。",
        "“{key}” needs a value; allowed: {allowed}.",
    ),
    "bad_size": (
        "画不了 {value}，最接近的可以是 {nearest}（边长须是 {multiple} 的倍数）。",
        "Cannot draw {value}; the nearest possible size is {nearest} (sides are multiples of "
        "{multiple}).",
    ),
    "no_reference_pictures": (
        "还不能参考图片作画。请只发文字：/draw 加上描述。",
        "Pictures cannot be used as a reference yet. Please send words only: /draw and a "
        "description.",
    ),
    "unknown_button": (
        "这个按钮太旧了，不能用了。请重新发 /draw。",
        "This button is too old to work. Please send /draw again.",
    ),
    "text_only": (
        "我只看得懂文字。发 /draw 加上想画的内容，例如：/draw 一个红色的圆",
        "I understand text only. Send /draw and what you want to see: /draw a red circle",
    ),
    "negative_needs_guidance": (
        "负面词需要引导大于 0：去掉「引导 0」，或写「引导 1.8」。",
        "A negative prompt needs guidance above 0: drop “--cfg 0”, or write “--cfg 1.8”.",
    ),
    "not_yours": (
        "这不是你的请求，只有本人可以取消。",
        "This is not your request; only its owner can cancel it.",
    ),
    "already_ended": (
        "这个请求已经结束了，不用再取消。想再画一张请点 🔁。",
        "This request has already ended; there is nothing to cancel. Press 🔁 for another one.",
    ),
    "nothing_to_cancel": (
        "你在这里没有正在排队的请求，不用取消。要画新的请发 /draw。",
        "You have nothing waiting here, so there is nothing to cancel. Send /draw for a picture.",
    ),
    "nothing_to_repeat": (
        "这里还没有你的图可以重画。先用 /draw 画一张吧。",
        "There is nothing of yours to repeat here. Start with /draw.",
    ),
    "unknown_generation": (
        "找不到编号为「{id}」的请求，请看看图下面 # 后面的编号。",
        "There is no request with the id “{id}”. The id stands behind # under a picture.",
    ),
    "internal_error": (
        "出了点意外，这一条没有处理。请再试一次。",
        "Something unexpected happened and this was not done. Please try again.",
    ),
}

#: Why an accepted request failed: engine.contract.ErrorCode -> (zh, en), put into "failed".
FAILURES: dict[str, tuple[str, str]] = {
    "prompt_too_long": (
        "提示词有 {tokens} 个词元，上限 {limit}，「{lost}」放不下",
        "the prompt has {tokens} tokens, the limit is {limit}; “{lost}” does not fit",
    ),
    "bad_size": (
        "这个模型画不了 {width}×{height}：边长须是 {multiple} 的倍数，"
        "在 {minimum} 到 {maximum} 之间",
        "this model cannot draw {width}×{height}: sides are multiples of {multiple}, "
        "from {minimum} to {maximum}",
    ),
    "bad_picture": (
        "引擎两次画出的都是空白图。换个说法或种子再试",
        "the engine drew an empty picture twice. Try other words or another seed",
    ),
    "out_of_memory": (
        "显存不足，请降低分辨率",
        "the GPU ran out of memory. Please ask for a smaller picture",
    ),
    "engine_error": (
        "引擎内部出错，已记录。请点 🔁 再试",
        "the engine hit an internal error, which was logged. Press 🔁 to try again",
    ),
    "too_many_attempts": (
        "引擎连续多次中断，已停止重试。请稍后点 🔁 再试",
        "the engine broke off too many times. Press 🔁 to try again later",
    ),
    "bad_steps": (
        "步数 {steps} 不在 {minimum}–{maximum} 之间",
        "steps {steps} is outside {minimum}–{maximum}",
    ),
    "bad_guidance": (
        "引导 {guidance} 不在 {minimum}–{maximum} 之间",
        "guidance {guidance} is outside {minimum}–{maximum}",
    ),
}

#: What was adapted, or what the person should know about the picture: note -> (zh, en).
NOTES: dict[str, tuple[str, str]] = {
    "negative_set_guidance": (
        "ℹ️ 负面词需要引导，已按引导 {guidance:g} 作画，用时加倍。",
        "ℹ️ A negative prompt needs guidance: drawn with guidance {guidance:g}, at twice the time.",
    ),
    "guidance_doubles": (
        "ℹ️ 开了引导 {guidance:g}，用时加倍。",
        "ℹ️ Guidance {guidance:g} was on, which doubles the time.",
    ),
    "guidance_unusual": (
        "ℹ️ 引导 {guidance:g} 不在建议的 1.5–2.5 之间，效果可能不佳。",
        "ℹ️ Guidance {guidance:g} is outside the advised 1.5–2.5; the result may suffer.",
    ),
    "enlarged": (
        "ℹ️ 演示模型按 {drawn_width}×{drawn_height} 作画，已放大。",
        "ℹ️ The demo model drew it at {drawn_width}×{drawn_height}; it was enlarged.",
    ),
    "outside_vocabulary": (
        "ℹ️ 这是演示模型，只认识圆、方块、三角、星、心、菱形、太阳、房子、树、鱼、猫、几种颜色，"
        "和「」里的数字与简单汉字；真正的模型请让管理员设置 ZDRAW_MODEL=z-image-turbo。",
        "ℹ️ This is the demo model: it knows circles, squares, triangles, stars, hearts, diamonds, "
        "a sun, a house, a tree, a fish, a cat, some colours, digits and simple characters. For "
        "the real one the operator sets ZDRAW_MODEL=z-image-turbo.",
    ),
}


def reply(code: str, locale: str, /, **data: Any) -> str:
    """The sentence for `code` in the person's language."""
    return _pick(REPLIES[code], locale).format(**data)


def refusal_text(refusal: Refusal, locale: str) -> str:
    """The sentence that tells a person why their request cannot be accepted."""
    code, data = refusal.code, dict(refusal.data)
    if data.get("nearest") is not None and code == "unknown_option":
        code = "unknown_option_near"
    if data.get("value") == "" and code == "bad_value":
        code = "missing_value"
    if "key" in data:
        data["key"] = option_named(data["key"]).label(locale)
    return reply(code, locale, **data)


def failure_text(code: str, locale: str, /, **data: Any) -> str:
    """Why an accepted request failed, as a part of a sentence. A code or data that only another
    version of zdraw knows is an internal error in this one's words."""
    try:
        return _pick(FAILURES[code], locale).format(**data)
    except KeyError:
        return _pick(FAILURES["engine_error"], locale)


def note_text(note: str, locale: str, /, **data: Any) -> str:
    """The sentence for a note of a generation."""
    return _pick(NOTES[note], locale).format(**data)


def _pick(sentences: tuple[str, str], locale: str) -> str:
    return sentences[1] if locale == "en" else sentences[0]
