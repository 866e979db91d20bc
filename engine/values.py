"""What values that cross a border have in common."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value that crosses a border: immutable, and checked when it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Told(Frozen):
    """What an engine tells: fields that a newer one adds are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")
