"""What a check has found: one line for the operator."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pydantic import SecretStr

#: Of what others say, so much is repeated.
_LONGEST_REASON = 200


class Mark(StrEnum):
    """How bad it is."""

    FINE = "✅"
    WARNING = "⚠️"
    BROKEN = "❌"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`exit_code` says what kind of thing is broken; see docs/configuration.md."""

    mark: Mark
    zh: str
    en: str
    exit_code: int = os.EX_OK

    @property
    def line(self) -> str:
        return f"{self.mark} {self.zh} / {self.en}"


def fine(zh: str, en: str) -> Finding:
    return Finding(mark=Mark.FINE, zh=zh, en=en)


def warning(zh: str, en: str) -> Finding:
    """Something to know, and maybe to change; zdraw runs."""
    return Finding(mark=Mark.WARNING, zh=zh, en=en)


def broken(exit_code: int, zh: str, en: str) -> Finding:
    """Something without which zdraw, or a part of it that is switched on, does not work."""
    return Finding(mark=Mark.BROKEN, zh=zh, en=en, exit_code=exit_code)


def reason(error: BaseException, *secrets: SecretStr | None) -> str:
    """What an error says, on one line and without the secrets, or else its kind."""
    text = " ".join(str(error).split()) or type(error).__name__
    for secret in secrets:
        if secret is not None:
            text = text.replace(secret.get_secret_value(), "…")
    return text[:_LONGEST_REASON]


def summary(findings: Iterable[Finding]) -> Finding:
    """The last line: what remains to be done, under the code of the first that is broken."""
    found = list(findings)
    wrong = [finding for finding in found if finding.mark is Mark.BROKEN]
    if wrong:
        return broken(
            wrong[0].exit_code,
            f"有 {len(wrong)} 处不对，见上面的 ❌",
            f"{len(wrong)} to fix, see ❌ above",
        )
    if any(finding.mark is Mark.WARNING for finding in found):
        return warning("可以运行，但请看上面的提醒", "zdraw can run; see the warnings above")
    return fine("一切正常", "all is well")
