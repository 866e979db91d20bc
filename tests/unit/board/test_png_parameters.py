"""Parameters come back from a PNG as the engine writes it, and from nothing else."""

import base64
import json
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from bot.adapters.board.png_parameters import HEAD_BYTES, parameters_in
from bot.core.draw_syntax import MAX_CHARACTERS
from bot.core.errors import Refusal
from engine.contract import Job, JobKey
from engine.encode import origin, png
from tests.builders import spec


def text(**chunks: str) -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    for name, value in chunks.items():
        info.add_text(name, value)
    return info


def picture(info: PngImagePlugin.PngInfo, size: int = 8) -> bytes:
    return png(Image.new("RGB", (size, size)), info)


def drawn(prompt: str = "一个圆", negative: str = "模糊") -> bytes:
    job = Job(
        key=JobKey(generation_id="k3x", attempt=1),
        prompt=prompt,
        negative_prompt=negative,
        width=768,
        height=512,
        steps=9,
        guidance=1.8,
        seed=42,
        count=4,
    )
    return picture(origin(job, 2, (288, 192), "demo", "0.1"))


def head(data: bytes) -> str:
    return base64.b64encode(data[:HEAD_BYTES]).decode()


def refused(given: str) -> bool:
    with pytest.raises(Refusal) as caught:
        parameters_in(given)
    return caught.value.code == "no_parameters"


def test_picture_tells_what_it_alone_was_drawn_from() -> None:
    assert parameters_in(head(drawn())) == spec(
        prompt="一个圆",
        negative_prompt="模糊",
        width=768,
        height=512,
        steps=9,
        guidance=1.8,
        # The third of four.
        seed=44,
        count=1,
    )


def test_longest_texts_lie_within_the_bytes_that_are_read() -> None:
    longest = "樱" * MAX_CHARACTERS
    whole = drawn(longest, longest) + b"\0" * HEAD_BYTES
    assert parameters_in(head(whole)).negative_prompt == longest


def bomb() -> bytes:
    """A text that would grow to 100 MB."""
    body = b"zdraw\0\0" + zlib.compress(b" " * 100_000_000)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body
    plain = picture(PngImagePlugin.PngInfo())
    return plain[:33] + chunk + struct.pack(">I", zlib.crc32(chunk[4:])) + plain[33:]


def huge() -> bytes:
    """A picture that says it has 10 000 megapixels."""
    plain = drawn()
    header = b"IHDR" + struct.pack(">II", 100_000, 100_000) + plain[24:29]
    return plain[:12] + header + struct.pack(">I", zlib.crc32(header)) + plain[33:]


MADE = {
    "prompt": "x",
    "negative_prompt": "",
    "seed": 1,
    "width": 512,
    "height": 512,
    "steps": 8,
    "guidance": 0,
}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + b"\0" * 40,
        drawn()[:60],
        picture(PngImagePlugin.PngInfo()),
        picture(text(parameters="a cat\nSteps: 8")),
        picture(text(zdraw="not json")),
        picture(text(zdraw="[]")),
        picture(text(zdraw="[" * 100_000)),
        picture(text(zdraw=json.dumps(MADE | {"seed": "1"}))),
        picture(text(zdraw=json.dumps(MADE | {"guidance": float("nan")}))),
        picture(text(zdraw=json.dumps(MADE | {"prompt": "x" * (MAX_CHARACTERS + 1)}))),
        picture(text(zdraw=json.dumps({"prompt": "x"}))),
        bomb(),
        huge(),
    ],
)
def test_anything_else_is_refused_in_one_sentence(data: bytes) -> None:
    assert refused(head(data))


@pytest.mark.parametrize("given", ["樱", "a", "====", "A" * (HEAD_BYTES * 2)])
def test_what_is_no_base64_or_too_long_is_refused(given: str) -> None:
    assert refused(given)


def test_what_a_newer_zdraw_adds_is_passed_over() -> None:
    newer = picture(text(zdraw=json.dumps(MADE | {"source": "k3x"})))
    assert parameters_in(head(newer)).prompt == "x"
