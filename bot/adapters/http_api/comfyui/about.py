"""What clients ask about the server itself."""

import os
import platform
import sys
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from bot.adapters.http_api.body_limit import MAX_BODY_BYTES
from bot.adapters.http_api.comfyui.body import json_object
from bot.adapters.http_api.comfyui.nodes import CLIP_NAMES, VAE_NAMES, NodeClass
from bot.adapters.http_api.comfyui.reading import NOT_YET
from bot.adapters.http_api.comfyui.socket import FLAGS
from bot.adapters.http_api.problem import Problem
from engine.profiles import Profile, names_of

#: Whose routes and messages these are, as far as they go.
COMFYUI_VERSION = "0.3.64"


class About:
    """Node classes, model names, and the machine."""

    def __init__(self, classes: Mapping[str, NodeClass], profile: Profile) -> None:
        # Those that would be refused in every workflow are not offered.
        self._info = {name: one.info for name, one in classes.items() if name not in NOT_YET}
        self._profile = profile
        files = [f"{name.rpartition('/')[2]}.safetensors" for name in names_of(profile)]
        self._models: dict[str, list[str]] = {
            "checkpoints": files,
            "diffusion_models": files,
            "text_encoders": list(CLIP_NAMES),
            "vae": list(VAE_NAMES),
            "loras": [],
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
            router.add_api_route(path, endpoint, methods=["GET"])
        router.add_api_route("/free", self.free, methods=["POST"])
        for name in ("image", "mask"):
            router.add_api_route(f"/upload/{name}", self.upload, methods=["POST"])
        return router

    async def classes(self) -> dict[str, Any]:
        """All node classes that workflows may use."""
        return self._info

    async def one_class(self, name: str) -> dict[str, Any]:
        """One of them; {} for another."""
        return {name: self._info[name]} if name in self._info else {}

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
        return list(self._models)

    async def files(self, folder: str) -> list[str]:
        """Names that loaders may use. Raises Problem."""
        if folder not in self._models:
            raise Problem(404, "unknown_address", path=f"/models/{folder}")
        return self._models[folder]

    async def nothing(self) -> list[str]:
        """zdraw has none of these."""
        return []

    async def features(self) -> dict[str, Any]:
        return FLAGS | {"max_upload_size": MAX_BODY_BYTES}

    async def free(self, request: Request) -> Response:
        """A hint that zdraw does not need: the engine minds its memory itself."""
        await json_object(request, optional=True)
        return Response()

    async def upload(self, request: Request) -> Response:
        """Not yet: nothing could be done with it."""
        async for _ in request.stream():
            # Read to its end: a client that is still sending would not hear the answer.
            pass
        raise Problem(400, "no_workflow_pictures")
