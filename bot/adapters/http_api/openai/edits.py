"""What `POST /v1/images/edits` takes: a form with a picture, and the parameters of a drawing."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi.exceptions import RequestValidationError
from pydantic import Field, TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile

from bot.adapters.http_api.openai.body import ALLOWED, ImagesBody, LoraList
from bot.adapters.http_api.problem import Problem
from bot.core.draw_options import MAX_STRENGTH, MIN_STRENGTH
from bot.core.draw_syntax import DrawRequest

#: Of a form.
MAX_FILES, MAX_FIELDS = 4, 40
#: OpenAI's clients send a list of pictures under the second one.
IMAGE_NAMES = ("image", "image[]")
_FILE = {"type": "string", "format": "binary"}
#: For the published schema: the form is read here, not by FastAPI.
SCHEMA: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["image", "prompt"],
                    "properties": {
                        "image": _FILE,
                        "mask": _FILE,
                        **{name: {"type": "string"} for name in ALLOWED},
                    },
                }
            }
        },
    }
}


_LORAS: TypeAdapter[LoraList] = TypeAdapter(LoraList)


class EditsBody(ImagesBody):
    """Beside the files."""

    strength: Annotated[
        float | None, Field(ge=MIN_STRENGTH, le=MAX_STRENGTH, allow_inf_nan=False)
    ] = None

    def request(self) -> DrawRequest:
        plain = super().request()
        return DrawRequest(**{**vars(plain), "strength": self.strength})


@dataclass(frozen=True)
class Edit:
    """A request to draw from a picture."""

    body: EditsBody
    image: UploadFile
    mask: UploadFile | None


def edit_in(form: FormData) -> Edit:
    """Raises Problem and RequestValidationError."""
    files, fields = _sorted(form)
    images = [file for name in IMAGE_NAMES for file in files.get(name, ())]
    masks = files.get("mask", [])
    if not images:
        raise Problem(400, "missing_parameter", param="image", name="image")
    for name, some in (("image", images), ("mask", masks)):
        if len(some) > 1:
            raise Problem(400, "bad_parameter", param=name, name=name, allowed="1")
    return Edit(_body(fields), images[0], masks[0] if masks else None)


def _sorted(form: FormData) -> tuple[dict[str, list[UploadFile]], dict[str, str]]:
    """The files, and the other fields. Raises Problem for what may not be there."""
    files: dict[str, list[UploadFile]] = {}
    fields: dict[str, str] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if name not in (*IMAGE_NAMES, "mask"):
                raise Problem(400, "unknown_parameter", param=name, name=name)
            files.setdefault(name, []).append(value)
        elif name in fields:
            raise Problem(400, "bad_parameter", param=name, name=name, allowed="1")
        else:
            fields[name] = value
    return files, fields


def _body(fields: dict[str, str]) -> EditsBody:
    # The only one that is no plain value: JSON, as in the body of a generation.
    plain = {name: text for name, text in fields.items() if name != "loras"}
    try:
        body = EditsBody.model_validate_strings(plain, strict=False)
    except ValidationError as error:
        places = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(places) from None
    try:
        loras = _LORAS.validate_json(fields.get("loras", "null"))
    except ValidationError as error:
        places = [{**one, "loc": ("body", "loras")} for one in error.errors()]
        raise RequestValidationError(places) from None
    return body.model_copy(update={"loras": loras})
