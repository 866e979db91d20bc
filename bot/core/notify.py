"""Says notices: refusals, help and other sentences that are not a generation's status.

A notice is a row until it is said, so a restart loses none. If the process dies between saying
and noting it down, the sentence is said twice; silence would be worse. A chat that is flooded,
or cannot be reached for long, gets fewer: see the port.
"""

import asyncio
from dataclasses import replace

from bot.core.errors import DeliveryError, PictureRefused, TryLater
from bot.core.generation import Address
from bot.core.log import Log
from bot.core.messages import Notice
from bot.core.ports import Chat, Messenger, Notices

#: Chats that no word was heard of are looked for this often.
LOOK_SECONDS = 30.0


class Notifier:
    """Posts notices and says them: one task a chat, which takes the oldest there, one by one."""

    def __init__(self, *, notices: Notices, messengers: dict[str, Messenger], log: Log) -> None:
        self._notices = notices
        self._messengers = messengers
        self._log = log
        #: Chats in which there may be something to say.
        self._words: asyncio.Queue[Chat] = asyncio.Queue()
        #: Chats with a task that is saying something there; True = look again afterwards.
        self._speaking: dict[Chat, bool] = {}

    async def post(self, notice: Notice) -> bool:
        """Durable when it returns; said soon after. False if it will not be said: see the
        port."""
        wanted = await self._notices.post(notice)
        if wanted:
            self.look(notice.address)
        return wanted

    def look(self, address: Address) -> None:
        """Something may wait to be said there."""
        self._words.put_nowait((address.platform, address.chat))

    async def was_refused(self, event_key: str) -> bool:
        """A notice that says why not answered this event."""
        return await self._notices.refused(event_key)

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._look())
            while True:
                chat = await self._words.get()
                if chat in self._speaking:
                    self._speaking[chat] = True
                elif chat[0] in self._messengers:
                    self._speaking[chat] = True
                    tasks.create_task(self._speak(chat, self._messengers[chat[0]]))

    async def _look(self) -> None:
        while True:
            for chat in await self._notices.chats():
                self._words.put_nowait(chat)
            await asyncio.sleep(LOOK_SECONDS)

    async def _speak(self, chat: Chat, messenger: Messenger) -> None:
        try:
            while self._speaking[chat]:
                # Before the look: what is posted while it finds nothing must be found as well.
                self._speaking[chat] = False
                while (notice := await self._notices.oldest(chat)) is not None:
                    await self._say(messenger, notice)
        finally:
            del self._speaking[chat]

    async def _say(self, messenger: Messenger, notice: Notice) -> None:
        try:
            await self._say_or_else(messenger, notice)
        except TryLater as later:
            await asyncio.sleep(later.seconds)
            return
        except DeliveryError as error:
            self._log.info("notice_unsaid", event_key=notice.event_key, reason=str(error))
        except Exception:
            # Whether it was said is unknown. Trying it for ever could stop all others here.
            self._log.exception("notice_failed", event_key=notice.event_key)
        await self._notices.said(notice.event_key)

    @staticmethod
    async def _say_or_else(messenger: Messenger, notice: Notice) -> None:
        try:
            await messenger.say(notice)
        except PictureRefused:
            if notice.attachment is None or not notice.attachment.otherwise:
                raise
            await messenger.say(replace(notice, text=notice.attachment.otherwise, attachment=None))
