"""Prompt to embedding, as ZImagePipeline.encode_prompt makes it, without the padding."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from engine.pipelines.embedding_memory import EmbeddingMemory

_SENTINEL = "⟪prompt⟫"


@dataclass(frozen=True)
class Encoding:
    """A prompt as the transformer reads it."""

    #: (tokens, width), on the encoder's device in its dtype. None where it is not finite, also when
    #: it is made again.
    embedding: torch.Tensor | None
    #: It was at hand.
    kept: bool


class PromptEncoder:
    """The text encoder of a pipeline with a memory of the prompts it saw last."""

    def __init__(
        self, tokenizer: Any, text_encoder: Any, memory: EmbeddingMemory, model: str
    ) -> None:
        """Takes `text_encoder` over: its last layer is removed. `model` names it in `memory`."""
        #: Where embeddings are wanted; where the text encoder is when nobody says.
        self.device: torch.device = text_encoder.device
        self._tokenizer = tokenizer
        self._network = text_encoder
        self._memory = memory
        self._model = model
        self._shorten(text_encoder)

    def _shorten(self, text_encoder: Any) -> None:
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

    def __call__(self, prompts: Sequence[str]) -> list[Encoding]:
        """One for each of `prompts`; all that are not at hand are encoded in one pass."""
        kept = {prompt: self._memory.get(self._model, prompt) for prompt in prompts}
        made = self._made([prompt for prompt, known in kept.items() if known is None])
        encodings = []
        for prompt in prompts:
            if prompt in made:
                encodings.append(Encoding(made[prompt], kept=False))
                # The second time it is at hand.
                kept[prompt] = made.pop(prompt)
            else:
                known = kept[prompt]
                on_device = None if known is None else known.to(self.device)
                encodings.append(Encoding(on_device, kept=True))
        return encodings

    def _made(self, prompts: Sequence[str]) -> dict[str, torch.Tensor | None]:
        """New embeddings, of which the good ones are kept. A bad one would spoil every later
        picture of its prompt; it is made once more, by itself."""
        made: dict[str, torch.Tensor | None] = {}
        for prompt, embedding in zip(prompts, self._encoded(prompts), strict=True):
            found = self._encoded([prompt])[0] if _is_bad(embedding) else embedding
            made[prompt] = None if _is_bad(found) else found
            if made[prompt] is not None:
                self._memory.put(self._model, prompt, found)
        return made

    def _encoded(self, prompts: Sequence[str]) -> list[torch.Tensor]:
        """Embeddings (tokens, width), computed together."""
        if not prompts:
            return []
        rows = [self._tokenizer(self._templated(prompt)).input_ids for prompt in prompts]
        longest = max(map(len, rows))
        # The encoder is causal: tokens after a token, such as these, do not change it.
        filled = torch.tensor([row + [0] * (longest - len(row)) for row in rows])
        states = self._network(input_ids=filled.to(self._network.device), use_cache=False)
        embeddings = zip(states.last_hidden_state, rows, strict=True)
        return [embedding[: len(row)] for embedding, row in embeddings]

    def _templated(self, prompt: str) -> str:
        text: str = self._tokenizer.apply_chat_template(
            [{"role": "user", "content": prompt}],
            tokenize=False,
            add_generation_prompt=True,
            enable_thinking=True,
        )
        return text


def _is_bad(embedding: torch.Tensor) -> bool:
    return not bool(torch.isfinite(embedding.float().sum()))
