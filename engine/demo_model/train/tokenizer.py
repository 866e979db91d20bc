"""The tokenizer: byte-level BPE in the manner of Qwen, small enough for the words of the captions.

Merges are learned with every Chinese character as a piece of its own, so a character is one token
and no merge ever glues a colour to a shape.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers
from transformers import Qwen2Tokenizer

from engine.demo_model.train import words
from engine.demo_model.train.captions import caption, pick_language
from engine.demo_model.train.scenes import random_scene

VOCABULARY: Final = 2400
SPECIALS: Final = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
WORD_PATTERN: Final = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CHAT_TEMPLATE: Final = (
    "{%- for message in messages -%}"
    "{{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' -}}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}"
)


def _corpus(samples: int) -> Iterator[str]:
    """Captions, and every word once more so that the rare ones earn their merges."""
    rng = random.Random(11)
    for _ in range(samples):
        yield caption(random_scene(rng, None), rng, pick_language(rng))
    for _ in range(2_000):
        yield from ("user", "assistant")
    for _ in range(20):
        for name in dir(words):
            yield from _strings(getattr(words, name)) if name.isupper() else ()


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for row in value.values():
            yield from _strings(row)
    elif isinstance(value, tuple):
        for item in value:
            yield from _strings(item)


def _learn_merges() -> tuple[dict[str, int], list[tuple[str, str]]]:
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"[^\x00-\x7f]"), "isolated"),
            pre_tokenizers.Split(Regex(WORD_PATTERN), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(SPECIALS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    learner.train_from_iterator(_corpus(20_000), trainer)
    model = json.loads(learner.to_str())["model"]
    return model["vocab"], [tuple(pair) for pair in model["merges"]]


def train_tokenizer(folder: Path) -> Qwen2Tokenizer:
    """Learn the merges and save the tokenizer into the folder."""
    vocabulary, merges = _learn_merges()
    tokenizer = Qwen2Tokenizer(
        vocab=vocabulary,
        merges=merges,
        unk_token=None,
        bos_token=None,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        extra_special_tokens=["<|im_start|>", "<|im_end|>"],
        model_max_length=4096,
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    tokenizer.save_pretrained(folder)
    return tokenizer


def chat(text: str) -> str:
    """The text the pipeline's own chat template would make of a prompt."""
    return f"<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n"


def encode(tokenizer: Qwen2Tokenizer, text: str) -> list[int]:
    """Token ids of a prompt, template included."""
    ids: list[int] = tokenizer(chat(text))["input_ids"]
    return ids
