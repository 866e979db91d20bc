"""Why an accepted request failed, and what there is to know about a picture."""

#: Why an accepted request failed: engine.contract.ErrorCode -> (zh, en), put into "failed".
FAILURES: dict[str, tuple[str, str]] = {
    "prompt_too_long": (
        "提示词有 {tokens} 个词元，上限 {limit}，「{lost}」放不下",
        "the prompt has {tokens} tokens, the limit is {limit}; “{lost}” does not fit",
    ),
    "enhanced_too_long": (
        "描述加上画质词有 {tokens} 个词元，上限 {limit}，放不下；再画一次就只用你的描述",
        "with the words of quality the prompt has {tokens} tokens, the limit is {limit}; drawn "
        "again, it is your words alone",
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
        "显存不足，请降低分辨率或关闭画质增强",
        "the GPU ran out of memory. Please ask for a smaller picture, or turn enhancement off",
    ),
    "engine_error": (
        "引擎内部出错，已记录。请点 🔁 再试",
        "the engine hit an internal error, which was logged. Press 🔁 to try again",
    ),
    "too_many_attempts": (
        "引擎连续多次中断，已停止重试。请稍后点 🔁 再试",
        "the engine broke off too many times. Press 🔁 to try again later",
    ),
    "input_gone": (
        "要改的那张图已经删除了，请重新发一张",
        "the picture to begin from was deleted. Please send one again",
    ),
    "no_inputs": (
        "模型 {model} 只会按文字画，不能改图",
        "the model {model} draws from words only; it cannot change pictures",
    ),
    "bad_steps": (
        "步数 {steps} 不在 {minimum}–{maximum} 之间",
        "steps {steps} is outside {minimum}–{maximum}",
    ),
    "no_lora": (
        "没有叫「{name}」的 LoRA 了",
        "there is no LoRA called “{name}” any more",
    ),
    "no_lora_near": (
        "没有叫「{name}」的 LoRA，是想写 {near} 吗",
        "there is no LoRA called “{name}”; did you mean {near}?",
    ),
    "unfit_lora": (
        "LoRA「{name}」用不了：{problem}",
        "the LoRA “{name}” cannot be used: {problem}",
    ),
    "bad_picture_with_loras": (
        "引擎两次都没画出图来，可能是 LoRA（{loras}）的缘故。请去掉它或减小强度再试",
        "the engine drew no picture twice; perhaps because of the LoRA ({loras}). Try without it, "
        "or with less of it",
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
    "enhanced": (
        "✨ 画质增强：引导 {guidance:g}，用时加倍。",
        "✨ Enhanced with guidance {guidance:g}, at twice the time.",
    ),
    "no_room_to_enhance": (
        "ℹ️ 描述已经很长，没有再加画质词。",
        "ℹ️ The prompt is long already: no words of quality were put behind it.",
    ),
    "guidance_unusual": (
        "ℹ️ 引导 {guidance:g} 不在建议的 {low:g}–{high:g} 之间，效果可能不佳。",
        "ℹ️ Guidance {guidance:g} is outside the advised {low:g}–{high:g}; the result may suffer.",
    ),
    "enlarged": (
        "ℹ️ 演示模型按 {drawn_width}×{drawn_height} 作画，再缩放到这个大小。",
        "ℹ️ The demo model drew it at {drawn_width}×{drawn_height}; it was scaled to this size.",
    ),
    "source_cut": (
        "ℹ️ 图的形状和要画的不一样，取了中间的部分。",
        "ℹ️ Your picture has another shape; its middle was used.",
    ),
    "only_transparent": (
        "ℹ️ 图里有透明的部分，只重画了那里。",
        "ℹ️ Your picture is transparent in places; only those were drawn anew.",
    ),
    "outside_vocabulary": (
        "ℹ️ 这是演示模型，只认识圆、方块、三角、星、心、菱形、太阳、房子、树、鱼、猫、几种颜色，"
        "和「」里的数字与简单汉字；真正的模型请让管理员设置 ZDRAW_MODEL=z-image-turbo。",
        "ℹ️ This is the demo model: it knows circles, squares, triangles, stars, hearts, diamonds, "
        "a sun, a house, a tree, a fish, a cat, some colours, digits and simple characters. For "
        "the real one the operator sets ZDRAW_MODEL=z-image-turbo.",
    ),
}
