"""Prompt to embedding, as ZImagePipeline.encode_prompt makes it, without the padding."""

from collections import OrderedDict
from typing import Any

import torch

#: Embeddings kept, of at most 512 tokens: 2.6 MB each for Z-Image in bfloat16.
KEPT = 64
_SENTINEL = "⟪prompt⟫"


class PromptEncoder:
    """The text encoder of a pipeline with a memory of the prompts it saw last."""

    def __init__(self, tokenizer: Any, text_encoder: Any, kept: int = KEPT) -> None:
        """Takes `text_encoder` over: its last layer is removed."""
        self._tokenizer = tokenizer
        self._network = text_encoder
        self._kept = kept
        self._memory: OrderedDict[str, torch.Tensor] = OrderedDict()
        # Z-Image reads hidden_states[-2]: the input of the last layer. Without that layer and
        # the norm after it the same values are the output, and nothing is computed for nothing.
        text_encoder.layers = text_encoder.layers[:-1]
        text_encoder.config.num_hidden_layers -= 1
        text_encoder.norm = torch.nn.Identity()

    @property
    def template(self) -> tuple[str, str]:
        """Text that the chat template puts before and after a prompt."""
        before, _, after = self._templated(_SENTINEL).partition(_SENTINEL)
        return before, after

    def __call__(self, prompt: str) -> torch.Tensor:
        """Embedding of shape (tokens, width), on the encoder's device in its dtype."""
        known = self._memory.get(prompt)
        if known is None:
            known = self._memory[prompt] = self._encode(prompt)
            if len(self._memory) > self._kept:
                self._memory.popitem(last=False)
        self._memory.move_to_end(prompt)
        return known

    def forget(self) -> None:
        """Frees the memory of prompts."""
        self._memory.clear()

    def _encode(self, prompt: str) -> torch.Tensor:
        # The encoder is causal: tokens after a token, padding among them, do not change it.
        ids = self._tokenizer(self._templated(prompt), return_tensors="pt").input_ids
        states = self._network(input_ids=ids.to(self._network.device), use_cache=False)
        embedding: torch.Tensor = states.last_hidden_state[0]
        return embedding

    def _templated(self, prompt: str) -> str:
        text: str = self._tokenizer.apply_chat_template(
            [{"role": "user", "content": prompt}],
            tokenize=False,
            add_generation_prompt=True,
            enable_thinking=True,
        )
        return text
