"""Every word that captions are made of, for learning the tokenizer."""

from typing import Final

from engine.demo_model.train import words_en, words_zh
from engine.demo_model.train.traditional import PAIRS

TABLES: Final = (
    *(value for name, value in vars(words_zh).items() if name.isupper()),
    *(value for name, value in vars(words_en).items() if name.isupper()),
    PAIRS,
)
