"""Measures prompts with the model's own tokenizer, without torch or transformers.

The engine hands over its tokenizer.json at connect; a copy in the state folder serves until the
next connect. Until the first one prompts are not measured here and the engine decides.
"""

from pathlib import Path

from tokenizers import Tokenizer

from bot.core.token_counter import TokenCount


class CachedTokenizer:
    """TokenCounter over `tokenizers`."""

    def __init__(self, cache: Path, *, limit: int) -> None:
        """`cache` is the file the tokenizer is kept in; `limit` the most tokens a prompt may
        have, the chat template's not included."""
        self._cache = cache
        self._limit = limit
        self._tokenizer = self._read_cache()

    def _read_cache(self) -> Tokenizer | None:
        try:
            return Tokenizer.from_buffer(self._cache.read_bytes())
        except (OSError, ValueError):
            # Not there yet, or cut off: the engine hands it over again.
            return None

    def take(self, tokenizer_json: bytes) -> None:
        """Use this tokenizer from now on."""
        if self._cache.exists() and self._cache.read_bytes() == tokenizer_json:
            return
        self._tokenizer = Tokenizer.from_buffer(tokenizer_json)
        fresh = self._cache.with_suffix(".new")
        fresh.write_bytes(tokenizer_json)
        fresh.replace(self._cache)

    def measure(self, prompt: str) -> TokenCount | None:
        if self._tokenizer is None:
            return None
        encoding = self._tokenizer.encode(prompt, add_special_tokens=False)
        if len(encoding.ids) <= self._limit:
            return TokenCount(tokens=len(encoding.ids), limit=self._limit, lost="")
        kept_until = encoding.offsets[self._limit][0]
        return TokenCount(tokens=len(encoding.ids), limit=self._limit, lost=prompt[kept_until:])
