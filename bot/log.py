"""Logging: one line an event on standard error, for people or as JSON. Prompts are never logged."""

import logging
import re
import sys

import structlog
from structlog.types import EventDict, Processor, WrappedLogger

from bot.settings import LogFormat, LogLevel

#: Of Telegram's bots, of Discord's, and of Discord's interactions: those alone, or in an address;
#: and of programs.
_TOKENS = re.compile(
    r"\d+:[A-Za-z0-9_-]{30,}"
    r"|(?<![\w-])[\w-]{20,}\.[\w-]{4,10}\.[\w-]{20,}"
    r"|aW50ZXJhY3Rpb246[\w-]+"
    r"|eyJ[\w-]+\.[\w-]+\.[\w-]+"
    r"|(?<=webhooks/)\d+/[^/\s'\"]+|(?<=interactions/)\d+/[^/\s'\"]+"
)


def set_up_log(level: LogLevel, style: LogFormat) -> None:
    """Send what zdraw and its libraries log to standard error."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_ANNOTATE,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_ANNOTATE,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _event_first,
                _redacted(_RENDERERS[style]),
            ],
        )
    )
    # Libraries speak from WARNING on: at INFO httpx logs whole addresses, and an address of
    # the Bot API contains the token.
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("bot").setLevel(level.upper())
    logging.captureWarnings(True)


def redact(text: str) -> str:
    """`text` without anything that looks like a token."""
    return _TOKENS.sub("[token]", text)


def _redacted(render: Processor) -> Processor:
    """The last processor: whatever came before, no token leaves."""

    def redacted_line(logger: WrappedLogger, method: str, event: EventDict) -> str:
        return redact(str(render(logger, method, event)))

    return redacted_line


def _event_first(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    first = {key: event[key] for key in ("event", "level", "time") if key in event}
    return {**first, **event}


def _key_value_line(logger: WrappedLogger, method: str, event: EventDict) -> str:
    """key=value rather than columns, so that `grep event=` works; a traceback stands below."""
    trace = event.pop("exception", None)
    line = _LOGFMT(logger, method, event)
    return f"{line}\n{trace}" if trace else line


#: Flags are written out: `ready=true`, not a bare `ready`.
_LOGFMT = structlog.processors.LogfmtRenderer(bool_as_flag=False)

_ANNOTATE: tuple[Processor, ...] = (
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", key="time"),
)

_RENDERERS: dict[LogFormat, Processor] = {
    LogFormat.CONSOLE: _key_value_line,
    LogFormat.JSON: structlog.processors.JSONRenderer(ensure_ascii=False),
}
