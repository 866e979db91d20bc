"""Platforms side by side: the trouble of one never stops another."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol

from bot.core.errors import StartupError
from bot.core.log import Log

#: Pauses before a platform that has failed is started again; the last one repeats.
RESTART_PAUSES = (1.0, 5.0, 30.0)
#: One that has worked for so long was well: the next trouble is a new one.
HEALTHY_SECONDS = 60.0


class Adapter(Protocol):
    """A way in, for people."""

    async def run(self) -> None:
        """Work until cancelled, and again when called again. Raises StartupError."""
        ...


class Guard:
    """Keeps chat platforms running. What only the operator can put right, such as a token that
    is refused, ends the process where there is no other platform; otherwise it is said once, and
    `switched_off` is called with its name."""

    def __init__(
        self,
        platforms: Mapping[str, Adapter],
        log: Log,
        switched_off: Callable[[str], None],
        pauses: Sequence[float] = RESTART_PAUSES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._platforms = platforms
        self._log = log
        self._switched_off = switched_off
        self._pauses = pauses
        self._clock = clock
        self._working = set(platforms)

    def loops(self) -> list[Coroutine[Any, Any, None]]:
        """One for each; none of them ends by itself."""
        return [self._keep(name, platform) for name, platform in self._platforms.items()]

    async def _keep(self, name: str, platform: Adapter) -> None:
        failures = 0
        while True:
            began = self._clock()
            try:
                await platform.run()
                self._log.error("platform_ended", platform=name)
            except StartupError as refused:
                self._working.discard(name)
                if not self._working:
                    raise
                self._log.error("platform_off", platform=name, reason=str(refused))
                self._switched_off(name)
                await asyncio.Event().wait()
            except Exception as error:
                # Not its text: it may quote what people wrote, or a token.
                self._log.error("platform_failed", platform=name, error=type(error).__name__)
            if self._clock() - began >= HEALTHY_SECONDS:
                failures = 0
            await asyncio.sleep(self._pauses[min(failures, len(self._pauses) - 1)])
            failures += 1
