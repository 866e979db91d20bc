"""What a safetensors file says of itself, without its tensors: of weights and of LoRA files.
Standard library only: no torch."""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

#: Bytes of a header: the limit of the safetensors library.
LONGEST_HEADER = 100_000_000
#: Sides of a tensor: matrices have two, convolutions four or five.
_MOST_SIDES = 8
#: Bytes of a number, by the names of the format.
_SIZES = {
    **{"F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2},
    **{"I16": 2, "U16": 2, "I8": 1, "U8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1},
}


class DamagedFile(ValueError):
    """Not a safetensors file, or not all of one; the message says it of a file named before."""


@dataclass(frozen=True)
class Tensor:
    """What is known of a tensor before it is read."""

    #: As the format calls it: "F32", "BF16".
    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Header:
    """The first part of a file."""

    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str]


def read_header(file: Path, longest: int = LONGEST_HEADER) -> Header:
    """`longest`: bytes that are read at most. Raises DamagedFile, and OSError."""
    size = file.stat().st_size
    with file.open("rb") as opened:
        start = opened.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= length <= min(longest, size - 8):
            raise DamagedFile("is not a safetensors file")
        told = opened.read(length)
    try:
        content = json.loads(told)
        metadata = content.pop("__metadata__", None) or {}
        texts = {key: text for key, text in metadata.items() if isinstance(text, str)}
        tensors = {name: _tensor(entry) for name, entry in content.items()}
        ends = max((entry["data_offsets"][1] for entry in content.values()), default=0)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise DamagedFile("is not a safetensors file") from None
    if size != 8 + length + ends:
        raise DamagedFile(f"has {size} bytes instead of {8 + length + ends}")
    return Header(tensors, texts)


def _tensor(entry: Any) -> Tensor:
    shape = tuple(entry["shape"])
    begin, end = entry["data_offsets"]
    # The product of very many sides would take hours.
    if len(shape) > _MOST_SIDES:
        raise ValueError
    if not all(type(number) is int and number >= 0 for number in (*shape, begin, end)):
        raise ValueError
    # A dtype that is not known here is no reason to doubt the file.
    each = _SIZES.get(entry["dtype"])
    if each is not None and end - begin != each * prod(shape):
        raise ValueError
    return Tensor(str(entry["dtype"]), shape)
