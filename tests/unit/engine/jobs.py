"""Builder of engine jobs."""

from io import BytesIO
from typing import Any

from PIL import Image

from engine.contract import Job, JobKey


def key(generation_id: str = "g1", attempt: int = 1) -> JobKey:
    return JobKey(generation_id=generation_id, attempt=attempt)


def png(size: tuple[int, int] = (160, 128), mode: str = "RGB", **saved: Any) -> bytes:
    """A picture to begin from: red above, blue below."""
    picture = Image.new(mode, size, (200, 30, 30, 255)[: len(mode)])
    picture.paste((30, 30, 200, 255)[: len(mode)], (0, size[1] // 2, *size))
    out = BytesIO()
    picture.save(out, "png", **saved)
    return out.getvalue()


def job(generation_id: str = "g1", attempt: int = 1, **changes: Any) -> Job:
    """A small job of the demo model with what a test cares about changed."""
    usual: dict[str, Any] = {
        "prompt": "一个红色的圆",
        "width": 128,
        "height": 128,
        "steps": 2,
        "guidance": 0.0,
        "seed": 7,
    }
    return Job(key=key(generation_id, attempt), **(usual | changes))
