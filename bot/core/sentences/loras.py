"""LoRA files: which there are, and why one cannot be used."""

#: code -> (Chinese, English). Those that begin "lora_" and name a problem of
#: engine.lora.LoraProblem are parts of others, in the place of {problem}.
LORAS: dict[str, tuple[str, str]] = {
    "unknown_lora": (
        "没有叫「{name}」的 LoRA，用 /loras 看有哪些。",
        "There is no LoRA called “{name}”; /loras lists those there are.",
    ),
    "unknown_lora_near": (
        "没有叫「{name}」的 LoRA，是想写 {near} 吗？用 /loras 看全部。",
        "There is no LoRA called “{name}”. Did you mean {near}? /loras lists all.",
    ),
    "too_many_loras": (
        "一次最多用 {limit} 个 LoRA，请去掉几个。",
        "At most {limit} LoRAs can be used at once. Please remove some.",
    ),
    "lora_twice": (
        "LoRA「{name}」写了两次，请只留一个。",
        "The LoRA “{name}” is named twice. Please keep one.",
    ),
    "unfit_lora": (
        "LoRA「{name}」用不了：{problem}。",
        "The LoRA “{name}” cannot be used: {problem}.",
    ),
    "lora_damaged": ("文件不完整或已损坏", "the file is damaged or not whole"),
    "lora_not_lora": ("这个文件不是 LoRA", "the file is no LoRA"),
    "lora_other_kind": (
        "是不支持的类型（{kind}）",
        "it is of a kind that is not supported ({kind})",
    ),
    "lora_other_model": (
        "不是给这个模型做的（{layer} 对不上）",
        "it was made for another model ({layer} does not fit)",
    ),
    "lora_text_encoder": (
        "它还要改文本编码器，这个模型不支持",
        "it changes the text encoder as well, which is not supported",
    ),
    "lora_outside": ("链接指向了文件夹外面", "it is a link that leads out of its folder"),
    "lora_bad_name": (
        "文件名太长，或有请求里写不了的字符",
        "its name is too long, or has characters that cannot be typed in a request",
    ),
    "lora_too_large": (
        "文件太大（{size}，最多 2 GB）",
        "the file is too large ({size}; at most 2 GB)",
    ),
    "lora_unreadable": ("引擎读不了这个文件", "the engine cannot read the file"),
    "info_loras": ("LoRA：{loras}", "LoRA: {loras}"),
    "lora_list": (
        "能用的 LoRA（在描述里写 <lora:名字:强度>，最多 {limit} 个）：",
        "LoRAs to draw with (write <lora:name:weight> in your prompt, {limit} at most):",
    ),
    "lora_row": ("· {name}{title}{words}", "· {name}{title}{words}"),
    "lora_title": ("（{title}）", " ({title})"),
    "lora_words": ("，触发词：{words}", "; trigger words: {words}"),
    "lora_unusable": ("用不了：{name}，{problem}", "Not usable: {name}; {problem}"),
    "lora_more": ("还有 {count} 个没列出。", "{count} more are not listed."),
    "no_loras": (
        "这里还没有 LoRA。管理员把 .safetensors 文件放进 LoRA 文件夹就能用。",
        "There are no LoRAs here yet. The operator puts .safetensors files into the LoRA folder.",
    ),
}
