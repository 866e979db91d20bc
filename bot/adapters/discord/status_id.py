"""Ids of status messages: who wrote the message decides how it can be changed."""

import re
from dataclasses import dataclass
from typing import Self

_ID = re.compile(r"(?P<by>[oc]):(?P<message>[0-9]{1,20})")


@dataclass(frozen=True)
class StatusId:
    """`o:123` was written with an interaction's token, and for as long as the token lives it is
    changed with it. `c:123` was sent to the channel by the bot itself."""

    message: int
    by_token: bool

    def text(self) -> str:
        return f"{'o' if self.by_token else 'c'}:{self.message}"

    @classmethod
    def parse(cls, text: str | None) -> Self | None:
        match = _ID.fullmatch(text or "")
        if match is None:
            return None
        return cls(int(match["message"]), match["by"] == "o")
