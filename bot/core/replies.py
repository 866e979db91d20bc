"""Every sentence that a person sees, in Chinese and English.

A code picks the sentence, data fills it. Codes of refusals are those that core modules and
adapters raise; codes of failures are engine.contract.ErrorCode values.
"""

import re
from collections.abc import Mapping
from typing import Any

from bot.core.draw_options import option_named
from bot.core.errors import Refusal
from bot.core.sentences.answers import ANSWERS
from bot.core.sentences.board import BOARD, FAILED_ON_THE_PAGE, ON_THE_PAGE
from bot.core.sentences.discord import DISCORD
from bot.core.sentences.group_rules import GROUP_RULES
from bot.core.sentences.keeping_order import KEEPING_ORDER
from bot.core.sentences.loras import LORAS
from bot.core.sentences.moderation import MODERATION
from bot.core.sentences.my_data import MY_DATA
from bot.core.sentences.outcomes import FAILURES, NOTES
from bot.core.sentences.programs import PROGRAMS
from bot.core.sentences.refusals import REFUSALS
from bot.core.sentences.servers import in_servers
from bot.core.sentences.unattended import UNATTENDED

__all__ = [
    "ASK_MARK",
    "FAILURES",
    "NOTES",
    "OWN",
    "OWN_FAILURES",
    "PROGRAMS",
    "QUESTIONS",
    "REPLIES",
    "asked_about",
    "failure_text",
    "lora_problem",
    "note_text",
    "program_text",
    "refusal_text",
    "reply",
    "wait_text",
]

#: What a question for a prompt begins with in every language, and no other message does: on
#: platforms where an answer is a reply, a reply to it is a prompt, also after a restart.
ASK_MARK = "✏️"
QUESTIONS = ("ask_prompt", "ask_edit")
#: The request that a question is about stands in its first line.
_ASKED_ABOUT = re.compile(rf"{ASK_MARK}[^\n]*?#(?P<id>[0-9a-z]{{1,12}})(?![0-9a-z])")
REPLIES: dict[str, tuple[str, str]] = {
    **ANSWERS,
    **MY_DATA,
    **REFUSALS,
    **KEEPING_ORDER,
    **GROUP_RULES,
    **MODERATION,
    **BOARD,
    **LORAS,
}

#: What a platform says in place of these: its commands have other names, or it has none.
OWN: dict[str, dict[str, tuple[str, str]]] = {
    "discord": {**in_servers(REPLIES), **DISCORD},
    "board": {**UNATTENDED, **ON_THE_PAGE},
    "cli": UNATTENDED,
}
#: The same for failures.
OWN_FAILURES: dict[str, dict[str, tuple[str, str]]] = {"board": FAILED_ON_THE_PAGE}


def asked_about(question: str) -> str | None:
    """The id of the request whose words a question wants changed."""
    match = _ASKED_ABOUT.match(question)
    return match["id"] if match else None


def reply(code: str, locale: str, platform: str = "", /, **data: Any) -> str:
    """The sentence for `code` in the person's language. `platform`: where it is read, which matters
    to those that name a command."""
    sentences = OWN.get(platform, {}).get(code) or REPLIES[code]
    return _pick(sentences, locale).format(**data)


def refusal_text(refusal: Refusal, locale: str, platform: str = "") -> str:
    """The sentence that tells a person why their request cannot be accepted; see `reply`."""
    code, data = refusal.code, dict(refusal.data)
    if data.get("nearest") is not None and code == "unknown_option":
        code = "unknown_option_near"
    if data.get("value") == "" and code == "bad_value":
        code = "missing_value"
    if data.get("fleets") and code == "quota_spent":
        code = "quota_spent_fleet"
    if "wait" in data:
        data["wait"] = wait_text(data["wait"], locale)
    if data.get("why"):
        data["why"] = reply("because", locale, why=data["why"])
    if "key" in data:
        data["key"] = option_named(data["key"]).label(locale)
    code = _prepared(code, locale, data)
    if "setting" in data:
        data["setting"] = reply(f"setting_{data['setting']}", locale)
    return reply(code, locale, platform, **data)


def lora_problem(problem: str, locale: str, data: Mapping[str, Any]) -> str:
    """Why a LoRA file cannot be used, as a part of a sentence; `data` as engine.lora has it. What
    only a newer engine knows is damage."""
    try:
        return _pick(LORAS[f"lora_{problem}"], locale).format(**data)
    except KeyError:
        return _pick(LORAS["lora_damaged"], locale)


def program_text(code: str, locale: str, names: Mapping[str, str], /, **data: Any) -> str:
    """The sentence for a refusal, a failure or anything else that a program is told. It calls
    options by `names`."""
    if "key" in data:
        data["key"] = names.get(data["key"], data["key"])
    if "wait" in data:
        data["wait"] = wait_text(data["wait"], locale)
    if data.get("reason"):
        data["reason"] = reply("because", locale, reason=data["reason"])
    code = _prepared(code, locale, data)
    tables = (PROGRAMS, REPLIES, FAILURES)
    try:
        sentences = next(table[code] for table in tables if code in table)
        return _pick(sentences, locale).format(**{**names, **data})
    except (StopIteration, KeyError):
        # As in failure_text.
        return _pick(PROGRAMS["engine_error"], locale)


def wait_text(milliseconds: int, locale: str) -> str:
    """How long until something, rounded up: in seconds, minutes, hours, or days from two on."""
    seconds = max(1, -(-milliseconds // 1000))
    sizes = ((86400, "in_days"), (3600, "in_hours"), (60, "in_minutes"), (1, "in_seconds"))
    for size, code in sizes:
        if seconds >= size * (2 if code == "in_days" else 1):
            return reply(code, locale, number=-(-seconds // size))
    raise AssertionError("at least a second")


def failure_text(code: str, locale: str, platform: str = "", /, **data: Any) -> str:
    """Why an accepted request failed, as a part of a sentence; see `reply`. A code or data that
    only another version of zdraw knows is an internal error in this one's words."""
    code = _prepared(code, locale, data)
    sentences = {**FAILURES, **OWN_FAILURES.get(platform, {})}
    try:
        return _pick(sentences[code], locale).format(**data)
    except KeyError:
        return _pick(sentences["engine_error"], locale)


def _prepared(code: str, locale: str, data: dict[str, Any]) -> str:
    """Makes words of what an engine says of LoRAs; the code of the sentence."""
    if "problem" in data:
        data["problem"] = lora_problem(data["problem"], locale, data.get("lora", data))
    if "near" in data:
        data["near"] = (", " if locale == "en" else "、").join(data["near"])
    if code == "bad_picture" and data.get("loras"):
        data["loras"] = ", ".join(map(str, data["loras"]))
        return "bad_picture_with_loras"
    return "no_lora_near" if code == "no_lora" and data.get("near") else code


def note_text(note: str, locale: str, /, **data: Any) -> str:
    """The sentence for a note of a generation."""
    return _pick(NOTES[note], locale).format(**data)


def _pick(sentences: tuple[str, str], locale: str) -> str:
    return sentences[1] if locale == "en" else sentences[0]
