"""Drawing from pictures: by a command with a file, or from the menu of a message and a form."""

from collections import OrderedDict
from typing import Any

import discord

from bot.adapters.discord.attachments import content_of, picture_of
from bot.adapters.discord.composing import composed
from bot.adapters.discord.forms import change_form, changed_in, words_in
from bot.adapters.discord.pending import Told
from bot.adapters.discord.press_id import press_of
from bot.adapters.discord.reception import Reception, Visit
from bot.adapters.shared.asked import Edits
from bot.core.errors import Refusal
from bot.core.messages import Toast

#: Pictures of others that forms are open for. What is older has to be chosen anew.
MANY_OPEN = 1000


class EditDesk:
    """Translates what people do in Discord into calls of the core."""

    def __init__(self, edits: Edits, reception: Reception) -> None:
        self._edits = edits
        self._reception = reception
        #: By message. Discord shows the bot what others write only when it is chosen.
        self._open: OrderedDict[str, discord.Attachment] = OrderedDict()

    async def edit(
        self,
        interaction: discord.Interaction[Any],
        prompt: str,
        image: discord.Attachment,
        mask: discord.Attachment | None,
        options: dict[str, str | int | float | None],
        *,
        spoiler: bool,
        private: bool,
    ) -> None:
        async def work(visit: Visit) -> None:
            text = composed(prompt, options, visit.origin.locale)
            await self._draw_from(visit, text, image, mask)

        hidden = spoiler or image.is_spoiler()
        await self._reception.receive(
            interaction, work, private=private, spoiler=hidden, brings_picture=True
        )

    async def open_form(
        self, interaction: discord.Interaction[Any], message: discord.Message
    ) -> None:
        """Ask what to change in the picture of `message`."""

        async def work(visit: Visit) -> None:
            form = change_form(self._named(message), visit.origin.locale)
            if await visit.pending.open_form(form) is not Told.NOW:
                raise Refusal("form_too_slow")

        await self._reception.receive(interaction, work, whispered=True)

    async def submit(self, interaction: discord.Interaction[Any]) -> None:
        """The form, filled in."""
        text, (kind, named) = words_in(interaction), changed_in(interaction)
        attachment = self._open.get(named) if kind == "message" else None

        async def work(visit: Visit) -> None:
            if kind == "drawn":
                said = await self._edits.drawn(visit.origin, text, named, quiet=True)
                await self._answer(visit, said)
            elif attachment is None:
                raise Refusal("form_forgotten")
            else:
                await self._draw_from(visit, text, attachment, None)

        spoiler = attachment is not None and attachment.is_spoiler()
        await self._reception.receive(interaction, work, spoiler=spoiler, brings_picture=True)

    def _named(self, message: discord.Message) -> tuple[str, str]:
        """What the form is to carry: the generation whose buttons the message has, or the
        message. Raises Refusal."""
        generation_id = _generation_in(message)
        if generation_id is not None:
            return "drawn", generation_id
        attachment = picture_of(message)
        if attachment is None:
            raise Refusal("no_picture_in_message")
        named = str(message.id)
        self._open[named] = attachment
        self._open.move_to_end(named)
        if len(self._open) > MANY_OPEN:
            self._open.popitem(last=False)
        return "message", named

    async def _draw_from(
        self,
        visit: Visit,
        text: str,
        image: discord.Attachment,
        mask: discord.Attachment | None,
    ) -> None:
        async def fetch() -> tuple[bytes, bytes | None]:
            return await content_of(image), None if mask is None else await content_of(mask)

        await self._answer(visit, await self._edits.given(visit.origin, text, fetch, quiet=True))

    async def _answer(self, visit: Visit, said: Toast | None) -> None:
        """What was accepted is answered by its card."""
        if said is not None and said.done:
            await self._reception.hint(visit)
        elif said is not None:
            await self._reception.whisper(visit, said.text)


def _generation_in(message: discord.Message) -> str | None:
    """Whose picture it shows, if that was drawn here."""
    for row in message.components:
        for one in getattr(row, "children", ()):
            press = press_of(getattr(one, "custom_id", None) or "")
            if press is not None and press.action == "edit":
                return press.generation_id
    return None
