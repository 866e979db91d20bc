"""Counts the tokens of a prompt as the text encoder will see it."""

from dataclasses import dataclass

from tokenizers import Encoding, Tokenizer


@dataclass(frozen=True)
class TooLong:
    """A prompt over the limit: its tokens with the template's, and its text past the limit."""

    tokens: int
    limit: int
    lost: str


class PromptTokens:
    """The tokenizer of the loaded model with its chat template around the prompt."""

    def __init__(self, tokenizer_json: bytes, template: tuple[str, str], limit: int) -> None:
        self._tokenizer = Tokenizer.from_str(tokenizer_json.decode())
        # A tokenizer.json may ask for truncation or padding, which would hide the true length.
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._before, self._after = template
        self._limit = limit
        self.template_tokens = len(self._encode("").ids)

    def count(self, prompt: str) -> int:
        """Tokens of `prompt`, the template's included."""
        return len(self._encode(prompt).ids)

    def too_long(self, prompt: str) -> TooLong | None:
        """What is wrong with the length of `prompt`, if anything."""
        encoded = self._encode(prompt)
        tokens = len(encoded.ids)
        if tokens <= self._limit:
            return None
        closing = len(self._tokenizer.encode(self._after, add_special_tokens=False).ids)
        # The template's closing tokens stay, so the prompt ends that much before the limit.
        first_lost = encoded.offsets[max(0, self._limit - closing)][0]
        return TooLong(tokens, self._limit, prompt[max(0, first_lost - len(self._before)) :])

    def _encode(self, prompt: str) -> Encoding:
        text = f"{self._before}{prompt}{self._after}"
        return self._tokenizer.encode(text, add_special_tokens=False)
