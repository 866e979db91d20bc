"""A SOCKS5 and HTTP proxy on loopback. It remembers where it was asked to go, and whatever name
that has, it is on loopback too: a client that looks it up by itself finds nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

SOCKS5 = 5


@dataclass
class FakeProxy:
    port: int = 0
    #: "host:port" of every connection that was passed on.
    passed: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first = await reader.readexactly(1)
            if first[0] == SOCKS5:
                host, port, opening = await self._socks(reader, writer), 0, b""
                host, _, number = host.rpartition(":")
                port = int(number)
            else:
                host, port, opening = await self._http(first, reader)
            self.passed.append(f"{host}:{port}")
            there, back = await asyncio.open_connection("127.0.0.1", port)
            back.write(opening)
            await asyncio.gather(_pipe(reader, back), _pipe(there, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    @staticmethod
    async def _socks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        """https://www.rfc-editor.org/rfc/rfc1928, with names and addresses, and no password."""
        await reader.readexactly((await reader.readexactly(1))[0])
        writer.write(b"\x05\x00")
        _, _, _, kind = await reader.readexactly(4)
        if kind == 1:
            host = ".".join(map(str, await reader.readexactly(4)))
        else:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        port = int.from_bytes(await reader.readexactly(2), "big")
        writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        return f"{host}:{port}"

    @staticmethod
    async def _http(first: bytes, reader: asyncio.StreamReader) -> tuple[str, int, bytes]:
        """`GET http://host:port/path`, or a socket that is upgraded."""
        line = first + await reader.readline()
        method, address, version = line.decode().split()
        parts = urlsplit(address)
        path = parts._replace(scheme="", netloc="").geturl()
        assert parts.hostname is not None
        assert parts.port is not None
        return parts.hostname, parts.port, f"{method} {path} {version}\r\n".encode()


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


@asynccontextmanager
async def proxying() -> AsyncIterator[FakeProxy]:
    proxy = FakeProxy()
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
