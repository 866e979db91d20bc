"""Makes what /export asks for: a zip file with all that is stored of a person.

A wish is a row until it is answered, so whoever was told to wait gets an answer after a restart
too. One file is made at a time: nobody waits for it in a queue of pictures.
"""

import asyncio
from collections.abc import AsyncIterator

from bot.core.data_ports import Archive, Archives, Belongings, Export, Exports, Rows
from bot.core.log import Log
from bot.core.messages import Attachment, Notice
from bot.core.notify import Notifier
from bot.core.replies import reply

#: Wishes that no word was heard of are looked for this often.
LOOK_SECONDS = 30.0
#: One that keeps failing, or that ends the process each time, is given up.
MAX_ATTEMPTS = 3
#: Platforms count more than the file's own bytes.
USED_SHARE = 0.98
#: Paths that are kept in mind while rows are read. Far more than fit.
MOST_PICTURES = 20_000


class Exporter:
    """Takes wishes one by one."""

    def __init__(
        self,
        *,
        exports: Exports,
        belongings: Belongings,
        archives: Archives,
        notifier: Notifier,
        log: Log,
    ) -> None:
        self._exports = exports
        self._belongings = belongings
        self._archives = archives
        self._notifier = notifier
        self._log = log
        self._wake = asyncio.Event()

    def look(self) -> None:
        """There may be something to make."""
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            # Before the look: what is asked for while it goes on must be found as well.
            self._wake.clear()
            while await self._work():
                continue
            try:
                await asyncio.wait_for(self._wake.wait(), LOOK_SECONDS)
            except TimeoutError:
                continue

    async def _work(self) -> bool:
        """Make one; False where there is nothing to do for now."""
        export = await self._exports.begin()
        if export is None:
            return False
        notice = await self._made(export) if export.attempts <= MAX_ATTEMPTS else None
        if notice is None and export.attempts < MAX_ATTEMPTS:
            return False
        sorry = _notice(export, reply("export_failed", export.locale))
        await self._notifier.post(notice or sorry)
        await self._exports.end(export.serial)
        return True

    async def _made(self, export: Export) -> Notice | None:
        try:
            return await self._make(export)
        except Exception:
            # A full disk, say: it may pass.
            self._log.exception("export_failed", export=export.serial, attempt=export.attempts)
            return None

    async def _make(self, export: Export) -> Notice:
        contents, own = _Contents(), self._belongings
        lists = (
            ("person.json", own.person(export.requester)),
            ("bans.json", own.bans(export.requester)),
            ("accounts.json", own.accounts(export.requester)),
            ("ledger.json", own.entries(export.requester)),
            ("generations.json", contents.noting(own.generations(export.requester))),
        )
        room = int(export.limit_bytes * USED_SHARE)
        async with self._archives.open(export.path, room) as archive:
            for name, pages in lists:
                await archive.add_rows(name, pages)
            await contents.put_pictures(archive)
            await archive.close({"person": export.requester, **contents.counts()})
        self._log.info("export_made", export=export.serial, **contents.counts())
        return _notice(export, contents.text(export), path=export.path)


class _Contents:
    """What is in the file, and what did not fit."""

    def __init__(self) -> None:
        self._generations = 0
        #: All rows were read.
        self._complete = False
        self._paths: list[str] = []
        self._pictures = 0
        self._left_out = 0

    async def noting(self, pages: AsyncIterator[Rows]) -> AsyncIterator[Rows]:
        """The same, and noted."""
        async for page in pages:
            self._generations += len(page)
            for row in page:
                room = MOST_PICTURES - len(self._paths)
                # What it was drawn from as well.
                files = [*row["pictures"], *filter(None, [row["source"]])]
                self._paths += files[:room]
                self._left_out += len(files[room:])
            yield page
        self._complete = True

    async def put_pictures(self, archive: Archive) -> None:
        """Newest first. A smaller one may fit where a larger one did not."""
        for path in self._paths:
            try:
                fits = await archive.add_file(path)
            except FileNotFoundError:
                # Deleted by the operator: it is not stored any more.
                continue
            self._pictures += fits
            self._left_out += not fits

    def counts(self) -> dict[str, int | bool]:
        return {
            "generations": self._generations,
            "all_generations": self._complete,
            "pictures": self._pictures,
            "pictures_left_out": self._left_out,
        }

    def text(self, export: Export) -> str:
        locale = export.locale
        told = {"generations": self._generations, "pictures": self._pictures}
        lines = [reply("export_made", locale, **told)]
        if self._left_out:
            megabytes = export.limit_bytes // 1_000_000
            lines.append(
                reply("export_left_out", locale, count=self._left_out, megabytes=megabytes)
            )
        if not self._complete:
            lines.append(reply("export_older_left_out", locale))
        return "\n".join(lines)


def _notice(export: Export, text: str, *, path: str | None = None) -> Notice:
    sorry = reply("export_not_sent", export.locale)
    return Notice(
        event_key=f"export:{export.serial}",
        address=export.address,
        requester=export.requester,
        private=True,
        text=text,
        attachment=None if path is None else Attachment(path=path, otherwise=sorry),
    )
