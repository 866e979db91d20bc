"""What people meet in Discord, in a simulation that keeps its deadlines and permissions on a clock
of its own. The core answers within the call that asks it, as the simulation wants it."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import discord
import pytest
import structlog
from simcord.env import Env

from bot.adapters.discord.answers import Answers
from bot.adapters.discord.calls import Calls
from bot.adapters.discord.client import Client
from bot.adapters.discord.commands import NAMES
from bot.adapters.discord.desk import Desk
from bot.adapters.discord.line import Line
from bot.adapters.discord.messenger import DiscordMessenger
from bot.adapters.discord.pending import Register
from bot.adapters.discord.reception import Reception
from bot.adapters.discord.takings import Takings
from bot.adapters.shared.patience import Patience
from bot.core.answers import done
from bot.core.errors import Refusal
from bot.core.generation import Generation, Origin
from bot.core.messages import Attachment, Button, Card, Notice, Toast
from bot.core.replies import refusal_text
from tests.builders import ManualClock, generation, spec

ID = "k3v9x2ab"
WORDS = "a red circle"


@dataclass
class InlineCore:
    """A core whose engine draws at once; `refuses` is raised first."""

    folder: Path
    calls: list[str] = field(default_factory=list)
    refuses: list[Refusal] = field(default_factory=list)
    #: Something nobody expects happens where a file is needed.
    broken: bool = False
    #: Only the card is shown.
    slow: bool = False
    messenger: Any = None
    #: Nobody changes a picture here, and there are no LoRA files.
    edits: Any = None
    loras: Any = None

    def __post_init__(self) -> None:
        self.my_data = InlinePages(self)

    async def settled(self, origin: Origin) -> Origin:
        return origin

    async def draw(
        self, origin: Origin, text: str, *, quiet: bool = False, edited: str | None = None
    ) -> Toast:
        self.calls.append(f"draw {text}" + (f" of {edited}" if edited else ""))
        if self.refuses:
            return Toast(refusal_text(self.refuses.pop(), origin.locale))
        row = generation(
            id=ID,
            requester=origin.requester,
            address=origin.address,
            locale=origin.locale,
            private=origin.private,
        )
        waiting = Card(text="⏳", buttons=(_button("cancel"),))
        row = replace(row, status_message=await self.messenger.open(row, waiting))
        if not self.slow:
            actions = ("again", "edit", "original", "delete")
            buttons = tuple(_button(action) for action in actions)
            card = Card(text=text, buttons=buttons, picture=self.picture("jpg"))
            await self.messenger.deliver(row, card)
        return done("toast_queued", origin.locale)

    async def again(self, origin: Origin, named: str | None, _: None, *, quiet: bool) -> Toast:
        self.calls.append(f"again {named}")
        return await self.draw(origin, "again")

    async def cancel(self, origin: Origin, named: str | None, *_: Any, **more: Any) -> Toast:
        self.calls.append(f"cancel {named} admin={await more['is_admin']()}")
        return done("toast_cancelled", origin.locale)

    async def edit_text(self, _origin: Origin, named: str) -> str:
        return WORDS

    async def original(self, origin: Origin, named: str, picture: int, *, quiet: bool) -> Toast:
        await self.messenger.say(_notice(origin, Attachment(path=str(self.picture("png")))))
        return done("toast_sent", origin.locale)

    async def show(self, origin: Origin, named: str | None) -> None:
        await self.messenger.say(_notice(origin, Attachment(path=str(self.picture("jpg")))))

    async def remove(self, origin: Origin, named: str, **more: Any) -> Toast:
        self.calls.append(f"remove {named} admin={await more['is_admin']()}")
        return done("toast_removed", origin.locale)

    async def queue(self, origin: Origin, *, private: bool = True) -> None:
        await self.messenger.say(_notice(origin, None))

    async def refuse(self, origin: Origin, code: str, *, quiet: bool = False, **data: Any) -> Toast:
        return Toast(refusal_text(Refusal(code, **data), origin.locale))

    async def waiting(self, requester: str) -> list[Generation]:
        return [generation(id=ID, requester=requester, spec=spec(prompt=WORDS))]

    def picture(self, kind: str) -> Path:
        if self.broken:
            raise ValueError(WORDS)
        path = self.folder / f"{ID}.{kind}"
        path.write_bytes(b"a picture")
        return path


class InlinePages:
    """Two pages that can be turned."""

    def __init__(self, core: InlineCore) -> None:
        self._core = core

    async def history(self, origin: Origin, *, private: bool = True) -> None:
        await self._say(origin, "newest", "older", in_place=False)

    async def turn(self, origin: Origin, named: str, *, newer: bool, **_: Any) -> None:
        shown, beyond = ("newest", "older") if newer else ("oldest", "newer")
        await self._say(origin, shown, beyond, in_place=True)

    async def _say(self, origin: Origin, text: str, turning: str, *, in_place: bool) -> None:
        page = _notice(origin, None)
        shown: dict[str, Any] = {"text": text, "private": True, "in_place": in_place}
        await self._core.messenger.say(replace(page, buttons=(_button(turning),), **shown))


def _button(action: str) -> Button:
    return Button(action=action, generation_id=ID, label=action)


def _notice(origin: Origin, attachment: Attachment | None) -> Notice:
    return Notice(
        event_key=origin.event_key,
        address=origin.address,
        text="said",
        private=origin.private,
        attachment=attachment,
    )


class Bot(Client):
    """Publishes its commands at once."""

    async def setup_hook(self) -> None:
        await super().setup_hook()
        await self.tree.sync()


def bot_over(core: InlineCore) -> Bot:
    log, patience, line = structlog.get_logger(), Patience(), Line()
    calls, register = Calls(line, patience, log), Register(patience, log)
    answers = Answers(register, calls)
    core.messenger = DiscordMessenger(
        answers=answers, calls=calls, find=Path, clock=ManualClock(), log=log
    )
    # The core lacks what nobody asks of it here.
    # The recording core stands for each part of the core that the desk asks.
    desk = Desk(core, core, Reception(register, answers, core.settled, log), Takings())  # type: ignore[arg-type]
    bot = Bot(desk, log)
    line.connect(bot)
    return bot


@pytest.fixture
def core(tmp_path: Path) -> InlineCore:
    return InlineCore(tmp_path)


@pytest.fixture
def simcord_bot(core: InlineCore) -> Bot:
    return bot_over(core)


@dataclass
class Scene:
    """A channel with two people in it."""

    channel: Any
    anna: Any
    boris: Any


@pytest.fixture
def scene(simcord_env: Env) -> Scene:
    guild = simcord_env.create_guild()
    mods = guild.create_role("mods", permissions=discord.Permissions(manage_guild=True))
    return Scene(
        guild.create_text_channel("general"),
        guild.add_member(simcord_env.create_user("anna")),
        guild.add_member(simcord_env.create_user("boris"), roles=[mods]),
    )


async def test_people_are_offered_the_commands(scene):
    offered = scene.anna.available_commands(scene.channel)
    assert set(offered) == NAMES


async def test_draw_is_answered_with_a_picture_for_everybody(scene, core):
    result = await scene.anna.slash(scene.channel, "draw", prompt=WORDS, ratio="16:9", count=2)
    assert core.calls == [f"draw {WORDS}\n--ar 16:9 --n 2"]
    message = scene.channel.last_message
    assert (message.id, result.ephemeral) == (result.response.id, False)
    assert [file.filename for file in message.attachments] == [f"{ID}.jpg"]
    assert message.content.startswith(WORDS)


async def test_a_refusal_is_a_whisper(scene, core):
    core.refuses.append(Refusal("empty_prompt"))
    result = await scene.anna.slash(scene.channel, "draw", prompt="-")
    assert result.ephemeral
    assert result.response.content.startswith("There is nothing to draw")
    assert scene.channel.last_message is None


async def test_a_private_picture_is_a_whisper_too(scene):
    result = await scene.anna.slash(scene.channel, "draw", prompt=WORDS, private=True)
    assert result.ephemeral


async def test_again_is_for_everybody_also_after_a_restart(scene, core, simcord_env):
    await scene.anna.slash(scene.channel, "draw", prompt=WORDS)
    message = scene.channel.last_message
    await simcord_env.restart_bot(bot_over(core))
    result = await scene.boris.click(message, label="again")
    assert f"again {ID}" in core.calls
    assert not result.ephemeral
    assert scene.channel.last_message.id != message.id


async def test_edit_opens_a_form_whose_words_are_drawn(scene, core):
    await scene.anna.slash(scene.channel, "draw", prompt=WORDS)
    shown = await scene.boris.click(scene.channel.last_message, label="edit")
    result = await scene.boris.submit_modal(shown, {"words": "a blue circle"})
    assert core.calls[-1] == f"draw a blue circle of {ID}"
    assert not result.ephemeral


async def test_cancel_and_delete_know_who_keeps_order(scene, core):
    core.slow = True
    await scene.anna.slash(scene.channel, "draw", prompt=WORDS)
    message = scene.channel.last_message
    for person, admin in ((scene.anna, False), (scene.boris, True)):
        result = await person.click(message, label="cancel")
        assert core.calls[-1] == f"cancel {ID} admin={admin}"
        assert result.ephemeral
    core.slow = False
    await scene.anna.slash(scene.channel, "draw", prompt=WORDS)
    await scene.boris.click(scene.channel.last_message, label="delete")
    assert core.calls[-1] == f"remove {ID} admin=True"
    assert scene.channel.last_message.id == message.id


async def test_the_original_is_a_file_for_everybody(scene):
    await scene.anna.slash(scene.channel, "draw", prompt=WORDS)
    result = await scene.boris.click(scene.channel.last_message, label="original")
    assert not result.ephemeral
    assert [file.filename for file in scene.channel.last_message.attachments] == [f"{ID}.png"]


async def test_show_queue_and_help(scene):
    shown = await scene.anna.slash(scene.channel, "show", id=ID)
    assert not shown.ephemeral
    assert scene.channel.last_message.attachments
    assert (await scene.anna.slash(scene.channel, "queue")).ephemeral
    told = await scene.anna.slash(scene.channel, "help")
    assert told.ephemeral
    assert "/draw — Draw a picture" in told.response.content


async def test_a_page_is_turned_in_its_own_message_also_after_a_restart(scene, core, simcord_env):
    page = (await scene.anna.slash(scene.channel, "history")).response
    for label, text in (("older", "oldest"), ("newer", "newest")):
        await scene.anna.click(page, label=label)
        assert page.content == text
        await simcord_env.restart_bot(bot_over(core))
    assert scene.channel.last_message is None


async def test_own_requests_are_offered_for_cancelling(scene, core):
    choices = await scene.anna.autocomplete(scene.channel, "cancel", "id", "red")
    assert choices == [{"name": f"#{ID} {WORDS}", "value": ID}]
    assert await scene.anna.autocomplete(scene.channel, "cancel", "id", "blue") == []
    result = await scene.anna.slash(scene.channel, "cancel", id=f"#{ID.upper()}")
    assert core.calls == [f"cancel {ID} admin=False"]
    assert result.ephemeral


async def test_it_draws_in_a_private_chat(simcord_env, core):
    user = simcord_env.create_user("carol")
    await user.slash("draw", prompt=WORDS)
    assert user.dm_channel.last_message.attachments


async def test_what_nobody_expected_is_answered(scene, core, simcord_env):
    core.broken = True
    result = await scene.anna.slash(scene.channel, "show", id=ID)
    assert result.ephemeral
    assert "unexpected" in result.response.content
