"""One line an event, to stderr, with the same names everywhere. Prompts are never logged."""

import logging
import sys

import structlog
from structlog.types import Processor

#: The same look as the bot's log: both end up in one stream.
_RENDERERS: dict[str, Processor] = {
    "console": structlog.processors.LogfmtRenderer(
        key_order=["event", "level", "time"], bool_as_flag=False
    ),
    "json": structlog.processors.JSONRenderer(ensure_ascii=False),
}


def configure(level: str, style: str) -> None:
    """Sets up the log of this process; `style` is "console" or "json"."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            structlog.processors.format_exc_info,
            _RENDERERS[style],
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
