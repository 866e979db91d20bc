"""The generation that somebody names in a command."""

#: An id is at most 12 characters; what is longer is quoted back in part.
MAX_QUOTE = 32


def named_id(words: str | None) -> str | None:
    """「#k3v9x2ab」 or the id alone, in whatever case a keyboard made of it; None when nothing is
    named."""
    return (words or "").strip().removeprefix("#").lower()[:MAX_QUOTE] or None
