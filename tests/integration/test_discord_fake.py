"""The Discord of the tests keeps the rules that zdraw relies on, with discord.py as the judge."""

import asyncio
import io
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import aiohttp
import discord
import httpx
import pytest
import yarl
from discord import app_commands

from tests.fakes.discord_api import APPLICATION_ID, TOKEN, FakeDiscord

GUILD, CHANNEL = 7, 70
PNG = b"\x89PNG picture"
CALLBACK = "/interactions/*/*/callback"
ORIGINAL = "/webhooks/*/*/messages/@original"
MESSAGES = "/channels/*/messages"


class Bot(discord.Client):
    """Commands that do what a test has put into `acts`."""

    def __init__(self, **options: Any) -> None:
        defaults: dict[str, Any] = {"intents": discord.Intents.default()}
        super().__init__(**defaults | {"guild_ready_timeout": 0.01} | options)
        self.acts: dict[str, Callable[..., Awaitable[Any]]] = {}
        self.errors: list[BaseException] = []
        self.tree = app_commands.CommandTree(self)
        self.tree.error(self._failed)
        self.tree.add_command(self._draw_command())
        self.tree.add_command(app_commands.ContextMenu(name="重画", callback=self._redraw))

    def _draw_command(self) -> app_commands.Command[Any, ..., Any]:
        @app_commands.command(name="draw", description="画一张")
        @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
        @app_commands.allowed_installs(guilds=True, users=True)
        async def draw(
            interaction: discord.Interaction,
            prompt: str,
            like: discord.Attachment | None = None,
        ) -> None:
            await self.acts["draw"](interaction, prompt)

        @draw.autocomplete("prompt")
        async def suggest(
            _interaction: discord.Interaction, current: str
        ) -> list[app_commands.Choice[str]]:
            return [app_commands.Choice(name=f"{current}?", value=current)]

        return draw

    async def _redraw(self, interaction: discord.Interaction, message: discord.Message) -> None:
        await self.acts["redraw"](interaction, message)

    async def _failed(self, _interaction: discord.Interaction, error: Exception) -> None:
        self.errors.append(getattr(error, "original", error))

    async def on_error(self, event_method: str, /, *_: Any, **__: Any) -> None:
        error = sys.exception()
        assert error is not None
        self.errors.append(error)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        if interaction.type is discord.InteractionType.component:
            await self.acts["press"](interaction)

    async def before_identify_hook(self, *_: Any, **__: Any) -> None:
        """Five seconds before every IDENTIFY but the first, otherwise."""

    async def setup_hook(self) -> None:
        await self.tree.sync()


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDiscord]:
    with FakeDiscord() as running:
        running.people.guild(GUILD)
        running.people.channel(CHANNEL, guild=GUILD)
        gateway = yarl.URL(running.gateway_url)
        monkeypatch.setattr(discord.http.Route, "BASE", running.api_base)
        monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
        yield running


@pytest.fixture
async def bot(fake: FakeDiscord) -> AsyncIterator[Bot]:
    """Connected and ready."""
    async with Bot() as client:
        await client.login(TOKEN)
        running = asyncio.create_task(client.connect())
        await client.wait_until_ready()
        yield client
    await running
    assert not client.errors


@pytest.fixture
async def rest(fake: FakeDiscord) -> AsyncIterator[Bot]:
    """Logged in, without a gateway."""
    async with Bot() as client:
        await client.login(TOKEN)
        yield client


def picture(name: str = "a.png") -> discord.File:
    return discord.File(io.BytesIO(PNG), name)


async def refusal(call: Awaitable[Any]) -> tuple[int, int]:
    """The status and the code that a call is refused with."""
    with pytest.raises(discord.HTTPException) as error:
        await call
    return error.value.status, error.value.code


async def deferred(fake: FakeDiscord, bot: Bot, **where: Any) -> tuple[Any, Any]:
    """An interaction that the bot has deferred, as people and as the bot know it."""
    known: list[Any] = []

    async def defer(interaction, _prompt):
        await interaction.response.defer()
        known.append(interaction)

    bot.acts["draw"] = defer
    asked = fake.people.slash("draw", {"prompt": "圆"}, **(where or {"channel": CHANNEL}))
    await fake.until(lambda: known)
    return asked, known[0]


def test_json_is_called_exactly_that(fake):
    for path, status in (("/gateway", 200), ("/users/@me", 401), ("/nowhere", 404)):
        response = httpx.get(fake.api_base + path)
        assert response.status_code == status
        assert response.headers["content-type"] == "application/json"
    assert httpx.get(fake.api_base + "/gateway").json() == {"url": fake.gateway_url}


async def test_a_sync_registers_commands_and_keeps_their_ids(fake, rest):
    first = await rest.tree.fetch_commands()
    again = await rest.tree.sync()
    assert {c.name for c in again} == {"draw", "重画"}
    assert {c.id for c in again} == {c.id for c in first}
    assert fake.world.commands.syncs[None] == 2
    rest.tree.copy_global_to(guild=discord.Object(GUILD))
    assert len(await rest.tree.sync(guild=discord.Object(GUILD))) == 2


async def test_a_sync_with_what_discord_refuses_fails(fake, rest):
    command = {"name": "Draw", "description": "x"}
    for wrong in (command, {"name": "draw"}, {"name": "draw", "description": "x" * 101}):
        put = rest.http.bulk_upsert_global_commands(APPLICATION_ID, [wrong])
        assert await refusal(put) == (400, 50035)


async def test_a_slash_command_is_answered_once(fake, bot):
    async def answer(interaction, prompt):
        sent = await interaction.response.send_message(f"{prompt} {interaction.locale}")
        assert sent.resource.content == "圆 zh-CN"
        assert interaction.guild.id == GUILD
        assert interaction.channel.permissions_for(interaction.guild.me).attach_files
        assert (interaction.context.guild, interaction.filesize_limit) == (True, 10 * 2**20)
        interaction.response._response_type = None
        assert await refusal(interaction.response.send_message("again")) == (400, 40060)

    bot.acts["draw"] = answer
    asked = fake.people.slash("draw", {"prompt": "圆"}, channel=CHANNEL)
    await fake.until(lambda: len(fake.calls_of("POST", CALLBACK)) == 2 and asked.answered)
    assert asked.available_at <= asked.delivered_at <= asked.answered_at
    assert [m.content for m in asked.messages] == ["圆 zh-CN"]
    assert fake.messages(CHANNEL) == asked.messages


async def test_a_deferred_answer_becomes_a_picture(fake, bot):
    asked, known = await deferred(fake, bot)
    assert asked.original.loading
    view = discord.ui.View().add_item(discord.ui.Button(label="🔁 再来", custom_id="again"))
    message = await known.edit_original_response(content="好了", attachments=[picture()], view=view)
    assert await message.attachments[0].read() == PNG
    assert not asked.original.loading
    assert asked.original.buttons == [("🔁 再来", "again")]
    assert [a.content for a in asked.original.attachments] == [PNG]
    assert [change.kind for change in asked.original.history] == ["create", "edit"]
    await known.edit_original_response(attachments=[picture()])
    assert (fake.pictures_seen(asked), len(fake.arrivals(asked))) == (1, 2)
    assert fake.pictures(user=1) == fake.pictures(channel=CHANNEL) == [asked.original]
    assert fake.duplicates() == 0
    await known.followup.send(file=picture())
    assert fake.duplicates() == 1


async def test_a_restarted_process_edits_with_the_token_alone(fake, bot):
    asked, _ = await deferred(fake, bot)
    async with aiohttp.ClientSession() as session:
        webhook = discord.Webhook.partial(APPLICATION_ID, asked.token, session=session)
        original: Any = "@original"
        await webhook.edit_message(original, attachments=[picture()])
    assert fake.pictures() == [asked.original]


async def test_a_file_can_be_given_to_a_command(fake, bot):
    async def copy(interaction, _prompt):
        await interaction.response.send_message(file=await interaction.namespace.like.to_file())

    bot.acts["draw"] = copy
    asked = fake.people.slash("draw", {"prompt": "圆", "like": ("b.png", PNG)})
    await fake.until(lambda: asked.answered)
    assert [(a.filename, a.content) for a in asked.original.images] == [("b.png", PNG)]


async def test_the_first_follow_up_after_a_deferral_is_the_answer(fake, bot):
    asked, known = await deferred(fake, bot, user=5, channel=CHANNEL)
    first = await known.followup.send("公开的", ephemeral=True)
    assert (first.id, asked.original.ephemeral_to) == (asked.original.id, None)
    await known.followup.send("只给你", ephemeral=True)
    (secret,) = asked.follow_ups
    assert secret.ephemeral_to == 5
    assert [m.content for m in fake.messages(CHANNEL, seen_by=6)] == ["公开的"]
    assert await refusal(bot.get_channel(CHANNEL).fetch_message(secret.id)) == (404, 10008)
    await known.followup.delete_message(secret.id)
    assert asked.messages == [asked.original]


async def test_buttons_update_their_message(fake, bot):
    view = discord.ui.View().add_item(discord.ui.Button(label="再来", custom_id="again:1"))
    await bot.get_channel(CHANNEL).send("旧", view=view)
    (message,) = fake.messages(CHANNEL)

    async def update(interaction):
        assert interaction.data["custom_id"] == "again:1"
        assert interaction.message.content == "旧"
        await interaction.response.edit_message(content="新")

    bot.acts["press"] = update
    pressed = fake.people.press(message, "再来", user=3)
    await fake.until(lambda: pressed.answered)
    assert (message.content, pressed.original, pressed.answer_type) == ("新", message, 7)

    async def defer(interaction):
        await interaction.response.defer()
        await interaction.edit_original_response(content="更新", attachments=[picture()])
        await interaction.followup.send("另一条")

    bot.acts["press"] = defer
    pressed = fake.people.press(message, "again:1", user=3)
    await fake.until(lambda: pressed.follow_ups)
    assert (message.content, fake.pictures_seen(pressed)) == ("更新", 1)
    with pytest.raises(LookupError):
        fake.people.press(message, "没有")


async def test_a_menu_is_chosen_from_in_a_layout_of_boxes(fake, bot):
    menu: Any = discord.ui.Select(custom_id="size", options=[discord.SelectOption(label="1:1")])
    shown: Any = discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://a.png"))
    boxes = discord.ui.LayoutView()
    boxes.add_item(discord.ui.Container(shown, discord.ui.ActionRow(menu)))
    await bot.get_channel(CHANNEL).send(view=boxes, file=picture())
    (message,) = fake.pictures(channel=CHANNEL)

    async def answer(interaction):
        await interaction.response.send_message(interaction.data["values"][0], ephemeral=True)

    bot.acts["press"] = answer
    chosen = fake.people.choose(message, "size", "1:1", user=4)
    await fake.until(lambda: chosen.answered)
    assert (chosen.original.content, chosen.original.ephemeral_to) == ("1:1", 4)


async def test_a_modal_is_filled_in(fake, bot):
    words: list[str] = []

    class Form(discord.ui.Modal, title="提示词"):
        prompt: Any = discord.ui.Label(text="画什么", component=discord.ui.TextInput(default="圆"))

        async def on_submit(self, interaction):
            words.append(self.prompt.component.value)
            await interaction.response.send_message("好", ephemeral=True)

    async def ask(interaction, _prompt):
        await interaction.response.send_modal(Form())

    bot.acts["draw"] = ask
    for answer in (None, "方"):
        asked = fake.people.slash("draw", {"prompt": "x"}, user=2)
        await fake.until(lambda asked=asked: asked.modal)
        field = asked.modal["components"][0]["component"]["custom_id"]
        submitted = fake.people.submit_modal(asked, {field: answer} if answer else {})
        await fake.until(lambda submitted=submitted: submitted.answered)
        assert submitted.original.ephemeral_to == 2
    assert words == ["圆", "方"]


async def test_menus_of_messages_and_completions(fake, bot):
    async def redraw(interaction, message):
        await interaction.response.send_message(f"重画 {message.content}")

    bot.acts["redraw"] = redraw
    said = fake.people.say("一个圆", channel=CHANNEL)
    used = fake.people.use_on(said, "重画")
    completed = fake.people.complete("draw", {"prompt": "红"}, "prompt")
    await fake.until(lambda: used.answered and completed.answered)
    assert used.original.content == "重画 一个圆"
    assert [choice["name"] for choice in completed.choices] == ["红?"]


async def test_people_are_only_offered_what_is_registered(fake, rest):
    for wrong in ({}, {"prompt": 5}, {"prompt": "x", "other": 1}):
        with pytest.raises(ValueError, match=r"prompt|other"):
            fake.people.slash("draw", wrong)
    with pytest.raises(LookupError):
        fake.people.slash("paint")
    fake.people.private_chat(90, 1, 2)
    with pytest.raises(ValueError, match="not offered"):
        fake.people.slash("draw", {"prompt": "x"}, channel=90)


@pytest.mark.parametrize("late", [False, True])
async def test_after_a_cut_missed_interactions_are_replayed(fake, bot, late):
    refused: list[int] = []

    async def answer(interaction, prompt):
        try:
            await interaction.response.send_message(prompt)
        except discord.NotFound as error:
            refused.append(error.code)

    bot.acts["draw"] = answer
    fake.gateway.hold()
    fake.gateway.cut()
    asked = fake.people.slash("draw", {"prompt": "圆"}, channel=CHANNEL)
    assert not asked.dropped
    fake.clock.advance(4 if late else 0)
    fake.gateway.release()
    await fake.until(lambda: refused or asked.answered)
    assert refused == ([10062] if late else [])
    assert (len(fake.gateway.resumed), asked.deliveries) == (1, 1)
    assert await fake.until(lambda: fake.gateway.ended) == [("/gateway", None)]


async def test_without_a_session_interactions_are_lost(fake, bot):
    fake.gateway.hold()
    fake.gateway.cut()
    fake.gateway.forget_sessions()
    asked = fake.people.slash("draw", {"prompt": "圆"}, channel=CHANNEL)
    assert asked.dropped
    fake.gateway.release()
    await fake.until(lambda: len(fake.gateway.identified) == 2)
    assert (asked.deliveries, asked.answered) == (0, False)


async def test_reconnects_and_invalid_sessions(fake, bot):
    fake.gateway.ask_to_reconnect()
    await fake.until(lambda: len(fake.gateway.resumed) == 1)
    fake.gateway.invalidate(resumable=True)
    await fake.until(lambda: len(fake.gateway.resumed) == 2)
    fake.gateway.close(4000)
    await fake.until(lambda: len(fake.gateway.resumed) == 3)
    fake.gateway.invalidate()
    await fake.until(lambda: len(fake.gateway.identified) == 2)
    asked, _ = await deferred(fake, bot)
    assert asked.deliveries == 1


async def test_wrong_tokens_and_intents_are_refused(fake):
    async with Bot() as client:
        with pytest.raises(discord.LoginFailure):
            await client.login("wrong.token")
    async with Bot() as client:
        await client.login(TOKEN)
        client.http.token = "wrong.token"
        with pytest.raises(discord.ConnectionClosed) as error:
            await client.connect()
        assert error.value.code == 4004
    async with Bot(intents=discord.Intents.all()) as client:
        await client.login(TOKEN)
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await client.connect()


async def test_a_rate_limit_is_waited_for_only_with_via(fake, bot):
    _, known = await deferred(fake, bot)
    calls: dict[tuple[str, str], Callable[[], Awaitable[Any]]] = {
        ("POST", MESSAGES): lambda: bot.get_channel(CHANNEL).send("一"),
        ("PATCH", ORIGINAL): lambda: known.edit_original_response(content="一"),
    }
    for (method, path), call in calls.items():
        fake.faults.rate_limit(method, path, 0.05)
        before = time.perf_counter()
        await call()
        assert time.perf_counter() - before >= 0.05
        assert [call.status for call in fake.calls_of(method, path)] == [429, 200]
        fake.faults.rate_limit(method, path, 5, via=False)
        assert (await refusal(call()))[0] == 429


async def test_a_bucket_that_is_empty_is_waited_for_beforehand(fake, rest):
    fake.faults.fail_next("POST", MESSAGES, exhausted=0.1)
    channel = await rest.fetch_channel(CHANNEL)
    before = time.perf_counter()
    await channel.send("一")
    await channel.send("二")
    assert time.perf_counter() - before >= 0.1
    assert [call.status for call in fake.calls_of("POST", MESSAGES)] == [200, 200]


async def test_lost_answers_and_broken_lines(fake, rest):
    channel = await rest.fetch_channel(CHANNEL)
    fake.faults.fail_next("POST", MESSAGES, close="before")
    fake.faults.lose_answer("POST", MESSAGES)
    for written in (0, 1):
        with pytest.raises(aiohttp.ClientError):
            await channel.send("x", nonce="job-1")
        assert len(fake.messages(CHANNEL)) == written
    fake.faults.fail_next("POST", MESSAGES, 503, html=True)
    with pytest.raises(discord.DiscordServerError):
        await channel.send("x", nonce="job-1")
    assert (await channel.send("x", nonce="job-1")).id == fake.messages(CHANNEL)[0].id


async def test_a_nonce_is_remembered_for_minutes(fake, rest):
    channel = await rest.fetch_channel(CHANNEL)
    sent = [await channel.send(text, nonce="job-1", file=picture()) for text in "一二"]
    assert len({message.id for message in sent}) == 1
    assert fake.pictures_seen() == 1
    fake.clock.advance(600)
    third = await channel.send("三", nonce="job-1")
    assert [message.content for message in fake.messages(CHANNEL)] == ["一", "三"]
    await third.delete()
    assert await refusal(channel.send("四", nonce="job-1")) == (404, 10008)
    assert await refusal(channel.send("x", nonce="x" * 26)) == (400, 50035)


async def test_tokens_end_after_a_quarter_of_an_hour(fake, bot):
    asked, known = await deferred(fake, bot)
    fake.clock.advance(14 * 60)
    await known.edit_original_response(content="还在画")
    fake.clock.advance(61)
    assert await refusal(known.edit_original_response(content="x")) == (401, 50027)
    assert await refusal(known.followup.send("x")) == (401, 50027)
    reference = discord.MessageReference(message_id=asked.original.id, channel_id=CHANNEL)
    await bot.get_channel(CHANNEL).send(file=picture(), reference=reference)
    assert fake.pictures_seen(asked) == 1


async def test_what_was_never_answered_has_no_webhook(fake, bot):
    refused: list[tuple[int, int]] = []

    async def forget(interaction, _prompt):
        refused.append(await refusal(interaction.followup.send("x")))
        fake.clock.advance(4)
        refused.append(await refusal(interaction.followup.send("x")))
        refused.append(await refusal(interaction.response.defer()))

    bot.acts["draw"] = forget
    asked = fake.people.slash("draw", {"prompt": "圆"})
    await fake.until(lambda: len(refused) == 3)
    assert refused == [(404, 10015), (404, 10015), (404, 10062)]
    assert not asked.answered


async def test_kicked_from_the_guild_the_token_still_works(fake, bot):
    asked, known = await deferred(fake, bot)
    channel = bot.get_channel(CHANNEL)
    fake.people.kick(GUILD)
    await fake.until(lambda: bot.get_guild(GUILD) is None)
    await known.edit_original_response(attachments=[picture()])
    assert fake.pictures() == [asked.original]
    assert await refusal(channel.send("x")) == (403, 50001)
    fake.people.invite(GUILD)
    await fake.until(lambda: bot.get_guild(GUILD))
    await channel.send("x")


async def test_permissions_of_a_channel(fake, bot):
    channel = bot.get_channel(CHANNEL)
    me, before = channel.guild.me, await channel.send("x")

    async def without(permission: str, call: Callable[[], Awaitable[Any]]) -> tuple[int, int]:
        fake.people.forbid(CHANNEL, permission)
        await fake.until(lambda: not getattr(channel.permissions_for(me), permission))
        refused = await refusal(call())
        fake.people.welcome(CHANNEL)
        return refused

    send = channel.send
    assert await without("attach_files", lambda: send(file=picture())) == (403, 50013)
    assert await without("send_messages", lambda: send("x")) == (403, 50013)
    reply = await without("read_message_history", lambda: send("x", reference=before))
    assert reply == (403, 160002)
    assert await without("view_channel", lambda: bot.fetch_channel(CHANNEL)) == (403, 50001)
    await fake.until(lambda: channel.permissions_for(me).attach_files)


async def test_what_is_gone_is_unknown(fake, rest):
    channel = await rest.fetch_channel(CHANNEL)
    sent = await channel.send("x")
    (message,) = fake.messages(CHANNEL)
    fake.people.delete(message)
    assert await refusal(sent.edit(content="y")) == (404, 10008)
    assert await refusal(sent.delete()) == (404, 10008)
    assert await refusal(channel.send("y", reference=sent)) == (400, 50035)
    assert await refusal(rest.fetch_channel(404)) == (404, 10003)
    fake.people.delete_channel(CHANNEL)
    assert await refusal(channel.send("x")) == (404, 10003)


async def test_limits_are_kept(fake, rest):
    channel = await rest.fetch_channel(CHANNEL)
    fake.world.upload_bytes = len(PNG) - 1
    view = discord.ui.View()
    for _ in range(2):
        view.add_item(discord.ui.Button(label="x", custom_id="same"))
    assert await refusal(channel.send(file=picture())) == (413, 40005)
    assert await refusal(channel.send("x" * 2001)) == (400, 50035)
    assert await refusal(channel.send("x", view=view)) == (400, 50035)
    assert await refusal(channel.send(" ")) == (400, 50006)
    assert fake.messages(CHANNEL) == []


async def test_mentions_ping_only_where_allowed(fake, rest):
    channel = await rest.fetch_channel(CHANNEL)
    await channel.send("<@5> @everyone", allowed_mentions=discord.AllowedMentions.none())
    await channel.send("<@5> @everyone")
    quiet, loud = fake.messages(CHANNEL)
    assert (quiet.pings, loud.pings) == (set(), {"5", "everyone"})


async def test_private_chats(fake, bot):
    asked, known = await deferred(fake, bot, user=5)
    assert asked.channel.id == fake.dm(5)
    await known.edit_original_response(content="好了")
    dm = await bot.create_dm(discord.Object(5))
    await dm.send("还有")
    assert [m.content for m in fake.messages(fake.dm(5))] == ["好了", "还有"]
    fake.people.block(5)
    assert await refusal(dm.send("x")) == (403, 50007)


@pytest.mark.parametrize("place", [{"guild": 9}, {"channel": 90}])
async def test_an_app_of_ones_own_works_where_the_bot_is_not(fake, bot, place):
    fake.people.private_chat(90, 1, 2)
    asked, known = await deferred(fake, bot, user_install=True, **place)
    assert asked.own_app
    await known.edit_original_response(attachments=[picture()])
    for number in range(5):
        await known.followup.send(f"{number}")
    assert await refusal(known.followup.send("6")) == (400, 40094)
    assert await refusal(known.channel.send("x")) == (403, 50001)


async def test_a_thread_has_its_own_permission(fake, bot):
    fake.people.thread(71, parent=CHANNEL)
    thread = await fake.until(lambda: bot.get_channel(CHANNEL).get_thread(71))
    fake.people.forbid(CHANNEL, "send_messages")
    await thread.send("x")
    fake.people.forbid(CHANNEL, "send_messages_in_threads")
    assert await refusal(thread.send("x")) == (403, 50013)


async def test_the_bot_hears_of_messages_but_may_not_read_them(fake, bot):
    heard: list[str] = []

    async def on_message(message):
        heard.append(message.content)

    bot.event(on_message)
    for text in ("一", f"<@{fake.bot_id}> 二"):
        fake.people.say(text, channel=CHANNEL)
    fake.people.say("三")
    await fake.until(lambda: len(heard) == 3)
    assert heard == ["", f"<@{fake.bot_id}> 二", "三"]


async def test_everything_survives_a_restart_on_the_same_port(fake, bot):
    asked, known = await deferred(fake, bot)
    fake.stop()
    fake.start()
    await fake.until(lambda: fake.gateway.resumed)
    await known.edit_original_response(content="好了")
    assert fake.messages(CHANNEL) == [asked.original]
