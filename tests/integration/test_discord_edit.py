"""Drawing from pictures in Discord: by a command with a file, and from the menu of a message."""

from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from PIL import Image

from bot.core.generation import Generation
from bot.core.quota import AccountKey
from bot.core.replies import reply
from engine.lora import Lora
from tests.builders import act
from tests.fakes.discord_api import FakeDiscord, Message
from tests.integration.discord_life import ANNA, BORIS, CHANNEL, GUILD, Life, living
from tests.integration.test_discord_draw import answered
from tests.integration.waiting import eventually
from tests.photos import encoded, photo


@pytest.fixture
async def life(tmp_path, discord, monkeypatch) -> AsyncIterator[Life]:
    async with living(tmp_path, discord, monkeypatch, defer_seconds=0.3) as one:
        await one.ready()
        yield one


def edit(life: Life, content: bytes = b"", prompt: str = "换成夜景", **more):
    options = {"prompt": prompt, "image": ("a.jpg", content or photo((320, 240))), **more}
    return life.discord.people.slash("edit", options, user=ANNA, channel=CHANNEL)


def posted(discord: FakeDiscord) -> Message:
    """Somebody's message with a picture."""
    files = [("a.png", photo(kind="PNG"))]
    return discord.people.say("看", user=ANNA, channel=CHANNEL, files=files)


def source(life: Life, one: Generation) -> Image.Image:
    assert one.spec.source is not None
    return Image.open(BytesIO(life.core.pictures.path(one.spec.source).read_bytes()))


async def test_a_file_becomes_what_is_drawn_from_and_the_answer_the_picture(life, discord):
    asked = edit(life, strength="0.3")
    row = await life.row(asked)
    assert (row.spec.prompt, row.spec.strength) == ("换成夜景", 0.3)
    assert source(life, row).size == (320, 240)
    assert await life.drawn(asked) is asked.original


async def test_it_takes_the_options_of_a_drawing(life, discord):
    row = await life.row(edit(life, steps=9, guidance=2.0, lora="水墨:0.5"))
    assert (row.spec.steps, row.spec.guidance) == (9, 2.0)
    assert row.spec.loras == (Lora(name="水墨", weight=0.5),)


async def test_a_mask_says_what_is_drawn_anew(life, discord):
    mask = Image.new("L", (320, 240), 0)
    mask.paste(255, (0, 0, 160, 240))
    row = await life.row(edit(life, mask=("mask.png", encoded(mask, "PNG"))))
    assert source(life, row).mode == "RGBA"
    assert "only_transparent" in row.notes


async def test_what_is_no_picture_is_told_to_whoever_asked(life, discord):
    assert await answered(life, edit(life, b"no picture")) == reply("not_a_picture", "zh")
    wrong = edit(life, prompt="换成夜景 --sed 4")
    assert "--seed" in await answered(life, wrong)
    assert {message.ephemeral_to for message in discord.messages(CHANNEL)} == {ANNA}


async def test_what_is_refused_anyway_is_not_fetched(life, discord):
    wrong = edit(life, prompt="换成夜景 --sed 4")
    # It would be told that the picture cannot be had.
    discord.world.files.clear()
    assert "--seed" in await answered(life, wrong)


async def test_who_has_no_quota_has_nothing_fetched(life, discord):
    key = AccountKey(platform="discord", scope=f"guild:{GUILD}", holder=f"discord:{ANNA}")
    await life.store.ledger.allow(key, 0, "", act(), by_fleet=True)
    discord.world.files.clear()
    assert "额度" in await answered(life, edit(life))


async def test_from_the_menu_of_somebodys_message_a_form_asks_what_to_change(life, discord):
    said = posted(discord)
    opener = discord.people.use_on(said, "改图", user=BORIS)
    form = await eventually(lambda: opener.modal)
    assert form["title"] == reply("change_title", "zh")
    sent = discord.people.submit_modal(opener, {"words": "换成夜景 改动 大"})
    row = await life.row(sent)
    assert (row.requester, row.spec.strength) == (f"discord:{BORIS}", 0.8)
    assert source(life, row).size == (320, 240)
    assert (await life.drawn(sent)).channel_id == CHANNEL


async def test_from_the_menu_of_a_picture_drawn_here_it_is_its_file(life, discord):
    asked = life.ask()
    message = await life.drawn(asked, pictures=[photo((128, 96), "PNG")])
    opener = discord.people.use_on(message, "改图", user=BORIS)
    await eventually(lambda: opener.modal)
    row = await life.row(discord.people.submit_modal(opener, {"words": "换成夜景"}))
    assert row.parent_id == (await life.row(asked)).id
    assert source(life, row).size == (128, 96)


async def test_a_message_without_a_picture_has_none_to_change(life, discord):
    said = discord.people.say("看", user=ANNA, channel=CHANNEL)
    asked = discord.people.use_on(said, "改图", user=BORIS)
    assert await answered(life, asked) == reply("no_picture_in_message", "zh")


async def test_a_form_that_outlived_a_restart_asks_to_choose_again(life, discord):
    said = posted(discord)
    opener = discord.people.use_on(said, "改图", user=BORIS)
    await eventually(lambda: opener.modal)
    life.adapter._desk.edits._open.clear()
    sent = discord.people.submit_modal(opener, {"words": "换成夜景"})
    assert await answered(life, sent) == reply("form_forgotten", "zh")
