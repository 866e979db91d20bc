"""The picture that a workflow begins from, made of the files that it names."""

from bot.adapters.http_api.comfyui.bad_graph import BadGraph, NodeError, refused
from bot.adapters.http_api.comfyui.beginning import Beginning, Named
from bot.adapters.http_api.comfyui.file_names import annotated
from bot.adapters.http_api.comfyui.files import Files
from bot.adapters.http_api.comfyui.graph import Graph
from bot.adapters.http_api.comfyui.tracing import bad_at
from bot.adapters.http_api.problem import Problem
from bot.core.errors import Refusal
from bot.core.sources import Given, MaskFrom, Sources


class Loader:
    """Loads what a user's workflow names."""

    def __init__(self, *, files: Files, sources: Sources) -> None:
        self._files = files
        self._sources = sources

    async def load(self, requester: str, graph: Graph, begins: Beginning) -> Given | None:
        """None where it begins at an empty latent. Raises BadGraph."""
        if begins.picture is None:
            return None
        content = await self._read(requester, graph, begins.picture)
        mask = None
        if begins.mask is not None:
            same = begins.mask.file == begins.picture.file
            other = content if same else await self._read(requester, graph, begins.mask)
            mask = MaskFrom(content=other, channel=begins.mask.channel)
        try:
            return await self._sources.laid_under(content, mask)
        except Refusal as refusal:
            node = begins.masked_by if refusal.code == "empty_mask" else begins.picture.node
            raise bad_at(graph, node, refused("", refusal.code, **refusal.data)) from None

    async def _read(self, requester: str, graph: Graph, named: Named) -> bytes:
        at = annotated(named.file)
        if at is None:
            raise _no_file(graph, named)
        try:
            return (await self._files.read(requester, at)).content
        except (Refusal, Problem):
            raise _no_file(graph, named) from None


def _no_file(graph: Graph, named: Named) -> BadGraph:
    """In ComfyUI's words."""
    error = NodeError(
        type="custom_validation_failed",
        message="Custom validation failed for node",
        input_name="image",
        details=f"image - Invalid image file: {named.file}",
    )
    return bad_at(graph, named.node, error)
