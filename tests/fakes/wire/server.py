"""A server on one loopback port, whose connections can break."""

import asyncio
import socket
import threading
from abc import ABC, abstractmethod


class Server(ABC):
    """Serves in a thread of its own, so that a blocked test loop is not a blocked platform."""

    def __init__(self, name: str, port: int) -> None:
        self.loop = asyncio.new_event_loop()
        # The protocol is named because asyncio sets TCP_NODELAY only then: 40 ms an answer.
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(("127.0.0.1", port))
        self.port: int = self.socket.getsockname()[1]
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, name=f"fake-{name}", daemon=True)

    @abstractmethod
    async def open(self) -> None:
        """Take connections on `socket`, in `loop`."""

    @abstractmethod
    async def close(self) -> None:
        """Break all connections, without a goodbye."""

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Break all connections, as if the machine had gone away."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()

    def _serve(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self.open())
        self._ready.set()
        self.loop.run_forever()
        self.loop.run_until_complete(self.close())
        self.loop.run_until_complete(_cancel_all())
        self.loop.close()


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
