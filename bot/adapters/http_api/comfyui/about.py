"""What clients ask about the server itself."""

import os
import platform
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from bot.adapters.http_api.comfyui.body import json_object
from bot.adapters.http_api.comfyui.file_names import INPUT
from bot.adapters.http_api.comfyui.nodes import CLIP_NAMES, LORAS, UPLOADS, VAE_NAMES, NodeClass
from bot.adapters.http_api.comfyui.published import ANYTHING, errors
from bot.adapters.http_api.comfyui.socket import FLAGS
from bot.adapters.http_api.problem import Problem
from bot.core.loras import Loras
from bot.core.sources import MAX_BYTES
from bot.core.uploads import Uploads
from engine.profiles import Profile, names_of

#: Whose routes and messages these are, as far as they go.
COMFYUI_VERSION = "0.3.64"


class About:
    """Node classes, model names, and the machine."""

    def __init__(
        self,
        classes: Mapping[str, NodeClass],
        profile: Profile,
        uploads: Uploads,
        loras: Loras,
    ) -> None:
        self._classes = classes
        self._uploads = uploads
        self._loras = loras
        self._profile = profile
        files = [f"{name.rpartition('/')[2]}.safetensors" for name in names_of(profile)]
        self._models: dict[str, list[str]] = {
            "checkpoints": files,
            "diffusion_models": files,
            "text_encoders": list(CLIP_NAMES),
            "vae": list(VAE_NAMES),
        }

    def router(self) -> APIRouter:
        router = APIRouter()
        for path, endpoint in (
            ("/object_info", self.classes),
            ("/object_info/{name}", self.one_class),
            ("/system_stats", self.machine),
            ("/models", self.folders),
            ("/models/{folder}", self.files),
            ("/embeddings", self.nothing),
            ("/extensions", self.nothing),
            ("/features", self.features),
        ):
            router.add_api_route(path, endpoint, methods=["GET"], responses=errors(404))
        router.add_api_route(
            "/free",
            self.free,
            methods=["POST"],
            response_class=Response,
            responses=errors(),
            openapi_extra=ANYTHING,
        )
        return router

    async def classes(self, request: Request) -> dict[str, Any]:
        """All node classes that workflows may use."""
        lists = await self._lists(request)
        return {name: one.info(lists) for name, one in self._classes.items()}

    async def one_class(self, request: Request, name: str) -> dict[str, Any]:
        """One of them; {} for another."""
        if name not in self._classes:
            return {}
        return {name: self._classes[name].info(await self._lists(request))}

    async def machine(self) -> dict[str, Any]:
        """The bot's machine. Of the card it knows nothing: zeros."""
        page, pages = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_PHYS_PAGES")
        return {
            "system": {
                "os": platform.system(),
                "ram_total": page * pages,
                "ram_free": page * os.sysconf("SC_AVPHYS_PAGES"),
                "comfyui_version": COMFYUI_VERSION,
                "python_version": sys.version,
                "pytorch_version": "",
                "embedded_python": False,
                "argv": [],
            },
            "devices": [
                {
                    "name": f"zdraw {self._profile.name}",
                    "type": "zdraw",
                    "index": 0,
                    "vram_total": 0,
                    "vram_free": 0,
                    "torch_vram_total": 0,
                    "torch_vram_free": 0,
                }
            ],
        }

    async def folders(self) -> list[str]:
        return [*self._models, LORAS]

    async def files(self, folder: str) -> list[str]:
        """Names that loaders may use. Raises Problem."""
        if folder == LORAS:
            return self._lora_files()
        if folder not in self._models:
            raise Problem(404, "unknown_address", path=f"/models/{folder}")
        return self._models[folder]

    async def nothing(self) -> list[str]:
        """zdraw has none of these."""
        return []

    async def features(self) -> dict[str, Any]:
        return FLAGS | {"max_upload_size": MAX_BYTES}

    async def free(self, request: Request) -> Response:
        """A hint that zdraw does not need: the engine minds its memory itself."""
        await json_object(request, optional=True)
        return Response()

    async def _lists(self, request: Request) -> dict[str, Sequence[str]]:
        uploads = await self._uploads.names(request.state.caller.requester, INPUT)
        return {UPLOADS: uploads, LORAS: self._lora_files()}

    def _lora_files(self) -> list[str]:
        return [f"{lora.name}.safetensors" for lora in self._loras.usable]
