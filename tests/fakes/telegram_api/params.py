"""The parameters of one call, however they were encoded, and the errors that refuse them."""

import json
from dataclasses import dataclass
from typing import Any


class ApiError(Exception):
    """What Telegram answers instead of a result."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters


def bad_request(reason: str) -> ApiError:
    return ApiError(400, f"Bad Request: {reason}")


@dataclass(frozen=True)
class Upload:
    """A file as it came over the wire."""

    name: str
    mime_type: str
    content: bytes


@dataclass(frozen=True)
class Params:
    """Form fields as text (structures are JSON within) and uploaded files by field name."""

    fields: dict[str, str]
    files: dict[str, Upload]

    def text(self, name: str) -> str | None:
        return self.fields.get(name)

    def required(self, name: str) -> str:
        if name not in self.fields:
            raise bad_request(f"parameter {name} is missing")
        return self.fields[name]

    def integer(self, name: str) -> int | None:
        value = self.fields.get(name)
        return None if value is None else int(float(value))

    def flag(self, name: str) -> bool:
        return self.fields.get(name, "").lower() in {"true", "1"}

    def json(self, name: str) -> Any:
        """A structure: dict, list or None."""
        value = self.fields.get(name)
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name}: it is not JSON") from None

    def file(self, reference: str) -> Upload | None:
        """The upload behind `attach://name`."""
        return self.files.get(reference.removeprefix("attach://"))
