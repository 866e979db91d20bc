"""What an operator tells people of a LoRA file: in `NAME.json` beside it, else in its metadata."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import structlog

from engine.lora import MAX_LORA_WEIGHT, LoraInfo

#: Bytes of a sidecar.
LONGEST = 64 * 1024
#: Characters of a title or of a trigger word, and trigger words that are told.
_LONGEST_TEXT, _MOST_WORDS = 80, 12
_log = structlog.get_logger()


def info_of(name: str, metadata: Mapping[str, str], sidecar: Path) -> LoraInfo:
    """Of a file that fits. In the sidecar `title`, `trigger_words` and `weight`, or what A1111
    writes there; what cannot be understood in it is passed over, and logged."""
    told = _read(sidecar)
    title = told.get("title") or metadata.get("modelspec.title")
    words = told.get("trigger_words", told.get("activation text"))
    words = metadata.get("modelspec.trigger_phrase") if words is None else words
    weight = told.get("weight", told.get("preferred weight"))
    return LoraInfo(
        name=name,
        title=_text(title) if isinstance(title, str) else "",
        trigger_words=tuple(_words(words)),
        # 0 is what A1111 writes for "not said".
        weight=weight if _is_weight(weight) and weight != 0 else 1.0,
    )


def _read(sidecar: Path) -> dict[str, Any]:
    try:
        # Opening a pipe would wait for somebody who writes into it.
        if sidecar.exists() and not sidecar.is_file():
            raise OSError
        with sidecar.open("rb") as opened:
            content = json.loads(opened.read(LONGEST + 1)[:LONGEST])
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        _log.warning("lora_sidecar_not_understood", file=sidecar.name)
        return {}
    return content


def _words(told: Any) -> Iterable[str]:
    """From a list, or from a text with commas."""
    parts = told.split(",") if isinstance(told, str) else told
    if not isinstance(parts, list):
        return
    texts = [_text(part) for part in parts if isinstance(part, str)]
    yield from [text for text in dict.fromkeys(texts) if text][:_MOST_WORDS]


def _text(told: str) -> str:
    """In one line."""
    printable = "".join(character if character.isprintable() else " " for character in told)
    return " ".join(printable.split())[:_LONGEST_TEXT]


def _is_weight(told: Any) -> bool:
    return type(told) in (int, float) and abs(told) <= MAX_LORA_WEIGHT
