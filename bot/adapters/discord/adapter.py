"""Discord, whole: the messenger for what goes out, the gateway for what comes in."""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import discord

from bot.adapters.discord.answers import Answers
from bot.adapters.discord.asked import Core, Waiting
from bot.adapters.discord.calls import Calls
from bot.adapters.discord.client import Client, quieten_library, use_endpoints
from bot.adapters.discord.desk import Desk
from bot.adapters.discord.eraser import DiscordEraser
from bot.adapters.discord.gateway_refusals import refusal
from bot.adapters.discord.line import Line
from bot.adapters.discord.messenger import DiscordMessenger
from bot.adapters.discord.pending import DEFER_SECONDS, Register
from bot.adapters.discord.reception import Reception
from bot.adapters.discord.sync import CommandSync
from bot.adapters.discord.takings import Takings
from bot.adapters.shared.patience import Patience
from bot.adapters.shared.trouble import trouble
from bot.core.errors import StartupError
from bot.core.log import Log
from bot.core.ports import Clock

#: Pauses between connections that failed one after the other; the last one repeats.
CONNECT_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)
#: After the gateway has refused what it took before. A bot may sign in a thousand times a day.
REFUSED_PAUSE_SECONDS = 300.0
#: discord.py tries to resume by itself, at ever longer intervals of up to 17 minutes. After this
#: long it is done anew: what was missed can no longer be answered.
RESUME_SECONDS = 60.0
#: A goodbye that nobody answers is cut short.
CLOSE_SECONDS = 1.5


class DiscordAdapter:
    """`messenger` and `eraser` work while it is signed in; `run()` signs in and brings in what
    people ask for. `find` finds what is to be sent as a file."""

    def __init__(
        self,
        *,
        token: str,
        api_base: str,
        gateway_url: str,
        proxy: str | None,
        core: Core,
        waiting: Waiting,
        find: Callable[[str], Path],
        state_dir: Path,
        clock: Clock,
        log: Log,
        connect_pauses: Sequence[float] = CONNECT_PAUSES,
        defer_seconds: float = DEFER_SECONDS,
        resume_seconds: float = RESUME_SECONDS,
    ) -> None:
        use_endpoints(api_base, gateway_url)
        quieten_library()
        self._token = token
        self._proxy = proxy
        self._log = log
        self._connect_pauses = connect_pauses
        self._resume_seconds = resume_seconds
        self._line = Line()
        patience = Patience()
        self._calls = calls = Calls(self._line, patience, log)
        self._register = Register(patience, log, defer_seconds=defer_seconds)
        answers = Answers(self._register, calls)
        self._reception = Reception(self._register, answers, core.settled, log)
        takings = Takings()
        self._desk = Desk(core, waiting, self._reception, takings)
        self._sync = CommandSync(state_dir, log)
        self.messenger = DiscordMessenger(
            answers=answers, calls=calls, find=find, clock=clock, log=log
        )
        self.eraser = DiscordEraser(calls, takings, clock)
        self._failures = 0
        self._has_signed_in = False
        self._was_ready = False
        #: The gateway has said that it will not take this client again.
        self._refused = False

    async def run(self) -> None:
        """Work until cancelled. Raises StartupError for what only the operator can put right."""
        work = (self._stay_connected(), self.messenger.deadlines.run())
        tasks = [asyncio.create_task(one) for one in work]
        try:
            # Neither ends by itself; where one fails the other one alone would be of no use.
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                await task
        finally:
            await self._reception.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._register.close()
            await self.messenger.close()
            await self._calls.close()

    def make_client(self) -> Client:
        return Client(self._desk, self._log, proxy=self._proxy)

    async def _stay_connected(self) -> None:
        while True:
            await self._connected()
            await asyncio.sleep(self._pause())

    async def _connected(self) -> None:
        """One client, from its sign-in until it is given up."""
        client = self.make_client()
        client.on_line = self._on_line
        self._refused = False
        try:
            await self._work_through(client)
        except discord.LoginFailure:
            if not self._has_signed_in:
                raise StartupError(
                    "Discord refuses the token: check ZDRAW_DISCORD_TOKEN in the Developer Portal",
                    os.EX_CONFIG,
                ) from None
            self._note_failure("discord_refuses_the_token", {})
        except (discord.ConnectionClosed, discord.PrivilegedIntentsRequired) as closed:
            reason = refusal(closed)
            if reason is not None and not self._was_ready:
                raise StartupError(reason, os.EX_CONFIG) from None
            self._refused = reason is not None
            self._note_failure("discord_gateway_refuses", {"reason": reason or "closed"})
        except Exception as error:
            # Whatever it is: a bot that cannot connect now can connect later.
            self._note_failure("discord_unreachable", trouble(error))
        finally:
            await _close(client)

    async def _work_through(self, client: Client) -> None:
        await client.login(self._token)
        self._has_signed_in = True
        self._line.connect(client)
        publishing = asyncio.create_task(self._publish(client))
        listening = asyncio.create_task(client.connect())
        watching = asyncio.create_task(self._until_lost(client))
        tasks = (publishing, listening, watching)
        try:
            await asyncio.wait({listening, watching}, return_when=asyncio.FIRST_COMPLETED)
            if listening.done():
                await listening
            else:
                self._note_failure("discord_unreachable", {"error": "gateway away"})
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _publish(self, client: Client) -> None:
        try:
            await self._sync.run(client.tree)
        except Exception as error:
            # What was published before still works.
            self._log.error("commands_failed", **trouble(error))

    async def _until_lost(self, client: Client) -> None:
        """Returns when the gateway has been away for too long."""
        while True:
            away = client.away_since
            left = self._resume_seconds
            if away is not None:
                left -= time.monotonic() - away
            if left <= 0:
                return
            await asyncio.sleep(min(left, self._resume_seconds / 4))

    def _on_line(self) -> None:
        if not self._was_ready:
            self._was_ready = True
            self._log.info("discord_ready")
        elif self._failures:
            self._log.info("discord_is_back", failures=self._failures)
        self._failures = 0

    def _note_failure(self, event: str, details: dict[str, str]) -> None:
        if self._failures == 0:
            # Once for each outage.
            self._log.warning(event, **details)
        self._failures += 1

    def _pause(self) -> float:
        if self._refused:
            return REFUSED_PAUSE_SECONDS
        last = len(self._connect_pauses) - 1
        return self._connect_pauses[min(max(0, self._failures - 1), last)]


async def _close(client: Client) -> None:
    """Within a moment: to a gateway that has gone away one could say goodbye for long."""
    closing = asyncio.create_task(client.close())
    done, _ = await asyncio.wait({closing}, timeout=CLOSE_SECONDS)
    if not done:
        await client.http.close()
    await asyncio.gather(closing, return_exceptions=True)
