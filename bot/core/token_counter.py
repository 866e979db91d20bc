"""How long prompts are, in the model's own tokens."""

from dataclasses import dataclass
from typing import Protocol

from bot.core.errors import Refusal


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


def check_length(tokens: TokenCounter, text: str) -> None:
    """Raises Refusal where the model would not read all of it."""
    count = tokens.measure(text)
    if count is not None and count.lost:
        raise Refusal("prompt_too_long", tokens=count.tokens, limit=count.limit, lost=count.lost)
