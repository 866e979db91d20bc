"""What the crash bench sees in Discord, on a world that is written by hand."""

from typing import Any

import pytest

from bench.storm.evidence import Evidence
from bench.storm.rows import Row, Rows
from bench.storm.wishes import CHANNEL, GUILD, Kind, Place, Wish
from tests.fakes.discord_api import FakeDiscord, Interaction, Message
from tests.fakes.discord_api.interactions import COMMAND
from tests.fakes.discord_api.messages import EPHEMERAL, LOADING, Look

ROW = "k3v9x2ab"
AGAIN = ({"type": 2, "custom_id": f"zd:1:again:{ROW}", "label": "🔁"},)
CANCEL = ({"type": 2, "custom_id": f"zd:1:cancel:{ROW}", "label": "❌"},)


class Stage:
    """One request, and the messages that the test writes for it."""

    def __init__(self) -> None:
        self.discord = FakeDiscord()
        self.discord.people.guild(GUILD)
        self.channel = self.discord.people.channel(CHANNEL, guild=GUILD)
        self.interaction = self.command()
        self.row: Row | None = Row(id=ROW, outcome="finished", delivery="done", removed=False)

    def command(self) -> Interaction:
        return self.discord.world.interactions.add(
            COMMAND, 1, self.channel, {}, {"name": "draw"}, ""
        )

    def look(self, *files: str, **look: Any) -> Look:
        stored = [self.discord.world.store(self.channel, name, b"x") for name in files]
        return Look(attachments=tuple(stored), **look)

    def answer(self, look: Look, interaction: Interaction | None = None) -> Message:
        via = interaction or self.interaction
        world = self.discord.world
        via.original = world.create(self.channel, world.bot, look, via=via)
        via.answered_at = 1.0
        return via.original

    def send(self, look: Look, nonce: str | None = None) -> Message:
        world = self.discord.world
        return world.create(self.channel, world.bot, look, nonce=nonce)

    def edit(self, message: Message, look: Look) -> None:
        self.discord.world.edit(message, look)

    def delete(self, message: Message) -> None:
        self.discord.world.delete(message)

    def wish(self, kind: Kind = Kind.DRAW, **facts: Any) -> Wish:
        interaction = self.interaction if kind.asks else self.command()
        about = "" if kind.asks else ROW
        return Wish(kind, interaction, Place.CHANNEL, user=1, about=about, **facts)

    def evidence(self, **rows: Any) -> Evidence:
        requests = {} if self.row is None else {f"interaction:{self.interaction.id}": self.row}
        told = {"requests": requests, "notices": {}, "removals": frozenset()} | rows
        return Evidence(self.discord, Rows(**told))


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_line_that_became_the_picture(stage):
    line = stage.answer(stage.look(content="waiting", components=CANCEL))
    stage.edit(line, stage.look(f"{ROW}.jpg", content="words", components=AGAIN))
    seen = stage.evidence().of_request(stage.wish())
    assert (seen.known, seen.settled, seen.ever, seen.peak) == (True, True, 1, 1)
    assert [(one.picture, one.ended) for one in seen.standing] == [(True, True)]


def test_a_picture_repeated_in_one_message_is_one(stage):
    line = stage.answer(stage.look(f"{ROW}.jpg"))
    stage.edit(line, stage.look(f"{ROW}.jpg"))
    assert stage.evidence().of_request(stage.wish()).ever == 1


def test_a_picture_that_stood_beside_another_and_one_that_came_after_it(stage):
    old = stage.answer(stage.look(f"{ROW}.jpg"))
    new = stage.send(stage.look(content="soon"), nonce=f"{ROW}-2")
    stage.edit(new, stage.look(f"{ROW}.jpg"))
    seen = stage.evidence().of_request(stage.wish())
    assert (seen.ever, seen.peak) == (2, 2)
    stage.delete(old)
    stage.delete(new)
    stage.send(stage.look(f"{ROW}.jpg"), nonce=f"{ROW}-3")
    seen = stage.evidence().of_request(stage.wish())
    assert (seen.ever, seen.peak, len(seen.standing)) == (3, 2, 1)


def test_copies_are_no_pictures_of_the_request(stage):
    stage.answer(stage.look(f"{ROW}.jpg", components=AGAIN))
    shown, brought = stage.wish(Kind.SHOW), stage.wish(Kind.ORIGINAL)
    stage.answer(stage.look(f"{ROW}.jpg", components=AGAIN), shown.interaction)
    stage.send(stage.look(f"{ROW}-1.png"), nonce="1565292886134856259")
    evidence = stage.evidence()
    assert evidence.of_request(stage.wish()).ever == 1
    assert evidence.of_press(shown).brought == 1
    assert evidence.of_press(brought).brought == 1


def test_what_others_see_of_a_private_request(stage):
    stage.answer(stage.look(f"{ROW}.jpg", flags=EPHEMERAL))
    wish = stage.wish(private=True)
    assert stage.evidence().of_request(wish).leaked == 0
    stage.send(stage.look(f"{ROW}.jpg"))
    assert stage.evidence().of_request(wish).leaked == 1


def test_a_spoiler_hides_its_picture(stage):
    stage.answer(stage.look(f"SPOILER_{ROW}.jpg"))
    wish = stage.wish(spoiler=True)
    seen = stage.evidence().of_request(wish)
    assert (seen.ever, seen.unhidden) == (1, 0)
    stage.send(stage.look(f"{ROW}.jpg"), nonce=ROW)
    assert stage.evidence().of_request(wish).unhidden == 1


def test_a_private_request_is_cut_off_when_its_token_has_ended(stage):
    stage.answer(stage.look(content="waiting", components=CANCEL, flags=EPHEMERAL))
    assert not stage.evidence().of_request(stage.wish(private=True)).cut_off
    stage.discord.age(14 * 60, stage.interaction)
    assert stage.evidence().of_request(stage.wish(private=True)).cut_off
    assert not stage.evidence().of_request(stage.wish()).cut_off


def test_it_is_told_that_the_picture_cannot_come(stage):
    stage.answer(stage.look(content=f"sorry: /show {ROW}"))
    (line,) = stage.evidence().of_request(stage.wish()).standing
    assert line.warned
    assert not line.ended


def test_thinking_without_a_row(stage):
    stage.row = None
    stage.answer(stage.look(flags=LOADING))
    seen = stage.evidence().of_request(stage.wish())
    assert (seen.known, seen.answered, seen.expired) == (False, True, False)
    assert [line.loading for line in seen.standing] == [True]
    stage.discord.age_everything(16 * 60)
    assert stage.evidence().of_request(stage.wish()).expired


def test_a_removal_that_took_the_pressed_message_away(stage):
    wish = stage.wish(Kind.DELETE)
    source = stage.answer(stage.look(f"{ROW}.jpg"))
    wish.interaction.source = wish.interaction.original = source
    wish.interaction.answered_at = 1.0
    stage.delete(source)
    pressed = stage.evidence(removals=frozenset({wish.key})).of_press(wish)
    assert (pressed.known, pressed.brought, pressed.loading) == (True, None, 0)
