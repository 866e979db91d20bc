"""Prompt to embedding, as ZImagePipeline.encode_prompt makes it, without the padding."""

from typing import Any

import torch

from engine.pipelines.embedding_memory import EmbeddingMemory

_SENTINEL = "⟪prompt⟫"


class PromptEncoder:
    """The text encoder of a pipeline with a memory of the prompts it saw last."""

    def __init__(
        self, tokenizer: Any, text_encoder: Any, memory: EmbeddingMemory, model: str
    ) -> None:
        """Takes `text_encoder` over: its last layer is removed. `model` names it in `memory`."""
        self._tokenizer = tokenizer
        self._network = text_encoder
        self._memory = memory
        self._model = model
        #: Prompts that were at hand, and that were encoded.
        self.kept = 0
        self.made = 0
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

    def __call__(self, prompt: str) -> torch.Tensor | None:
        """Embedding of shape (tokens, width), on the encoder's device in its dtype; None where it
        is not finite, also when it is made again."""
        known = self._memory.get(self._model, prompt)
        if known is not None:
            self.kept += 1
            return known.to(self._network.device)
        self.made += 1
        for _ in range(2):
            embedding = self._encode(prompt)
            # Kept, a bad one would spoil every later picture of the same prompt.
            if torch.isfinite(embedding.float().sum()):
                self._memory.put(self._model, prompt, embedding)
                return embedding
        return None

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
