"""Words as they were typed: what Discord would make something of is escaped.

https://docs.discord.com/developers/reference#message-formatting
"""

import re

#: Emphasis, code, spoilers, quotes; the brackets of masked links, mentions, emoji and times; the
#: colon of links and emoji; the at of @everyone; the slash of an invitation without a scheme.
_ANYWHERE = re.compile(r"[\\*_~|`\[\]<>:@]|(?<=[A-Za-z0-9])/")
#: What a line that begins with it is: a header, small print, an item of a list.
_LINE = re.compile(r"((?:\A|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])\s*)([#+-]|\d+(?=[.)](?:\s|\Z)))")


def escaped(text: str) -> str:
    """Looks like `text`, and is nothing else."""
    return _LINE.sub(_escape_line, _ANYWHERE.sub(r"\\\g<0>", text))


def _escape_line(match: re.Match[str]) -> str:
    before, sign = match.groups()
    # A backslash before a digit would be seen.
    return f"{before}{sign}\\" if sign.isdigit() else f"{before}\\{sign}"
