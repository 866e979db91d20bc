"""The gateway: all connections of the bot, and the ways in which they fail.

https://docs.discord.com/developers/events/gateway
"""

from aiohttp import web

from tests.fakes.discord_api.connection import INVALID_SESSION, Connection, Rules
from tests.fakes.discord_api.world import World

RECONNECT = 7


class Gateway(Rules):
    """What is public may be used from any thread."""

    def __init__(self, world: World, token: str) -> None:
        super().__init__(world, token)
        self.connections: set[Connection] = set()
        #: (path, close code of the client or None if it just went) of ended connections.
        self.ended: list[tuple[str, int | None]] = []
        self._held = False

    def hold(self) -> None:
        """New connections wait for their HELLO until `release()`."""
        with self.world.lock:
            self._held = True

    def release(self) -> None:
        with self.world.lock:
            self._held = False
            for connection in self.connections:
                connection.begin()

    def cut(self) -> None:
        """Reset all sockets, without a word. The sessions can be resumed."""
        for connection in self._leaving():
            connection.abort()

    def close(self, code: int) -> None:
        """Close all sockets with a code. The sessions can be resumed."""
        for connection in self._leaving():
            connection.close(code)

    def ask_to_reconnect(self) -> None:
        """Opcode 7."""
        for connection in self._leaving():
            connection.send({"op": RECONNECT, "d": None})

    def invalidate(self, *, resumable: bool = False) -> None:
        """Opcode 9."""
        for connection in self._leaving(over=not resumable):
            connection.send({"op": INVALID_SESSION, "d": resumable})

    def forget_sessions(self) -> None:
        """As after a long time away: nothing can be resumed."""
        for session in self.world.sessions.live():
            session.over = True

    def _leaving(self, *, over: bool = False) -> "list[Connection]":
        """Their sessions are without a socket from now on, not only once the sockets are gone."""
        with self.world.lock:
            connections = list(self.connections)
            for connection in connections:
                if connection.session is not None:
                    self.world.sessions.leave(connection.session, connection, over=over)
            return connections

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """GET /gateway."""
        socket = web.WebSocketResponse(compress=False, max_msg_size=0, timeout=0.5)
        await socket.prepare(request)
        connection = Connection(self, socket, request)
        with self.world.lock:
            self.connections.add(connection)
            if not self._held:
                connection.begin()
        try:
            await connection.run()
        finally:
            with self.world.lock:
                self.connections.discard(connection)
                self.ended.append((request.path, connection.client_code))
        return socket
