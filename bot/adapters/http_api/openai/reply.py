"""What `POST /v1/images/generations` answers, and the schema of it."""

import base64
import json
from typing import Any, Literal

from pydantic import BaseModel

from bot.adapters.http_api.pictures import Format
from bot.core.generation import Generation


class Picture(BaseModel):
    """One picture: its bytes or a link, and the seed that draws it again."""

    b64_json: str | None = None
    url: str | None = None
    seed: int


class Drawn(BaseModel):
    """What zdraw tells beside what OpenAI does."""

    id: str
    model: str
    #: From the request to the picture.
    seconds: float
    #: What was adapted, and what there is to know; a sentence each.
    remarks: list[str]


class ImagesReply(BaseModel):
    """The pictures of one request."""

    created: int
    data: list[Picture]
    size: str
    output_format: str
    zdraw: Drawn


class ErrorBody(BaseModel):
    """What is wrong."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorReply(BaseModel):
    """OpenAI's form of an error."""

    error: ErrorBody


class ModelRow(BaseModel):
    """A name of the model."""

    id: str
    object: Literal["model"] = "model"
    #: Since when it draws here.
    created: int
    owned_by: Literal["zdraw"] = "zdraw"


class ModelList(BaseModel):
    """All of them."""

    object: Literal["list"] = "list"
    data: list[ModelRow]


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For the schema of what may answer with them."""
    return {status: {"model": ErrorReply} for status in statuses}


def reply_head(generation: Generation, form: Format, remarks: list[str]) -> dict[str, Any]:
    """The reply without its pictures."""
    spec = generation.spec
    ended = generation.finished_ms or generation.created_ms
    return {
        "created": generation.created_ms // 1000,
        "size": f"{spec.width}x{spec.height}",
        "output_format": form.name,
        "zdraw": {
            "id": generation.id,
            "model": generation.model,
            "seconds": round((ended - generation.created_ms) / 1000, 3),
            "remarks": remarks,
        },
    }


def with_links(head: dict[str, Any], links: list[str], seed: int) -> bytes:
    """`seed`: of the first picture; those behind it have the following ones."""
    data = [{"url": link, "seed": seed + number} for number, link in enumerate(links)]
    return _json(head | {"data": data})


def with_bytes(head: dict[str, Any], pictures: list[bytes], seed: int) -> bytes:
    """The same, megabytes of it: not for the event loop."""
    data = [
        {"b64_json": base64.b64encode(picture).decode("ascii"), "seed": seed + number}
        for number, picture in enumerate(pictures)
    ]
    return _json(head | {"data": data})


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()
