"""What a person can ask for, the same on every platform.

Adapters call these with what they received; each answers by a row (the generation's status
message) or by a Notice. A Refusal becomes its sentence here and nowhere else.
"""

from typing import Any

from bot.core.admin.ask import Pointed
from bot.core.admin.desk import AdminDesk
from bot.core.answers import Answers, done
from bot.core.cancel import Cancel
from bot.core.chat_desk import ChatDesk
from bot.core.draw import Draw
from bot.core.edit import EditDesk
from bot.core.erase import Erasures
from bot.core.errors import AlreadySeen, Refusal
from bot.core.gallery import Gallery
from bot.core.generation import Origin
from bot.core.help_text import help_text
from bot.core.lookup import Lookup
from bot.core.lora_desk import LoraDesk
from bot.core.messages import Button, Toast
from bot.core.my_data import MyData
from bot.core.ports import Records
from bot.core.press import WANTED
from bot.core.queue_view import QueueView
from bot.core.replies import reply
from bot.core.staff import IsAdmin, Staff, nobody

NOBODY = Pointed()


class FrontDesk:
    """Takes requests from all adapters.

    `quiet`: a refusal is only returned, for the eyes of whoever pressed a button, and not said
    to everybody in the chat. It leaves no trace: the same press delivered again is judged again.
    What is returned otherwise is a short answer for whoever pressed, if there is anything new
    to say. `is_admin`: whether the platform says that the person is one in this chat.
    """

    def __init__(
        self,
        *,
        draw: Draw,
        cancel: Cancel,
        lookup: Lookup,
        records: Records,
        gallery: Gallery,
        queue_view: QueueView,
        erasures: Erasures,
        chats: ChatDesk,
        admin: AdminDesk,
        staff: Staff,
        answers: Answers,
        my_data: MyData,
        edits: EditDesk,
        loras: LoraDesk,
    ) -> None:
        self._draw = draw
        self._cancel = cancel
        self._lookup = lookup
        self._records = records
        self._gallery = gallery
        self._queue_view = queue_view
        self._erasures = erasures
        self._chats = chats
        self._admin = admin
        self._staff = staff
        self._answers = answers
        #: What people ask of what is stored of them.
        self.my_data = my_data
        #: Drawing from pictures.
        self.edits = edits
        self.loras = loras

    # --- drawing ------------------------------------------------------------------------------

    async def draw(
        self, origin: Origin, text: str, *, quiet: bool = False, edited: str | None = None
    ) -> Toast | None:
        """A row, or the sentence that says why not. `edited`: the request whose words these were,
        if they were another one's; it begins from the picture that that one began from."""
        try:
            parent = await self._lookup.known(origin, edited)
            await self._draw(origin, text, parent)
        except AlreadySeen:
            return None
        except Refusal as refusal:
            # Admission knows what it has seen; what was refused before it may have been
            # accepted when the event came first, before the model's tokenizer was known.
            if await self._records.seen(origin.event_key):
                return None
            return await self._answers.refused(origin, refusal, quiet=quiet)
        return done("toast_queued", origin.locale)

    async def ask_for_prompt(self, origin: Origin) -> None:
        try:
            await self._draw.check(origin)
        except Refusal as refusal:
            await self._answers.refused(origin, refusal)
            return
        await self._answers.say(origin, reply("ask_prompt", origin.locale), ask=True)

    async def again(
        self,
        origin: Origin,
        generation_id: str | None,
        status_message: str | None,
        *,
        quiet: bool,
    ) -> Toast | None:
        """Repeat the named generation, the one shown in `status_message`, or the person's last
        one here. Anyone of the chat may repeat anyone's picture: the new one is theirs."""

        async def repeat() -> Toast:
            parent = await self._lookup.meant(
                origin, generation_id, status_message, "nothing_to_repeat"
            )
            await self._draw.repeat(origin, parent)
            return done("toast_queued", origin.locale)

        return await self._answers.once(origin, repeat, quiet=quiet)

    async def offer(self, origin: Origin) -> None:
        """A request from long ago, when the bot was down: ask whether it is still wanted. Whoever
        presses the button has the message that asked drawn; nothing of it is kept here."""

        async def offer() -> None:
            await self._draw.check(origin)
            label = reply("button_draw", origin.locale)
            await self._offer(origin, Button(action=WANTED, generation_id="", label=label))

        await self._answers.once(origin, offer, quiet=True)

    async def offer_again(
        self, origin: Origin, generation_id: str | None, status_message: str | None
    ) -> None:
        """The same for `again`. Nothing is said where there is nothing to repeat."""

        async def offer() -> None:
            await self._draw.check(origin)
            parent = await self._lookup.meant(
                origin, generation_id, status_message, "nothing_to_repeat"
            )
            label = reply("button_again", origin.locale)
            await self._offer(origin, Button(action="again", generation_id=parent.id, label=label))

        await self._answers.once(origin, offer, quiet=True)

    async def _offer(self, origin: Origin, button: Button) -> None:
        await self._answers.say(origin, reply("still_wanted", origin.locale), buttons=(button,))

    async def edit_text(self, origin: Origin, generation_id: str) -> str:
        """The request with its options as one can send it again, without its seed: for a form.
        Raises Refusal."""
        await self._draw.check(origin)
        return await self._gallery.request_text(origin, generation_id)

    async def ask_for_edit(
        self, origin: Origin, generation_id: str, *, quiet: bool
    ) -> Toast | None:
        """The same for platforms without forms: a question whose answer is a prompt."""

        async def ask() -> Toast:
            await self._draw.check(origin)
            text = await self._gallery.request_text(origin, generation_id)
            asked = reply("ask_edit", origin.locale, id=generation_id)
            await self._answers.say(origin, asked, ask=True, copy=text)
            return done("toast_asked", origin.locale)

        return await self._answers.once(origin, ask, quiet=quiet)

    async def cancel(
        self,
        origin: Origin,
        generation_id: str | None,
        status_message: str | None,
        *,
        all_: bool,
        quiet: bool,
        is_admin: IsAdmin = nobody,
    ) -> Toast | None:
        """Cancel one live generation of the person, or all of them here; who governs others may
        name them."""

        async def end() -> Toast:
            named = generation_id is not None or status_message is not None
            if all_:
                await self._cancel_all(origin)
            elif named or not await self.edits.on_the_way.cancel_last(origin):
                target = await self._lookup.meant_to_cancel(origin, generation_id, status_message)
                await self._staff.check_may_end(origin, target, is_admin, "not_yours")
                await self._cancel(target, origin)
            return done("toast_cancelled", origin.locale)

        return await self._answers.once(origin, end, quiet=quiet)

    # --- pictures -----------------------------------------------------------------------------

    async def original(
        self, origin: Origin, generation_id: str, picture: int, *, quiet: bool
    ) -> Toast | None:
        """Send picture number `picture` as the file it is, or all of them with 0. Anyone in the
        chat may ask for it."""

        async def send() -> Toast:
            notices = await self._gallery.originals(origin, generation_id, picture)
            posted = [await self._answers.post(notice) for notice in notices]
            if not any(posted):
                return Toast(reply("toast_busy", origin.locale))
            return done("toast_sent", origin.locale)

        return await self._answers.once(origin, send, quiet=quiet)

    async def show(
        self, origin: Origin, generation_id: str | None, *, quiet: bool = False
    ) -> Toast | None:
        """Post a finished picture once more; the person's last one here if none is named."""

        async def show() -> None:
            await self._answers.post(await self._gallery.shown(origin, generation_id))

        return await self._answers.once(origin, show, quiet=quiet)

    async def remove(
        self,
        origin: Origin,
        generation_id: str,
        *,
        is_admin: IsAdmin,
        quiet: bool,
        pressed: str | None = None,
    ) -> Toast | None:
        """Delete the picture's message, and the message `pressed` if that is a copy of it."""

        async def remove() -> Toast:
            shown = await self._lookup.visible(origin, generation_id)
            await self._staff.check_may_end(origin, shown, is_admin, "not_yours_to_delete")
            await self._gallery.remove(origin, shown, pressed=pressed)
            self._erasures.look()
            return done("toast_removed", origin.locale)

        return await self._answers.once(origin, remove, quiet=quiet)

    # --- words --------------------------------------------------------------------------------

    async def queue(self, origin: Origin, *, private: bool = True) -> None:
        """Where the person's requests stand. `private`: only they read the answer, so that it
        may quote what they asked for elsewhere."""
        text, buttons = await self._queue_view(origin, private=private)
        await self._answers.say(origin, text, private=True, buttons=buttons)

    async def help(self, origin: Origin, *, start: bool, call: str | None = None) -> None:
        """`call`: how /draw is best written in a group of this platform, if this is one."""
        await self._answers.say(origin, help_text(origin.locale, start=start, call=call))

    async def refuse(self, origin: Origin, code: str, *, quiet: bool = False, **data: Any) -> Toast:
        """The sentence for something the adapter itself cannot take; said unless `quiet`."""
        return await self._answers.refused(origin, Refusal(code, **data), quiet=quiet)

    # --- keeping order ------------------------------------------------------------------------

    async def manage(
        self,
        origin: Origin,
        name: str,
        words: str = "",
        *,
        pointed: Pointed = NOBODY,
        is_admin: IsAdmin = nobody,
        pressed: bool = False,
        in_place: bool = False,
    ) -> Toast | None:
        """The commands with which people are told how they stand, and admins decide it.
        `pressed`: by a button; a refusal is only returned. `in_place`: its message becomes the
        answer."""
        return await self._admin(
            origin, name, words, pointed, is_admin, pressed=pressed, in_place=in_place
        )

    # --- chats --------------------------------------------------------------------------------

    async def settled(self, origin: Origin) -> Origin:
        """With what its group decided for everybody who asks there. Adapters send an origin
        through here before they use it."""
        return await self._chats.settled(origin)

    async def chat_moved(self, platform: str, old: str, new: str) -> None:
        """The chat goes on under another id."""
        await self._chats.moved(platform, old, new)

    async def _cancel_all(self, origin: Origin) -> None:
        count = await self.edits.on_the_way.cancel_all(origin)
        count += await self._cancel.all_here(origin)
        if count == 0:
            raise Refusal("nothing_to_cancel")
        await self._answers.say(origin, reply("cancelled_many", origin.locale, count=count))
