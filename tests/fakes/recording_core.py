"""A core, as adapters see it, that keeps the calls it got, each once."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from bot.core.generation import Origin


@dataclass
class RecordingCore:
    """`calls` by event key: a redelivered event adds nothing. `trouble` is raised first; while
    `open` is not set nothing commits."""

    calls: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    attempts: list[str] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)
    toast: str | None = "好"
    #: After so many calls it is no longer open.
    closes_after: int | None = None
    open: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.open.set()

    @property
    def named(self) -> list[str]:
        """What was asked for, in order."""
        return [name for name, _ in self.calls.values()]

    @property
    def only(self) -> tuple[str, dict[str, Any]]:
        (call,) = self.calls.values()
        return call

    async def _keep(self, origin: Origin, name: str, **details: Any) -> None:
        self.attempts.append(name)
        if self.trouble:
            raise self.trouble.pop(0)
        await self.open.wait()
        self.calls.setdefault(origin.event_key, (name, {"origin": origin, **details}))
        if len(self.calls) == self.closes_after:
            self.open.clear()

    async def draw(self, origin: Origin, text: str) -> None:
        await self._keep(origin, "draw", text=text)

    async def ask_for_prompt(self, origin: Origin) -> None:
        await self._keep(origin, "ask")

    async def again(
        self,
        origin: Origin,
        generation_id: str | None,
        status_message: str | None,
        *,
        quiet: bool,
    ) -> str | None:
        which = {"generation_id": generation_id, "status_message": status_message}
        await self._keep(origin, "again", **which, quiet=quiet)
        return self.toast

    async def cancel(
        self,
        origin: Origin,
        generation_id: str | None,
        status_message: str | None,
        *,
        all_: bool,
        quiet: bool,
    ) -> str | None:
        which = {"generation_id": generation_id, "status_message": status_message}
        await self._keep(origin, "cancel", **which, all_=all_, quiet=quiet)
        return self.toast

    async def help(self, origin: Origin, *, start: bool) -> None:
        await self._keep(origin, "help", start=start)

    async def refuse(self, origin: Origin, code: str, **data: Any) -> None:
        await self._keep(origin, "refuse", code=code, data=data)
