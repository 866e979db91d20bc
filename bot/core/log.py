"""The logger the core is given: an event name and fields, never a prompt, never a token."""

from typing import Any, Protocol


class Log(Protocol):
    """The part of structlog that the core uses."""

    def info(self, event: str, **fields: Any) -> Any: ...

    def warning(self, event: str, **fields: Any) -> Any: ...

    def error(self, event: str, **fields: Any) -> Any: ...

    def exception(self, event: str, **fields: Any) -> Any: ...
