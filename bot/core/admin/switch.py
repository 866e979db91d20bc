"""The words that switch something on and off."""

ON = frozenset({"on", "开", "開", "打开", "开启"})
OFF = frozenset({"off", "关", "關", "关闭", "关掉"})


def switched(word: str) -> bool | None:
    """None for what is neither."""
    word = word.lower()
    return True if word in ON else False if word in OFF else None
