"""A core, as adapters see it, that keeps the calls it got, each once."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

from bot.core.admin.ask import Pointed
from bot.core.edit import Fetch, Shown
from bot.core.generation import Origin
from bot.core.messages import Toast
from engine.lora import LoraInfo

DONE = Toast("好", done=True)


@dataclass
class RecordingCore:
    """`calls` by event key: a redelivered event adds nothing. `trouble` is raised first; while
    `open` is not set nothing commits."""

    calls: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    attempts: list[str] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)
    toast: Toast | None = DONE
    moves: list[tuple[str, str, str]] = field(default_factory=list)
    #: What the group decided, as fields of an Origin.
    decided: dict[str, Any] = field(default_factory=dict)
    settlings: int = 0
    #: After so many calls it is no longer open.
    closes_after: int | None = None
    open: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.open.set()
        self.my_data = RecordingData(self)
        self.edits = RecordingEdits(self)
        self.loras = RecordingLoras(self)

    @property
    def named(self) -> list[str]:
        """What was asked for, in order."""
        return [name for name, _ in self.calls.values()]

    @property
    def only(self) -> tuple[str, dict[str, Any]]:
        (call,) = self.calls.values()
        return call

    async def keep(self, origin: Origin, name: str, **details: Any) -> None:
        self.attempts.append(name)
        if self.trouble:
            raise self.trouble.pop(0)
        await self.open.wait()
        self.calls.setdefault(origin.event_key, (name, {"origin": origin, **details}))
        if len(self.calls) == self.closes_after:
            self.open.clear()

    async def settled(self, origin: Origin) -> Origin:
        self.settlings += 1
        return replace(origin, **self.decided)

    async def draw(
        self, origin: Origin, text: str, *, quiet: bool = False, edited: str | None = None
    ) -> Toast | None:
        await self.keep(origin, "draw", text=text, quiet=quiet, edited=edited)
        return self.toast

    async def ask_for_prompt(self, origin: Origin) -> None:
        await self.keep(origin, "ask")

    async def again(
        self,
        origin: Origin,
        generation_id: str | None,
        status_message: str | None,
        *,
        quiet: bool,
    ) -> Toast | None:
        which = {"generation_id": generation_id, "status_message": status_message}
        await self.keep(origin, "again", **which, quiet=quiet)
        return self.toast

    async def ask_for_edit(
        self, origin: Origin, generation_id: str, *, quiet: bool
    ) -> Toast | None:
        await self.keep(origin, "edit", generation_id=generation_id, quiet=quiet)
        return self.toast

    async def offer(self, origin: Origin) -> None:
        await self.keep(origin, "offer")

    async def offer_again(
        self, origin: Origin, generation_id: str | None, status_message: str | None
    ) -> None:
        which = {"generation_id": generation_id, "status_message": status_message}
        await self.keep(origin, "offer_again", **which)

    async def cancel(
        self,
        origin: Origin,
        generation_id: str | None,
        status_message: str | None,
        *,
        all_: bool,
        quiet: bool,
        is_admin: Any = None,
    ) -> Toast | None:
        which = {"generation_id": generation_id, "status_message": status_message}
        # As the core does: what is their own they may end without being an admin.
        others = generation_id is not None or status_message is not None
        admin = await is_admin() if others and is_admin else False
        await self.keep(origin, "cancel", **which, all_=all_, quiet=quiet, admin=admin)
        return self.toast

    async def original(
        self, origin: Origin, generation_id: str, picture: int, *, quiet: bool
    ) -> Toast | None:
        which = {"generation_id": generation_id, "picture": picture}
        await self.keep(origin, "original", **which, quiet=quiet)
        return self.toast

    async def show(
        self, origin: Origin, generation_id: str | None, *, quiet: bool = False
    ) -> Toast | None:
        await self.keep(origin, "show", generation_id=generation_id, quiet=quiet)
        return self.toast

    async def remove(
        self,
        origin: Origin,
        generation_id: str,
        *,
        is_admin: Any,
        quiet: bool,
        pressed: str | None = None,
    ) -> Toast | None:
        which = {"generation_id": generation_id, "pressed": pressed}
        await self.keep(origin, "delete", **which, admin=await is_admin(), quiet=quiet)
        return self.toast

    async def queue(self, origin: Origin, *, private: bool = True) -> None:
        await self.keep(origin, "queue", private=private)

    async def manage(
        self,
        origin: Origin,
        name: str,
        words: str = "",
        *,
        pointed: Pointed | None = None,
        is_admin: Any = None,
        pressed: bool = False,
        in_place: bool = False,
    ) -> Toast | None:
        # As the core does: nobody's rights are asked for where nothing is decided.
        admin = bool(words and is_admin and await is_admin())
        about = {
            "words": words,
            "pointed": pointed or Pointed(),
            "admin": admin,
            "pressed": pressed,
            "in_place": in_place,
        }
        await self.keep(origin, name, **about)
        return self.toast

    async def help(self, origin: Origin, *, start: bool, call: str | None = None) -> None:
        await self.keep(origin, "help", start=start, call=call)

    async def refuse(self, origin: Origin, code: str, *, quiet: bool = False, **data: Any) -> Toast:
        await self.keep(origin, "refuse", code=code, quiet=quiet, data=data)
        return Toast(code)

    async def chat_moved(self, platform: str, old: str, new: str) -> None:
        self.moves.append((platform, old, new))


class RecordingData:
    """What is asked of the desk for people's own data is kept with the rest."""

    def __init__(self, core: RecordingCore) -> None:
        self._core = core

    async def history(self, origin: Origin, *, private: bool = True) -> None:
        await self._core.keep(origin, "history", private=private)

    async def turn(
        self,
        origin: Origin,
        generation_id: str,
        *,
        newer: bool,
        private: bool = True,
        in_place: bool = True,
    ) -> Toast | None:
        where = {"private": private, "in_place": in_place}
        await self._core.keep(origin, "turn", generation_id=generation_id, newer=newer, **where)
        return self._core.toast

    async def info(
        self,
        origin: Origin,
        generation_id: str | None,
        status_message: str | None = None,
        *,
        private: bool = True,
    ) -> None:
        which = {"generation_id": generation_id, "status_message": status_message}
        await self._core.keep(origin, "info", **which, private=private)

    async def export(self, origin: Origin, *, limit_bytes: int, private: bool = True) -> None:
        await self._core.keep(origin, "export", limit_bytes=limit_bytes, private=private)

    async def ask_to_forget(self, origin: Origin, *, private: bool = True) -> None:
        await self._core.keep(origin, "ask_to_forget", private=private)

    async def forget(
        self, origin: Origin, generation_id: str, *, in_place: bool = True
    ) -> Toast | None:
        await self._core.keep(origin, "forget", generation_id=generation_id, in_place=in_place)
        return self._core.toast


class RecordingLoras:
    """The same for the list of LoRA files; `infos` are those there are."""

    def __init__(self, core: RecordingCore) -> None:
        self._core = core
        self.infos: list[LoraInfo] = []

    async def tell(self, origin: Origin, words: str = "") -> None:
        await self._core.keep(origin, "loras", words=words)

    def like(self, words: str) -> list[LoraInfo]:
        return [info for info in self.infos if words in info.name]


class RecordingEdits:
    """The same for drawing from pictures."""

    def __init__(self, core: RecordingCore) -> None:
        self._core = core

    async def shown(
        self, origin: Origin, text: str, shown: Shown, *, quiet: bool = False
    ) -> Toast | None:
        await self._core.keep(origin, "edit_shown", text=text, shown=shown, quiet=quiet)
        return self._core.toast

    async def drawn(
        self, origin: Origin, text: str, generation_id: str, *, quiet: bool = False
    ) -> Toast | None:
        fields = {"text": text, "generation_id": generation_id, "quiet": quiet}
        await self._core.keep(origin, "edit_drawn", **fields)
        return self._core.toast

    async def given(
        self, origin: Origin, text: str, fetch: Fetch, *, quiet: bool = False
    ) -> Toast | None:
        content, mask = await fetch()
        fields = {"text": text, "content": content, "mask": mask, "quiet": quiet}
        await self._core.keep(origin, "edit_given", **fields)
        return self._core.toast
