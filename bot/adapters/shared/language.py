"""Which of zdraw's languages somebody is spoken to in."""


def locale_of(language: str | None) -> str:
    """Chinese, unless the platform is known to be used in something else. `language` is what the
    platform calls it, such as zh-CN or en-US."""
    if language is None or language.lower().startswith("zh"):
        return "zh"
    return "en"
