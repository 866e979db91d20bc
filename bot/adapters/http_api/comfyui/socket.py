"""`/ws`: what happens, as it happens."""

import asyncio
import json
import uuid
from typing import Any

from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.adapters.http_api.comfyui.hub import Hub, Listener
from bot.adapters.http_api.comfyui.narrator import Narrator
from bot.adapters.http_api.comfyui.story import Message

#: A client's id is a UUID, mostly.
MAX_CLIENT_ID = 200
FLAGS = {"supports_preview_metadata": True}


class Sockets:
    """Connections of clients."""

    def __init__(self, *, hub: Hub, narrator: Narrator) -> None:
        self._hub = hub
        self._narrator = narrator

    def router(self) -> APIRouter:
        router = APIRouter()
        router.add_api_websocket_route("/ws", self.serve)
        return router

    async def serve(self, websocket: WebSocket) -> None:
        """Until one side closes."""
        await websocket.accept()
        client = websocket.query_params.get("clientId", "")[:MAX_CLIENT_ID] or uuid.uuid4().hex
        listener = self._hub.join(websocket.state.caller.requester, client)
        try:
            await self._narrator.welcome(listener)
            sending = asyncio.create_task(_send(websocket, listener))
            hearing = asyncio.create_task(_hear(websocket, listener))
            await asyncio.wait({sending, hearing}, return_when=asyncio.FIRST_COMPLETED)
            for task in (sending, hearing):
                task.cancel()
            await asyncio.gather(sending, hearing, return_exceptions=True)
        finally:
            self._hub.leave(listener)


async def _send(websocket: WebSocket, listener: Listener) -> None:
    while (message := await listener.queue.get()) is not None:
        if isinstance(message, str):
            await websocket.send_text(message)
        else:
            await websocket.send_bytes(message)
    await websocket.close()


async def _hear(websocket: WebSocket, listener: Listener) -> None:
    """Clients have little to say: which features they know."""
    while True:
        try:
            said = await websocket.receive_text()
        except (WebSocketDisconnect, KeyError):
            return
        flags = _flags_in(said)
        if flags is not None:
            listener.knows_metadata = flags.get("supports_preview_metadata") is True
            listener.tell(Message("feature_flags", FLAGS))


def _flags_in(said: str) -> dict[str, Any] | None:
    """The features that a client says it knows; None if it says something else."""
    try:
        message = json.loads(said)
    except (ValueError, RecursionError):
        return None
    if not isinstance(message, dict) or message.get("type") != "feature_flags":
        return None
    data = message.get("data")
    return data if isinstance(data, dict) else {}
