"""What can go wrong, by who has to act.

ZdrawError
├── Refusal             a person asked for something that cannot be: they get one sentence
├── AlreadySeen         a redelivered event: its effect is there already
├── DeliveryError       an adapter could not show something
│   ├── MessageGone     the status message no longer exists
│   ├── PictureRefused  text is taken there, this picture is not
│   ├── Unreachable     nobody can be reached there any more
│   └── TryLater        the platform or the network asks for patience
├── EngineError         the engine did not take a job
│   ├── EngineBusy      it is full, starting, stopping or away: offer the job again
│   └── EngineRefused   it will never take this job
└── StartupError        the operator has to change something: one line and an exit code
"""

from typing import Any

from engine.contract import ErrorCode


class ZdrawError(Exception):
    """Base of all errors that zdraw raises on purpose."""


class Refusal(ZdrawError):
    """The request cannot be accepted. `code` picks the sentence in replies.py, `data` fills it."""

    def __init__(self, code: str, **data: Any) -> None:
        super().__init__(code)
        self.code = code
        self.data = data


class AlreadySeen(ZdrawError):
    """The event had its effect before; nothing was done now."""


class DeliveryError(ZdrawError):
    """An adapter could not show something to people."""


class MessageGone(DeliveryError):
    """The status message was deleted, or can no longer be edited."""


class PictureRefused(DeliveryError):
    """The chat can be written to, but this file is not taken there as this kind of media."""


class Unreachable(DeliveryError):
    """The chat cannot be written to for good: blocked, kicked, deleted, no right to send."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TryLater(DeliveryError):
    """Not now. Whether the last call had an effect may be unknown, so only repeat what is
    harmless to repeat."""

    def __init__(self, seconds: float, reason: str = "") -> None:
        super().__init__(reason)
        self.seconds = seconds


class EngineError(ZdrawError):
    """The engine did not take a job."""

    def __init__(self, code: ErrorCode | None = None, data: dict[str, Any] | None = None) -> None:
        super().__init__(code.value if code else "engine unreachable")
        self.code = code
        self.data = data or {}


class EngineBusy(EngineError):
    """The job was not taken now; it stays queued."""


class EngineRefused(EngineError):
    """The job will never be taken: its outcome is FAILED with `code` and `data`."""

    code: ErrorCode


class StartupError(ZdrawError):
    """zdraw cannot start; the message is the one line the operator reads."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code
