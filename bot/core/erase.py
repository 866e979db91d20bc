"""Deletes the messages of removed pictures.

A removal is a row until its message is gone, so a process that dies in between deletes it when
it is back; deleting twice does no harm. The files stay on the disk, for the operator.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from bot.core.chat_ports import Eraser, Removal, Removals
from bot.core.errors import DeliveryError, MessageGone, TryLater
from bot.core.generation import Generation
from bot.core.log import Log
from bot.core.messages import Notice
from bot.core.notify import Notifier
from bot.core.ports import Admissions
from bot.core.replies import reply

#: Removals that no word was heard of are looked for this often.
LOOK_SECONDS = 30.0


class Erasures:
    """Brings what people see in line with the removals."""

    def __init__(
        self,
        *,
        removals: Removals,
        admissions: Admissions,
        erasers: Mapping[str, Eraser],
        notifier: Notifier,
        log: Log,
    ) -> None:
        self._removals = removals
        self._admissions = admissions
        self._erasers = erasers
        self._notifier = notifier
        self._log = log
        self._wake = asyncio.Event()
        #: Serials of those with a task.
        self._busy: set[int] = set()

    def look(self) -> None:
        """There may be something to delete."""
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                # Before the look: what is asked for while it goes on must be found as well.
                self._wake.clear()
                for removal in await self._removals.waiting(tuple(self._erasers)):
                    if removal.serial not in self._busy:
                        self._busy.add(removal.serial)
                        # One each: a chat that is told to wait holds up no other.
                        tasks.create_task(self._work_on(removal))
                # Not wait_for: in Python 3.11 it swallows a cancellation that comes with the word.
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._wake.wait()

    async def _work_on(self, removal: Removal) -> None:
        try:
            await self._settle(removal)
        except TryLater as later:
            await asyncio.sleep(later.seconds)
            self.look()
        except Exception:
            # Left for a later look; one that fails must not end the others.
            self._log.exception("erasing_failed", generation_id=removal.generation_id)
        finally:
            self._busy.discard(removal.serial)

    async def _settle(self, removal: Removal) -> None:
        generation = await self._admissions.get(removal.generation_id)
        assert generation is not None, "rows of generations are kept"
        eraser = self._erasers.get(generation.address.platform)
        if eraser is None:
            # Its platform was switched off meanwhile; the row waits for another process.
            return
        shown = replace(
            generation,
            address=replace(generation.address, chat=removal.chat),
            status_message=removal.message,
        )
        try:
            await eraser.erase(shown)
        except MessageGone:
            self._log.info("erased_before", generation_id=generation.id)
        except TryLater:
            raise
        except DeliveryError as error:
            self._log.info("not_erased", generation_id=generation.id, reason=str(error))
            await self._notifier.post(_apology(removal, shown))
        await self._removals.done(removal.serial)


def _apology(removal: Removal, shown: Generation) -> Notice:
    return Notice(
        event_key=f"removal:{removal.serial}",
        address=replace(shown.address, request_message=removal.message),
        requester=shown.requester,
        private=shown.private,
        text=reply("not_erased", shown.locale, shown.address.platform, id=shown.id),
    )
