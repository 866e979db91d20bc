"""How a child learns that its supervisor is gone, however it went.

The child inherits the reading end of a pipe that nobody ever writes to. The writing end is the
supervisor's alone: when it dies, even by `kill -9`, the kernel closes it and the child reads EOF.
"""

import asyncio
import os


async def watch_parent(fd: int, stop: asyncio.Event) -> None:
    """Set `stop` once the other end of the pipe `fd` is closed. Closes `fd`."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(fd, "rb", buffering=0)
    )
    try:
        await reader.read()
        stop.set()
    finally:
        transport.close()
