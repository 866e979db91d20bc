"""Whether a message is a command: `/draw …`, 「画 …」, `@bot 画 …`.

Every chat message passes here, so ordinary talk must come out as None: 「画得真好」.
"""

import re

from bot.core.commands import COMMANDS
from bot.core.grammar.folding import INVISIBLE, fold

_NAMES = {command.name for command in COMMANDS}
_TRIGGERED = {trigger: command for command in COMMANDS for trigger in command.triggers}
_TEXT_TRIGGERS = [trigger for trigger, command in _TRIGGERED.items() if command.takes_text]
#: Longest first, except that 「/画图书馆」 wants a library and not 书馆.
_NOT_IN_A_NOUN = "(?![书案腾片纸标像钉形])"
_MENTION = r"@(?P<{group}>[A-Za-z0-9_]++)"
_LEADING_MENTION = re.compile(_MENTION.format(group="mention") + r"\s+")
#: Chinese and options may follow without a space; `/draw.io` is something else.
_SLASH_NAME = re.compile(
    rf"/(?P<name>[A-Za-z0-9_]++)(?:{_MENTION.format(group='bot')})?(?=[\s,:-]|[^\x00-\x7f]|\Z)"
)
#: After 「@bot 画」 these make it talk about pictures: 画得, 画的, 画了, 画风.
_TALK = "得的了过完好错风家面质框展作册笔布师像"
#: A word ends here, and one of these marks belongs to neither side.
_END = re.compile(r"\s|[,:]|\Z")
_LEADING = re.compile(r"\s*[,:]?\s*")


def _trigger_pattern() -> re.Pattern[str]:
    triggers = sorted(_TRIGGERED, key=len, reverse=True)
    spelled = "|".join(
        trigger + (_NOT_IN_A_NOUN if trigger.endswith("图") else "") for trigger in triggers
    )
    mention = _MENTION.format(group="bot")
    return re.compile(rf"(?P<slash>/)?(?P<name>{spelled})(?:{mention})?")


_TRIGGER = _trigger_pattern()


def match_command(text: str, bot_username: str, *, bare: bool = True) -> tuple[str, str] | None:
    """(name of the command, the words after it as typed), or None. Before them stands what the
    trigger says by itself. `bare`: what is said is said to the bot, so that a Chinese word needs
    neither a slash nor a mention. Elsewhere none acts without, but 「画」 and 「改图」 with a
    description.

    None is also for commands addressed to another bot and for unknown slash commands.
    """
    seen = fold(text)
    own_name = bot_username.lstrip("@").casefold()
    start = len(seen) - len(seen.lstrip("".join(INVISIBLE) + " \t\n\r"))
    mention = _LEADING_MENTION.match(seen, start)
    if mention is not None:
        if mention["mention"].casefold() != own_name:
            return None
        start = mention.end()
    match = _SLASH_NAME.match(seen, start) or _TRIGGER.match(seen, start)
    if match is None or (match["bot"] or own_name).casefold() != own_name:
        return None
    name, spoken = match["name"].lower(), ""
    if name not in _NAMES and name not in _TRIGGERED:
        return None
    if name in _TRIGGERED:
        if not _is_call(seen, match, mentioned=mention is not None, bare=bare):
            return None
        spoken = _TRIGGERED[name].spoken.get(name, "")
        name = _TRIGGERED[name].name
    leading = _LEADING.match(seen, match.end())
    assert leading is not None
    return name, " ".join(filter(None, (spoken, text[leading.end() :])))


def _is_call(seen: str, match: re.Match[str], *, mentioned: bool, bare: bool) -> bool:
    """Whether a Chinese trigger is meant as a command."""
    ends = _END.match(seen, match.end()) is not None
    called = mentioned or bool(match["slash"] or match["bot"])
    if match["name"] in _TEXT_TRIGGERS:
        if match["slash"]:
            return True
        if ends:
            return called or bare or seen[match.end() :].strip(" \t\r\n,:") != ""
        return mentioned and seen[match.end()] not in _TALK
    if called:
        return ends
    # 「取消」 alone is a command; 「取消 明天的会」 is talk. 「安静 开」 is one, 「安静」 is talk.
    command, rest = _TRIGGERED[match["name"]], seen[match.end() :].strip()
    return bare and not command.slash_or_mention and rest in (command.words or ("",))
