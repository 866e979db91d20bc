"""What programs are told, over the HTTP API: a program has no buttons and no commands."""

from bot.core.sentences.unattended import UNATTENDED

#: code -> (Chinese, English). Values in braces come from the refusal's, failure's or call's data.
PROGRAMS: dict[str, tuple[str, str]] = {
    # --- in place of what people are told -----------------------------------------------------
    "queue_full_yours": (
        "你已有 {limit} 个请求在排队，请等其中一个结束后再来。",
        "You already have {limit} requests waiting. Wait until one of them has ended.",
    ),
    "queue_full_here": (
        "这里每人最多同时排 {limit} 个请求，请等其中一个结束后再来。",
        "At most {limit} requests of yours may wait here. Wait until one of them has ended.",
    ),
    "closed": ("这里停用了画图。", "Drawing is switched off here."),
    "negative_needs_guidance": (
        "负面词需要引导大于 0：去掉 {guidance}，或设为 {usual:g}。",
        "A negative prompt needs guidance above 0: leave out {guidance}, or set it to {usual:g}.",
    ),
    "quota_spent": (
        "额度不够：这次要 {price}，你还剩 {left}，{wait}后重置。",
        "Not enough quota: this takes {price}, you have {left} left. It is renewed in {wait}.",
    ),
    "engine_error": (
        "引擎内部出错，已记录，可以再试。",
        "The engine hit an internal error, which was logged. It may work when tried again.",
    ),
    "too_many_attempts": (
        "引擎连续多次中断，已停止重试，请稍后再试。",
        "The engine broke off too many times. Try again later.",
    ),
    "cancelled": ("这个请求已取消。", "The request was cancelled."),
    "expired": (
        "等得太久，这个请求已过期，没有画。",
        "The request waited for too long and has expired; nothing was drawn.",
    ),
    "picture_gone": (
        "这张图的文件已经不在了。",
        "The file of this picture is no longer there.",
    ),
    "internal_error": (
        "出了点意外，这个请求没有处理，可以再试。",
        "Something unexpected happened and this was not done. It may work when tried again.",
    ),
    # --- what only programs are told ----------------------------------------------------------
    "bad_key": (
        "Idempotency-Key 须是 1 到 255 个可见的 ASCII 字符。",
        "An Idempotency-Key is 1 to 255 visible ASCII characters.",
    ),
    "no_token": (
        "需要令牌：Authorization: Bearer <令牌>。用 zdraw token create 名字 生成。",
        "A token is needed: Authorization: Bearer <token>. `zdraw token create NAME` makes one.",
    ),
    "bad_token": (
        "令牌无效、已过期或已撤销。",
        "The token is not valid, has expired or was revoked.",
    ),
    "too_many_requests": (
        "请求太频繁：每分钟最多 {limit} 次。",
        "Too many requests: at most {limit} a minute.",
    ),
    "body_too_large": (
        "请求太大，最多 {limit} 字节。",
        "The request is too large: at most {limit} bytes.",
    ),
    "sent_too_slowly": (
        "请求须在 {seconds} 秒内发完。",
        "The request has to be sent within {seconds} seconds.",
    ),
    "bad_json": (
        "请求正文须是 JSON 对象，并带 Content-Type: application/json。",
        "The body has to be a JSON object, with Content-Type: application/json.",
    ),
    "json_too_deep": (
        "请求正文嵌套太深，最多 {limit} 层。",
        "The body is nested too deeply: at most {limit} levels.",
    ),
    "missing_parameter": ("缺少参数 {name}。", "The parameter {name} is missing."),
    "unknown_parameter": ("不认识参数 {name}。", "{name} is not a parameter here."),
    "bad_parameter": (
        "参数 {name} 不能是这个值，可以是：{allowed}。",
        "The parameter {name} cannot have this value; allowed: {allowed}.",
    ),
    "unknown_model": (
        "没有模型 {name}，现在有：{models}。",
        "There is no model {name}; there is: {models}.",
    ),
    "unknown_address": ("没有这个地址：{path}", "There is nothing at {path}"),
    "wrong_method": ("{path} 不支持 {method}。", "{path} does not take {method}."),
    "no_variations": (
        "没有变体；要以图作画请用 /v1/images/edits。",
        "There are no variations; to draw from a picture there is /v1/images/edits.",
    ),
    "bad_form": (
        "请求须是 multipart/form-data，带 image 和 prompt。",
        "The request has to be multipart/form-data with an image and a prompt.",
    ),
    **{code: UNATTENDED[code] for code in ("unknown_lora", "unknown_lora_near")},
    "strength_needs_picture": (
        "{strength} 需要一张图。",
        "{strength} needs a picture.",
    ),
    "shutting_down": (
        "zdraw 正在重启；请求没有丢，用同样的 Idempotency-Key 再发即可取到图。",
        "zdraw is restarting; the request goes on. Send it again with the same Idempotency-Key to "
        "get its picture.",
    ),
    "stood_in": (
        "由 {model} 代替 {name} 画成。",
        "Drawn by {model}, which stands in for {name}.",
    ),
    # --- workflows: what cannot be done ---------------------------------------------------------
    "denoise_needs_picture": (
        "没有输入图时 denoise 须为 1。",
        "Without a picture to begin from denoise has to be 1.",
    ),
    "denoise_too_low": (
        "denoise 最小 {minimum:g}。",
        "denoise has to be at least {minimum:g}.",
    ),
    "bad_upload": (
        "请求须是 multipart/form-data，带 image。",
        "The request has to be multipart/form-data with an image.",
    ),
    "other_node_wanted": (
        "这里要接 {wanted}，不能接 {given}。",
        "This has to come from {wanted}, not from {given}.",
    ),
    "one_sampler": (
        "一个工作流只能有一个 KSampler 的图，请分开提交。",
        "A workflow may show the pictures of one KSampler; send another one for these.",
    ),
    "one_shift": (
        "这个模型的 shift 固定为 {shift:g}。",
        "This model's shift is {shift:g} and cannot be changed.",
    ),
    "prompt_id_used": (
        "这个 prompt_id 已经用于另一个工作流。",
        "This prompt_id was used for another workflow.",
    ),
    "bad_file_name": ("没有这样的文件名。", "No file can be called that."),
    # --- workflows: what runs otherwise than they say ---------------------------------------------
    "own_sampler": (
        "采样器 {given} 以模型自己的 Euler 代替。",
        "The sampler {given} runs as the model's own Euler.",
    ),
    "own_scheduler": (
        "调度器 {given} 以模型自己的代替。",
        "The scheduler {given} runs as the model's own.",
    ),
    "denoise_shortened": (
        "denoise {denoise:g} 走 {made} 步，不是 {steps} 步：全程最多 {most} 步。",
        "With denoise {denoise:g} {made} steps are made instead of {steps}: the whole way has at "
        "most {most}.",
    ),
    "hard_mask": (
        "蒙版按黑白使用：一半以上重画，其余保留。",
        "The mask is used as black and white: above one half is drawn anew, the rest is kept.",
    ),
    "resized": (
        "按 {width}×{height} 作画：尺寸须是 16 的倍数并在模型范围内。",
        "Drawn at {width}×{height}: sides are multiples of 16 within what the model can draw.",
    ),
    "own_weights": (
        "weight_dtype {given} 不起作用：权重由 zdraw 决定。",
        "weight_dtype {given} has no effect: zdraw decides how weights are kept.",
    ),
    "seed_folded": (
        "种子 {given} 太大，按 {seed} 作画。",
        "The seed {given} is too large; drawn with {seed}.",
    ),
    "zeroed_negative": (
        "ConditioningZeroOut 以空的负面词代替。",
        "ConditioningZeroOut runs as an empty negative prompt.",
    ),
    "negative_unused": (
        "cfg 为 1，负面词不起作用（与 ComfyUI 相同）。",
        "With cfg 1 the negative prompt has no effect, as in ComfyUI.",
    ),
    "fair_order": (
        "front 和 number 不起作用：排队先后由公平队列决定。",
        "front and number have no effect: the order is that of the fair queue.",
    ),
}
