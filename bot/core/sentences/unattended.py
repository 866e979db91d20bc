"""What is said in place of the same sentence where there are no commands at all: at the board, and
in a terminal."""

#: code -> (Chinese, English), with the data of the sentence that it stands for.
UNATTENDED: dict[str, tuple[str, str]] = {
    "queue_full_yours": (
        "已有 {limit} 个请求在排队，请等其中一个结束后再来。",
        "{limit} requests are waiting already. Wait until one of them has ended.",
    ),
    "unknown_lora": (
        "没有叫「{name}」的 LoRA。",
        "There is no LoRA called “{name}”.",
    ),
    "unknown_lora_near": (
        "没有叫「{name}」的 LoRA，是想写 {near} 吗？",
        "There is no LoRA called “{name}”. Did you mean {near}?",
    ),
    "strength_needs_picture": (
        "「改动」要有一张图；只按文字画请去掉它。",
        "“--strength” needs a picture. Without one, leave it out.",
    ),
    "unknown_option": (
        "不认识参数「{option}」，请去掉它。",
        "“{option}” is not an option. Please remove it.",
    ),
}
