"""The engine's list of LoRA files as it was last told, for the time before it is told again."""

import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from engine.lora import LoraInfo


class KeptLoraList:
    """KeptLoras in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self) -> tuple[LoraInfo, ...] | None:
        """See KeptLoras."""
        try:
            told = json.loads(self._file.read_bytes())
            return tuple(LoraInfo.model_validate(one) for one in told)
        except (OSError, ValueError, TypeError, ValidationError):
            # Not there yet, or not whole: the engine tells it again.
            return None

    def keep(self, infos: Sequence[LoraInfo]) -> None:
        """See KeptLoras."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps([info.model_dump() for info in infos], ensure_ascii=False))
        fresh.replace(self._file)
