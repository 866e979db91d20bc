"""What a PNG by zdraw was drawn from, read from its first bytes: no picture is decoded."""

import base64
import binascii
import json
from io import BytesIO

from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.core.draw_syntax import MAX_CHARACTERS
from bot.core.enhancement import Enhancement
from bot.core.errors import Refusal
from bot.core.generation import DrawSpec
from engine.lora import MAX_LORA_NAME, MAX_LORA_WEIGHT, MAX_LORAS, Lora

#: Both texts at their longest, twice, fit well.
HEAD_BYTES = 256 * 1024
#: Of the same in base64.
HEAD_CHARACTERS = (HEAD_BYTES + 2) // 3 * 4


class _Lora(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)

    name: str = Field(min_length=1, max_length=MAX_LORA_NAME)
    weight: float = Field(ge=-MAX_LORA_WEIGHT, le=MAX_LORA_WEIGHT)


class _Made(BaseModel):
    """As engine/encode.py writes it. What a newer zdraw adds is passed over."""

    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)

    prompt: str = Field(max_length=MAX_CHARACTERS)
    negative_prompt: str = Field(max_length=MAX_CHARACTERS)
    seed: int
    width: int
    height: int
    steps: int
    guidance: float
    #: Of a picture that began from another one.
    strength: float | None = None
    enhance: bool = False
    loras: list[_Lora] = Field(default=[], max_length=MAX_LORAS)


def parameters_in(head: str) -> DrawSpec:
    """`head`: the beginning of the file, in base64. Values are as they stand there, and not
    checked. Raises Refusal("no_parameters")."""
    try:
        made = _Made.model_validate(json.loads(_text_in(head)))
    except (ValueError, ValidationError, RecursionError):
        raise Refusal("no_parameters") from None
    said = made.model_dump(exclude={"enhance", "loras"})
    said["loras"] = tuple(Lora(name=lora.name, weight=lora.weight) for lora in made.loras)
    # What was added stands among the words.
    return DrawSpec(count=1, **said, enhancement=Enhancement() if made.enhance else None)


def _text_in(head: str) -> str:
    """Raises ValueError."""
    if len(head) > HEAD_CHARACTERS:
        raise ValueError("too long")
    try:
        data = base64.b64decode(head, validate=True)
        # It reads what stands before the pixels, and lets no text grow without end.
        with Image.open(BytesIO(data), formats=("PNG",)) as picture:
            text = picture.info.get("zdraw")
    except (binascii.Error, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(str(error)) from error
    if not isinstance(text, str):
        raise ValueError("none")
    return text
