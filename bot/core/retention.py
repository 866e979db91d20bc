"""What is stored goes when its time has come: files of what was forgotten at once, and every hour
whatever is older than the operator keeps it, old exports, old notices and old uploads.

Rows say what is to be deleted before it is, and deleting twice does no harm, so a process that
dies in between goes on when it is back.
"""

import asyncio

from bot.core.data_ports import Archives, Exports, Files, Forgetting, OldNotices, export_path
from bot.core.log import Log
from bot.core.ports import Clock
from bot.core.strays import Strays
from bot.core.uploads import Uploads

#: What no word was heard of is looked for this often.
LOOK_SECONDS = 30.0
SWEEP_MS = 3600 * 1000
#: Generations at once: admissions wait for no more than that.
BATCH = 100
#: Between two batches, others have their turn.
PAUSE_SECONDS = 0.05
DAY_MS = 24 * 3600 * 1000


class Retention:
    """`keep_days`: how long what has ended is kept; 0 = for ever."""

    def __init__(
        self,
        *,
        forgetting: Forgetting,
        files: Files,
        exports: Exports,
        archives: Archives,
        notices: OldNotices,
        uploads: Uploads,
        strays: Strays,
        keep_days: int,
        clock: Clock,
        log: Log,
    ) -> None:
        self._forgetting = forgetting
        self._files = files
        self._exports = exports
        self._archives = archives
        self._notices = notices
        self._uploads = uploads
        self._strays = strays
        self._keep_ms = keep_days * DAY_MS
        self._clock = clock
        self._log = log
        self._wake = asyncio.Event()

    def look(self) -> None:
        """There may be something to delete."""
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled."""
        due = self._clock()
        while True:
            # Before the work: what is asked for while it goes on must be found as well.
            self._wake.clear()
            try:
                if self._clock() >= due:
                    await self.sweep()
                    due = self._clock() + SWEEP_MS
                await self.clean()
            except Exception:
                # Nobody waits for it, and later it may work.
                self._log.exception("cleaning_failed")
            try:
                await asyncio.wait_for(self._wake.wait(), LOOK_SECONDS)
            except TimeoutError:
                continue

    async def sweep(self) -> None:
        """What is due by its age."""
        generations = 0
        if self._keep_ms:
            before = self._clock() - self._keep_ms
            while done := await self._forgetting.expire(before, BATCH):
                generations += done
                await asyncio.sleep(PAUSE_SECONDS)
        notices = await self._notices.sweep()
        exports = await self._archives.sweep(self._clock() - DAY_MS)
        swept = {"generations": generations, "notices": notices, "exports": exports}
        swept |= {"uploads": await self._uploads.sweep(), "strays": await self._strays.sweep()}
        if any(swept.values()):
            self._log.info("swept", **swept)

    async def clean(self) -> None:
        """What was asked for: words of those that have been told of by now, and files."""
        words, files = await self.let_words_go(), 0
        while done := await self._delete_files():
            files += done
            await asyncio.sleep(PAUSE_SECONDS)
        exports = await self._exports.expired()
        if exports:
            await self._archives.delete([export_path(serial) for serial in exports])
            await self._exports.drop(exports)
        if words or files or exports:
            self._log.info("cleaned", words=words, files=files, exports=len(exports))

    async def let_words_go(self) -> int:
        """Of how many generations. Each portion is a transaction, and others have their turn in
        between."""
        words = 0
        while done := await self._forgetting.let_go(BATCH):
            words += done
        return words

    async def _delete_files(self) -> int:
        """Of how many generations; 0 where there is nothing more that can be done."""
        doomed = await self._forgetting.with_files(BATCH)
        gone = await self._files.delete(doomed) if doomed else ()
        await self._forgetting.without_files(gone)
        if len(gone) == len(doomed):
            return len(gone)
        self._log.error("files_not_deleted", generations=len(doomed) - len(gone))
        return 0
