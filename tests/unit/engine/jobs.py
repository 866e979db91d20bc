"""Builder of engine jobs."""

from typing import Any

from engine.contract import Job, JobKey


def key(generation_id: str = "g1", attempt: int = 1) -> JobKey:
    return JobKey(generation_id=generation_id, attempt=attempt)


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
