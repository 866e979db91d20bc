"""What is a group elsewhere is a server in Discord. What holds everywhere holds for groups as well,
and goes on to say so."""

import re
from collections.abc import Mapping

#: Said on Telegram alone.
OF_TELEGRAM = frozenset(
    {"privacy_mode", "is_quiet", "is_not_quiet", "admins_unknown", "not_a_person"}
)
_ENGLISH = re.compile(r"(?<!every )(?<!/admin )\bgroup\b|(?<=\bin )groups\b")


def in_servers(sentences: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Those that are said otherwise there."""
    said = {
        code: (_chinese(zh), _english(en))
        for code, (zh, en) in sentences.items()
        if code not in OF_TELEGRAM
    }
    return {code: words for code, words in said.items() if words != sentences[code]}


def _chinese(sentence: str) -> str:
    sentence = sentence.replace("全群", "整个服务器").replace("本群", "这个服务器")
    return re.sub("(?<!所有)群", "服务器", sentence)


def _english(sentence: str) -> str:
    return _ENGLISH.sub(lambda found: "servers" if found[0] == "groups" else "server", sentence)
