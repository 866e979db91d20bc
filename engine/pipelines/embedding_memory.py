"""Text embeddings seen last, so that a repeated prompt is not encoded again."""

from collections import OrderedDict

import torch

#: Bytes: a hundred prompts of the full 512 tokens for Z-Image, whose embedding then has 2.6 MB.
LIMIT_BYTES = 256 * 2**20


class EmbeddingMemory:
    """At most `limit_bytes` of embeddings in host memory, the least recently used dropped first."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit = limit_bytes
        self._bytes = 0
        self._kept: OrderedDict[tuple[str, str], torch.Tensor] = OrderedDict()

    def get(self, model: str, prompt: str) -> torch.Tensor | None:
        """The embedding (tokens, width) on the CPU; None where it is not kept."""
        known = self._kept.get((model, prompt))
        if known is not None:
            self._kept.move_to_end((model, prompt))
        return known

    def put(self, model: str, prompt: str, embedding: torch.Tensor) -> None:
        """Keeps a copy on the CPU; one that alone is over the limit is not kept."""
        self._drop((model, prompt))
        size = embedding.nbytes
        if size > self._limit:
            return
        while self._bytes + size > self._limit:
            self._drop(next(iter(self._kept)))
        self._kept[model, prompt] = embedding.to("cpu", copy=True)
        self._bytes += size

    def _drop(self, key: tuple[str, str]) -> None:
        dropped = self._kept.pop(key, None)
        if dropped is not None:
            self._bytes -= dropped.nbytes
