"""Text within a platform's limits."""


def cut(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units, which is what platforms count if they do not count less;
    never half a character."""
    encoded = text.encode("utf-16-le", "replace")
    if len(encoded) <= 2 * limit:
        return text
    return encoded[: 2 * (limit - 1)].decode("utf-16-le", "ignore") + "…"
