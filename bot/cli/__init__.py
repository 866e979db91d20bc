"""The command `zdraw`: what people type at a terminal, and the codes it exits with."""

import os
import sys
from collections.abc import Sequence

from bot.core.errors import StartupError


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit. Whatever goes wrong is one line on standard error."""
    # Whatever zdraw and its libraries write is the operator's alone.
    os.umask(0o077)
    from bot.cli.app import app

    try:
        app(args=arguments, prog_name="zdraw")
    except StartupError as error:
        code = _say(str(error), error.exit_code)
    except KeyboardInterrupt:
        # SIGINT while the commands are still being imported; later ones Typer turns to 130.
        code = 130
    except Exception as error:  # the last resort: an operator gets a line, not a traceback
        code = _unexpected(error)
    sys.exit(code)


def _say(line: str, code: int) -> int:
    sys.stderr.write(f"zdraw: {line}\n")
    return code


def _unexpected(error: Exception) -> int:
    from bot.cli.crash_log import record, trace_of

    if os.environ.get("ZDRAW_LOG_LEVEL", "").lower() == "debug":
        sys.stderr.write(trace_of(error))
        return os.EX_SOFTWARE
    return _say(record(error), os.EX_SOFTWARE)
