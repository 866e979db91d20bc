"""Prompt to embedding, as StableDiffusionPipeline.encode_prompt makes it."""

from collections.abc import Sequence
from typing import Any

import torch

from engine.pipelines.prompt_encoder import PromptEncoder


class ClipEncoder(PromptEncoder):
    """CLIP's text half, which always reads as many tokens as it has places, 77."""

    @property
    def template(self) -> tuple[str, str]:
        """Tokens, as text, that are put before and after a prompt."""
        return self._tokenizer.bos_token, self._tokenizer.eos_token

    def _shorten(self, text_encoder: Any) -> None:
        """Every layer is read."""

    def _encoded(self, prompts: Sequence[str]) -> list[torch.Tensor]:
        """Embeddings (77, width), computed together. What is too long is cut; the door has let
        nothing through that is."""
        if not prompts:
            return []
        tokens = self._tokenizer(
            list(prompts),
            padding="max_length",
            max_length=self._tokenizer.model_max_length,
            truncation=True,
            return_tensors="pt",
        ).input_ids
        return list(self._network(tokens.to(self._network.device))[0])
