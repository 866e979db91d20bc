"""What every chat platform asks of the core: of bot/core/front_desk.py, or a fake of it."""

from collections.abc import Sequence
from typing import Any, Protocol

from bot.core.admin.ask import Pointed
from bot.core.edit import Fetch, Shown
from bot.core.generation import Origin
from bot.core.messages import Toast
from bot.core.staff import IsAdmin
from engine.lora import LoraInfo


class MyData(Protocol):
    """What people can ask of what is stored of them: of bot/core/my_data.py, or a fake of it.
    `private`: nobody else reads the answer. `in_place`: the message with the button becomes it."""

    async def history(self, origin: Origin, *, private: bool = True) -> None: ...

    async def turn(
        self,
        origin: Origin,
        generation_id: str,
        *,
        newer: bool,
        private: bool = True,
        in_place: bool = True,
    ) -> Toast | None: ...

    async def info(
        self,
        origin: Origin,
        generation_id: str | None,
        status_message: str | None = None,
        *,
        private: bool = True,
    ) -> None: ...

    async def export(self, origin: Origin, *, limit_bytes: int, private: bool = True) -> None: ...

    async def ask_to_forget(self, origin: Origin, *, private: bool = True) -> None: ...

    async def forget(
        self, origin: Origin, generation_id: str, *, in_place: bool = True
    ) -> Toast | None: ...


class Edits(Protocol):
    """Drawing from pictures: of bot/core/edit.py, or a fake of it."""

    async def shown(
        self, origin: Origin, text: str, shown: Shown, *, quiet: bool = False
    ) -> Toast | None: ...

    async def drawn(
        self, origin: Origin, text: str, generation_id: str, *, quiet: bool = False
    ) -> Toast | None: ...

    async def given(
        self, origin: Origin, text: str, fetch: Fetch, *, quiet: bool = False
    ) -> Toast | None: ...


class LoraDesk(Protocol):
    """Which LoRA files there are: of bot/core/lora_desk.py, or a fake of it."""

    async def tell(self, origin: Origin, words: str = "") -> None: ...

    def like(self, words: str) -> Sequence[LoraInfo]: ...


class Core(Protocol):
    """What people can ask for. Everything is committed when a call returns, and none raises
    Refusal: with `quiet` a refusal is returned, otherwise said."""

    @property
    def my_data(self) -> MyData: ...
    @property
    def edits(self) -> Edits: ...
    @property
    def loras(self) -> LoraDesk: ...
    async def settled(self, origin: Origin) -> Origin: ...

    async def draw(
        self, origin: Origin, text: str, *, quiet: bool = False, edited: str | None = None
    ) -> Toast | None: ...

    async def again(
        self,
        origin: Origin,
        generation_id: str | None,
        status_message: str | None,
        *,
        quiet: bool,
    ) -> Toast | None: ...

    async def cancel(
        self,
        origin: Origin,
        generation_id: str | None,
        status_message: str | None,
        *,
        all_: bool,
        quiet: bool,
        is_admin: IsAdmin = ...,
    ) -> Toast | None: ...

    async def original(
        self, origin: Origin, generation_id: str, picture: int, *, quiet: bool
    ) -> Toast | None: ...

    async def show(
        self, origin: Origin, generation_id: str | None, *, quiet: bool = False
    ) -> Toast | None: ...

    async def remove(
        self,
        origin: Origin,
        generation_id: str,
        *,
        is_admin: IsAdmin,
        quiet: bool,
        pressed: str | None = None,
    ) -> Toast | None: ...

    async def queue(self, origin: Origin, *, private: bool = True) -> None: ...

    async def manage(
        self,
        origin: Origin,
        name: str,
        words: str = "",
        *,
        pointed: Pointed = ...,
        is_admin: IsAdmin = ...,
        pressed: bool = False,
        in_place: bool = False,
    ) -> Toast | None: ...

    async def refuse(
        self, origin: Origin, code: str, *, quiet: bool = False, **data: Any
    ) -> Toast: ...
