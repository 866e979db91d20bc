"""One socket of the bot: what is said over it, in which order.

https://docs.discord.com/developers/events/gateway#connection-lifecycle
"""

import asyncio
import contextlib
import json
import time
import zlib
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.fakes.discord_api.errors import Json
from tests.fakes.discord_api.sessions import KNOWN_INTENTS, PRIVILEGED, Sent, Session
from tests.fakes.discord_api.world import World

#: https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway
HEARTBEAT, IDENTIFY, RESUME, INVALID_SESSION, HELLO, ACK = 1, 2, 6, 9, 10, 11
#: Presence, voice state, members, soundboard: taken, and nothing follows.
IGNORED = frozenset({3, 4, 8, 31})
UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, WRONG_TOKEN = 4001, 4002, 4003, 4004
ALREADY_AUTHENTICATED, INVALID_SEQ, INVALID_INTENTS, DISALLOWED_INTENTS = 4005, 4007, 4013, 4014
#: With these the client gives its session up.
GOODBYE = frozenset({1000, 1001})


@dataclass
class Rules:
    """How the gateway behaves, and who came."""

    world: World
    token: str
    heartbeat_seconds: float = 41.25
    #: Heartbeats are acknowledged.
    acknowledges: bool = True
    #: Privileged intents that are switched on for the application.
    allowed_intents: int = 0
    #: With this code whoever identifies is sent away.
    refuse: int | None = None
    #: time.perf_counter() of every one that was accepted.
    identified: list[float] = field(default_factory=list)
    resumed: list[float] = field(default_factory=list)


class Connection:
    """One socket. A session's Sink."""

    def __init__(self, rules: Rules, socket: web.WebSocketResponse, request: web.Request) -> None:
        self._rules = rules
        self._world = rules.world
        self._socket = socket
        self._request = request
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[tuple[Json | int, Sent | None]] = asyncio.Queue()
        packed = request.query.get("compress") == "zlib-stream"
        self._zlib = zlib.compressobj() if packed else None
        self._begun = asyncio.Event()
        self._closing = False
        self.session: Session | None = None
        self.client_code: int | None = None

    # --- Sink ---------------------------------------------------------------------------------

    def send(self, payload: Json, sent: Sent | None = None) -> None:
        self._later(self._queue.put_nowait, (payload, sent))

    def close(self, code: int) -> None:
        self._closing = True
        self._later(self._queue.put_nowait, (code, None))

    def abort(self) -> None:
        self._closing = True
        self._later(self._abort)

    def _later(self, call: Any, *arguments: Any) -> None:
        # The loop is closed once the server has been stopped.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call, *arguments)

    def _abort(self) -> None:
        if self._request.transport is not None:
            self._request.transport.abort()

    def begin(self) -> None:
        """Say HELLO."""
        self._later(self._begun.set)

    # --- the socket ---------------------------------------------------------------------------

    async def run(self) -> None:
        await self._begun.wait()
        interval = int(self._rules.heartbeat_seconds * 1000)
        self.send({"op": HELLO, "d": {"heartbeat_interval": interval}})
        writing = asyncio.create_task(self._write())
        try:
            async for message in self._socket:
                if message.type is WSMsgType.TEXT:
                    self._receive(message.data)
        finally:
            writing.cancel()
            self._left()

    def _left(self) -> None:
        code = self._socket.close_code
        self.client_code = None if self._closing or code == 1006 else code
        if self.session is not None:
            over = self.client_code in GOODBYE
            self._world.sessions.leave(self.session, self, over=over)

    async def _write(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                payload, sent = await self._queue.get()
                if isinstance(payload, int):
                    await self._socket.close(code=payload)
                    return
                await self._send(json.dumps(payload))
                if sent is not None:
                    sent()

    async def _send(self, text: str) -> None:
        """zlib-stream: one context for the whole connection, flushed after each payload.
        https://docs.discord.com/developers/events/gateway#transport-compression"""
        if self._zlib is None:
            await self._socket.send_str(text)
        else:
            packed = self._zlib.compress(text.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH)
            await self._socket.send_bytes(packed)

    # --- the protocol -------------------------------------------------------------------------

    def _receive(self, text: str) -> None:
        try:
            payload = json.loads(text)
            op, data = payload["op"], payload.get("d")
        except (ValueError, KeyError, TypeError):
            self.close(DECODE_ERROR)
            return
        if op == HEARTBEAT:
            if self._rules.acknowledges:
                self.send({"op": ACK})
        elif op in {IDENTIFY, RESUME}:
            with self._world.lock:
                self._identify(data) if op == IDENTIFY else self._resume(data)
        elif op not in IGNORED:
            self.close(UNKNOWN_OPCODE)
        elif self.session is None:
            self.close(NOT_AUTHENTICATED)

    def _identify(self, data: Json) -> None:
        refused = self._refusal(data)
        if refused:
            self.close(refused)
            return
        world = self._world
        self.session = session = world.sessions.begin(data["intents"], self)
        guilds = [guild for guild in world.guilds.values() if guild.bot_inside]
        ready = {
            "v": 10,
            "user": world.bot,
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": world.cdn.replace("http://", "ws://") + "/gateway/resume",
            "application": {"id": str(world.application_id), "flags": 0},
        }
        session.add("READY", ready | ({"shard": data["shard"]} if "shard" in data else {}))
        for guild in guilds:
            session.add("GUILD_CREATE", guild.to_json(world.channels_of(guild), world.bot))
        self._rules.identified.append(time.perf_counter())

    def _refusal(self, data: Json) -> int | None:
        intents = data.get("intents")
        if self._rules.refuse is not None:
            return self._rules.refuse
        if data.get("token") != self._rules.token:
            return WRONG_TOKEN
        if self.session is not None:
            return ALREADY_AUTHENTICATED
        if not isinstance(intents, int) or intents & ~KNOWN_INTENTS:
            return INVALID_INTENTS
        if intents & PRIVILEGED & ~self._rules.allowed_intents:
            return DISALLOWED_INTENTS
        return None

    def _resume(self, data: Json) -> None:
        if data.get("token") != self._rules.token:
            self.close(WRONG_TOKEN)
            return
        session_id, seq = data.get("session_id") or "", data.get("seq") or 0
        try:
            self.session = self._world.sessions.resume(session_id, seq, self)
        except ValueError:
            self.close(INVALID_SEQ)
            return
        if self.session is None:
            self.send({"op": INVALID_SESSION, "d": False})
        else:
            self._rules.resumed.append(time.perf_counter())
