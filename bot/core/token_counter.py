"""How long prompts are, in the model's own tokens."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class TokenCount:
    """`lost` is the part of the prompt past the limit, "" if it fits."""

    tokens: int
    limit: int
    lost: str


class TokenCounter(Protocol):
    """Measures prompts with the model's own tokenizer."""

    def measure(self, prompt: str) -> TokenCount | None:
        """None when the tokenizer is not known yet; the engine then decides."""
        ...
