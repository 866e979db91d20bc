"""A text in English and in both ways of writing Chinese."""

from discord.app_commands import locale_str


def said(en: str, cn: str, tw: str) -> locale_str:
    """The translator finds the Chinese in it; see words.py."""
    return locale_str(en, cn=cn, tw=tw)
