"""LoRA files as they are asked for, and as the engine tells of them."""

from enum import StrEnum

from pydantic import Field

from engine.values import Frozen, Told

#: Files of one job, and how much of each is added at most, one way or the other.
MAX_LORAS = 3
MAX_LORA_WEIGHT = 2.0
#: Characters of a name.
MAX_LORA_NAME = 64


class Lora(Frozen):
    """A file of changes to the model's weights, and how much of it is added."""

    #: Of the file, without its ending; see EngineInfo.loras.
    name: str = Field(min_length=1, max_length=MAX_LORA_NAME)
    #: 1 = as it was made; below 0 = the contrary.
    weight: float = Field(ge=-MAX_LORA_WEIGHT, le=MAX_LORA_WEIGHT, allow_inf_nan=False)


class LoraProblem(StrEnum):
    """Why a LoRA file cannot be used."""

    DAMAGED = "damaged"  #: no safetensors file, cut off, or with numbers that are none
    NOT_LORA = "not_lora"  #: something else in a safetensors file
    OTHER_KIND = "other_kind"  #: data: kind, such as DoRA
    OTHER_MODEL = "other_model"  #: data: layer, that this model does not have in this shape
    TEXT_ENCODER = "text_encoder"  #: it changes how prompts are read
    OUTSIDE = "outside"  #: a link that leads out of the folder
    BAD_NAME = "bad_name"  #: a name that cannot be typed in a request
    TOO_LARGE = "too_large"  #: data: size, that no LoRA has
    UNREADABLE = "unreadable"  #: the engine may not read it


class LoraInfo(Told):
    """A file in the engine's folder of LoRA files."""

    name: str
    #: What people call it; empty: as its name.
    title: str = ""
    #: Words that a prompt needs for it to show.
    trigger_words: tuple[str, ...] = ()
    #: The weight that is usual for it.
    weight: float = 1.0
    #: A LoraProblem, where it cannot be used.
    problem: str | None = None
    data: dict[str, str] = Field(default={})
