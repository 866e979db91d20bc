"""What the published schema says of ComfyUI's routes. They read their bodies themselves, as
ComfyUI does, so nothing of this is made of their signatures."""

from typing import Any

from pydantic import BaseModel

Schema = dict[str, Any]

#: Of the routes; each is there a second time.
ABOUT = "ComfyUI's API. Every route is also under `/api`, and events come over the WebSocket `/ws`."
_OBJECT: Schema = {"type": "object"}
_TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
_FILE: Schema = {"type": "string", "format": "binary"}
#: Number, id, workflow, extra data, outputs.
_ITEM: Schema = {"type": "array", "minItems": 5, "maxItems": 5}
_ITEMS: Schema = {"type": "array", "items": _ITEM}
_NODE: Schema = {
    "type": "object",
    "required": ["class_type", "inputs"],
    "properties": {"class_type": {"type": "string"}, "inputs": _OBJECT},
}
PICTURES: Schema = {
    "description": "The picture",
    "content": {f"image/{kind}": {"schema": _FILE} for kind in ("png", "jpeg", "webp")},
}


class ErrorBody(BaseModel):
    """What is wrong with the request."""

    type: str
    message: str
    details: str
    extra_info: dict[str, Any]


class NodeErrorBody(BaseModel):
    """What is wrong with one node."""

    errors: list[ErrorBody]
    dependent_outputs: list[str]
    class_type: str


class ErrorReply(BaseModel):
    """ComfyUI's form of an error."""

    error: ErrorBody
    node_errors: dict[str, NodeErrorBody]


class Queued(BaseModel):
    """A workflow that was accepted."""

    prompt_id: str
    number: int
    node_errors: dict[str, NodeErrorBody]
    #: What runs otherwise than the workflow says, a sentence each.
    adapted: list[str]


class Remaining(BaseModel):
    """How many of one's own have not ended."""

    queue_remaining: int


class ExecInfo(BaseModel):
    """As ComfyUI tells it."""

    exec_info: Remaining


class Kept(BaseModel):
    """Under which name a picture is kept."""

    name: str
    subfolder: str
    type: str


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Those that every route may answer with, and some more."""
    return {status: {"model": ErrorReply} for status in (400, 401, 413, 429, 500, *statuses)}


def answering(schema: Schema) -> dict[int | str, dict[str, Any]]:
    """JSON of that form."""
    return {200: {"content": {"application/json": {"schema": schema}}}}


def _taking(content: dict[str, Schema], *, required: bool = True) -> Schema:
    bodies = {kind: {"schema": schema} for kind, schema in content.items()}
    return {"requestBody": {"required": required, "content": bodies}}


def _form(**more: Schema) -> Schema:
    required = ["image", *(name for name in more if name == "original_ref")]
    plain: dict[str, Schema] = {name: {"type": "string"} for name in ("overwrite", "subfolder")}
    kind: Schema = {"type": "string", "enum": ["input", "temp", "output"]}
    properties = {"image": _FILE, **plain, "type": kind, **more}
    schema = {"type": "object", "required": required, "properties": properties}
    return _taking({"multipart/form-data": schema})


#: By address: what POST takes.
WORKFLOW = _taking(
    {
        "application/json": {
            "type": "object",
            "required": ["prompt"],
            "properties": {
                "prompt": {"type": "object", "additionalProperties": _NODE},
                "prompt_id": {"type": ["string", "null"], "format": "uuid"},
                # Others than these are passed over, as in ComfyUI.
                "client_id": {"description": "Whose WebSocket hears of it"},
                "extra_data": {"description": "Kept, without keys to other services"},
                "partial_execution_targets": {"description": "Ids of outputs"},
            },
        }
    }
)
_LIST: Schema = {
    "type": "object",
    "properties": {"clear": {"type": "boolean"}, "delete": _TEXTS},
}
CHOICE = _taking({"application/json": _LIST})
ONE = _taking(
    {"application/json": {"type": "object", "properties": {"prompt_id": {"type": "string"}}}},
    required=False,
)
ANYTHING = _taking({"application/json": _OBJECT}, required=False)
IMAGE = _form()
MASK = _form(original_ref={"type": "string"})
QUEUE: Schema = {
    "type": "object",
    "required": ["queue_running", "queue_pending"],
    "properties": {"queue_running": _ITEMS, "queue_pending": _ITEMS},
}
HISTORY: Schema = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "required": ["prompt", "outputs", "status", "meta"],
        "properties": {"prompt": _ITEM, "outputs": _OBJECT, "status": _OBJECT, "meta": _OBJECT},
    },
}
