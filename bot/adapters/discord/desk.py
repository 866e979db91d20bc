"""From commands, presses and forms to calls of the core."""

from typing import Any

import discord
from discord import app_commands

from bot.adapters.discord.asked import Core, Waiting
from bot.adapters.discord.composing import composed
from bot.adapters.discord.data_desk import DataDesk
from bot.adapters.discord.edit_desk import EditDesk
from bot.adapters.discord.forms import edited_in, words_form, words_in
from bot.adapters.discord.lora_desk import LoraDesk
from bot.adapters.discord.origin import PLATFORM, is_admin
from bot.adapters.discord.pending import Told
from bot.adapters.discord.reception import Reception, Visit
from bot.adapters.discord.status_id import StatusId
from bot.adapters.discord.takings import Takings
from bot.adapters.discord.words import meanings
from bot.adapters.shared.named_id import named_id
from bot.core.admin.ask import Pointed
from bot.core.errors import Refusal
from bot.core.help_text import help_text
from bot.core.messages import Toast
from bot.core.press import COMMAND, Press
from bot.core.staff import IsAdmin

#: A completion shows at most 25 of at most 100 characters.
MAX_COMPLETIONS, MAX_COMPLETION = 25, 100


class Desk:
    """Translates what people do in Discord."""

    def __init__(
        self, core: Core, waiting: Waiting, reception: Reception, takings: Takings
    ) -> None:
        #: What people ask of what is stored of them.
        self.data = DataDesk(core.my_data, reception)
        self.edits = EditDesk(core.edits, reception)
        self.loras = LoraDesk(core.loras, reception)
        self._core = core
        self._waiting = waiting
        self._reception = reception
        self._takings = takings

    # --- commands -----------------------------------------------------------------------------

    async def draw(
        self,
        interaction: discord.Interaction[Any],
        prompt: str,
        options: dict[str, str | int | float | None],
        *,
        spoiler: bool,
        private: bool,
    ) -> None:
        async def work(visit: Visit) -> None:
            await self._draw(visit, composed(prompt, options, visit.origin.locale))

        await self._reception.receive(
            interaction, work, private=private, spoiler=spoiler, brings_picture=True
        )

    async def again(
        self,
        interaction: discord.Interaction[Any],
        named: str | None,
        *,
        private: bool = False,
        spoiler: bool = False,
    ) -> None:
        async def work(visit: Visit) -> None:
            said = await self._core.again(visit.origin, named_id(named), None, quiet=True)
            await self._unless_queued(visit, said)

        await self._reception.receive(
            interaction, work, private=private, spoiler=spoiler, brings_picture=True
        )

    async def cancel(
        self, interaction: discord.Interaction[Any], named: str | None, *, all_: bool
    ) -> None:
        async def work(visit: Visit) -> None:
            if all_:
                # Whatever comes of it is a notice.
                await self._core.cancel(visit.origin, None, None, all_=True, quiet=False)
                return
            said = await self._core.cancel(
                visit.origin,
                named_id(named),
                None,
                all_=False,
                quiet=True,
                is_admin=_asked(interaction),
            )
            await self._whisper(visit, said)

        await self._reception.receive(interaction, work, whispered=True)

    async def queue(self, interaction: discord.Interaction[Any]) -> None:
        async def work(visit: Visit) -> None:
            await self._core.queue(visit.origin, private=True)

        await self._reception.receive(interaction, work, whispered=True)

    async def manage(
        self,
        interaction: discord.Interaction[Any],
        name: str,
        words: str = "",
        *,
        person: int | None = None,
        called: str = "",
        pressed: bool = False,
    ) -> None:
        """Whoever asks is answered privately. `person`: whom it is about, and what Discord calls
        them. `pressed`: by a button, whose message becomes the answer."""

        whom = None if person is None else f"{PLATFORM}:{person}"
        pointed = Pointed(person=whom, name=called, certain=whom is not None)

        async def work(visit: Visit) -> None:
            said = await self._core.manage(
                visit.origin,
                name,
                words,
                pointed=pointed,
                is_admin=_asked(interaction),
                pressed=pressed,
                in_place=pressed,
            )
            if pressed and said is not None and not said.done:
                await self._whisper(visit, said)

        await self._reception.receive(interaction, work, whispered=True, in_place=pressed)

    async def show(
        self, interaction: discord.Interaction[Any], named: str | None, *, private: bool
    ) -> None:
        async def work(visit: Visit) -> None:
            await self._core.show(visit.origin, named_id(named))

        await self._reception.receive(interaction, work, private=private, brings_picture=True)

    async def help(self, interaction: discord.Interaction[Any]) -> None:
        async def work(visit: Visit) -> None:
            locale = visit.origin.locale
            text = help_text(locale, start=False, own=meanings(locale))
            await self._reception.whisper(visit, text)

        await self._reception.receive(interaction, work, whispered=True)

    async def live_ones(
        self, interaction: discord.Interaction[Any], typed: str
    ) -> list[app_commands.Choice[str]]:
        """The person's own requests that have not ended, for completion."""
        found = [
            app_commands.Choice(
                name=f"#{one.id} {' '.join(one.spec.prompt.split())}"[:MAX_COMPLETION],
                value=one.id,
            )
            for one in await self._waiting.waiting(f"{PLATFORM}:{interaction.user.id}")
        ]
        wanted = typed.strip().casefold()
        return [choice for choice in found if wanted in choice.name.casefold()][:MAX_COMPLETIONS]

    # --- presses and the form -----------------------------------------------------------------

    async def press(self, interaction: discord.Interaction[Any], press: Press | None) -> None:
        """None is a button that this version does not know."""
        message = interaction.message
        hidden = bool(message and message.flags.ephemeral)
        match press:
            case Press("cancel", named):
                await self.cancel(interaction, named, all_=False)
            case Press("again", named):
                await self.again(interaction, named, private=hidden)
            case Press("edit", named):
                await self._open_form(interaction, named)
            case Press("original", named, picture):
                await self._original(interaction, named, picture, private=hidden)
            case Press("show", named):
                await self.show(interaction, named, private=hidden)
            case Press("older" | "newer" as way, named):
                await self.data.turn(interaction, named, newer=way == "newer")
            case Press("forget", named):
                await self.data.forget(interaction, named)
            case Press(action, command=command, words=words) if action == COMMAND:
                await self.manage(interaction, command, words, pressed=True)
            case Press("delete", named):
                await self._delete(interaction, named, hidden=hidden)
            case _:
                await self._unknown(interaction)

    async def submit(self, interaction: discord.Interaction[Any]) -> None:
        """The form, filled in."""
        text, message = words_in(interaction), interaction.message
        edited = edited_in(interaction)
        hidden = bool(message and message.flags.ephemeral)
        # What is edited is a request of its own, shown as the one was whose picture was pressed.
        spoiler = bool(message and any(file.is_spoiler() for file in message.attachments))

        async def work(visit: Visit) -> None:
            await self._draw(visit, text, edited)

        await self._reception.receive(
            interaction, work, private=hidden, spoiler=spoiler, brings_picture=True
        )

    async def _open_form(self, interaction: discord.Interaction[Any], named: str) -> None:
        async def work(visit: Visit) -> None:
            text = await self._core.edit_text(visit.origin, named)
            form = words_form(text, named, visit.origin.locale)
            if await visit.pending.open_form(form) is not Told.NOW:
                said = await self._core.refuse(visit.origin, "form_too_slow", quiet=True)
                await self._whisper(visit, said)

        await self._reception.receive(interaction, work, whispered=True)

    async def _original(
        self, interaction: discord.Interaction[Any], named: str, picture: int, *, private: bool
    ) -> None:
        async def work(visit: Visit) -> None:
            said = await self._core.original(visit.origin, named, picture, quiet=True)
            if said is not None and not said.done:
                await self._whisper(visit, said)

        await self._reception.receive(interaction, work, private=private, brings_picture=True)

    async def _delete(
        self, interaction: discord.Interaction[Any], named: str, *, hidden: bool
    ) -> None:
        message = interaction.message
        assert message is not None, "it has the button"
        pressed = None if hidden else StatusId(message.id, by_token=False).text()

        async def work(visit: Visit) -> None:
            with self._takings.of(message.id) as taking:
                said = await self._core.remove(
                    visit.origin,
                    named,
                    is_admin=_asked(interaction),
                    quiet=True,
                    pressed=pressed,
                )
                if said is not None and said.done:
                    taking.done = await self._reception.take_away(visit)
            if not taking.done:
                await self._whisper(visit, said)

        await self._reception.receive(interaction, work, whispered=True)

    async def apologise(self, interaction: discord.Interaction[Any]) -> None:
        """Nothing was done."""

        async def work(visit: Visit) -> None:
            raise Refusal("internal_error")

        await self._reception.receive(interaction, work, whispered=True)

    async def _unknown(self, interaction: discord.Interaction[Any]) -> None:
        async def work(visit: Visit) -> None:
            said = await self._core.refuse(visit.origin, "unknown_button", quiet=True)
            await self._whisper(visit, said)

        await self._reception.receive(interaction, work, whispered=True)

    # --- answering ----------------------------------------------------------------------------

    async def _draw(self, visit: Visit, text: str, edited: str | None = None) -> None:
        said = await self._core.draw(visit.origin, text, quiet=True, edited=edited)
        await self._unless_queued(visit, said)

    async def _unless_queued(self, visit: Visit, said: Toast | None) -> None:
        """What was accepted is answered by its card."""
        if said is not None and said.done:
            await self._reception.hint(visit)
        else:
            await self._whisper(visit, said)

    async def _whisper(self, visit: Visit, said: Toast | None) -> None:
        if said is not None:
            await self._reception.whisper(visit, said.text)


def _asked(interaction: discord.Interaction[Any]) -> IsAdmin:
    async def asked() -> bool:
        return is_admin(interaction)

    return asked
