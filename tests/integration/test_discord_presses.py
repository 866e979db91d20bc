"""Buttons, the form and the other commands in Discord, over real HTTP and a real gateway."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from bot.adapters.discord.commands import NAMES
from bot.core.admin.audit import TOLD
from bot.core.generation import Generation, Outcome
from bot.core.messages import Notice
from bot.core.quota import AccountKey
from bot.core.replies import reply
from tests.builders import act
from tests.fakes.discord_api import FakeDiscord, Interaction, Message
from tests.fakes.discord_api.messages import Look
from tests.integration.discord_life import (
    ANNA,
    BORIS,
    CHANNEL,
    GUILD,
    PRIVATE_CHAT,
    Life,
    answer,
    furnish,
    living,
)
from tests.integration.waiting import eventually

ADMIN = 9
CALLBACK = "/interactions/*/*/callback"


@pytest.fixture
def discord() -> Iterator[FakeDiscord]:
    with FakeDiscord() as server:
        furnish(server)
        server.people.guild(GUILD, admins=(ADMIN,))
        yield server


@pytest.fixture
async def life(tmp_path, discord, monkeypatch) -> AsyncIterator[Life]:
    async with living(tmp_path, discord, monkeypatch) as one:
        await one.ready()
        yield one


async def picture(life: Life, **more: Any) -> tuple[Message, Generation]:
    """Anna's picture, and its row."""
    asked = life.ask(**more)
    count = more.get("options", {}).get("count", 1)
    message = await life.drawn(asked, pictures=[b"\x89PNG %d" % n for n in range(1, count + 1)])
    return message, await life.row(asked)


async def words(interaction: Interaction) -> str:
    """What whoever acted is told, when it is told."""

    def look() -> str:
        return next((m.content for m in interaction.messages if not m.loading), "")

    found: str = await eventually(look)
    return found


def slash(
    life: Life, name: str, user: int = ANNA, given: dict[str, Any] | None = None, **options: Any
) -> Interaction:
    """`given`: options that cannot be named here."""
    named = given or options
    return life.discord.people.slash(name, named, user=user, channel=CHANNEL)


# --- again ----------------------------------------------------------------------------------------


async def test_again_draws_the_same_for_whoever_presses(life, discord):
    message, first = await picture(life)
    pressed = discord.people.press(message, "🔁", user=BORIS)
    second = await life.row(pressed)
    assert (second.requester, second.parent_id) == (f"discord:{BORIS}", first.id)
    assert second.spec.prompt == first.spec.prompt
    assert second.spec.seed != first.spec.seed
    assert await life.drawn(pressed) is pressed.original
    assert pressed.original is not message
    assert pressed.original.ephemeral_to is None
    assert pressed.follow_ups == []


async def test_two_presses_are_two_pictures(life, discord):
    message, _ = await picture(life)
    pressed = [discord.people.press(message, "🔁") for _ in range(2)]
    rows = {(await life.row(one)).id for one in pressed}
    assert len(rows) == 2


async def test_a_private_picture_is_repeated_privately(life, discord):
    message, _ = await picture(life, options={"private": True, "spoiler": True})
    again = await life.drawn(discord.people.press(message, "🔁", user=ANNA))
    assert again.ephemeral_to == ANNA
    assert again.images[0].filename.startswith("SPOILER_")


async def test_again_of_a_private_picture_stays_private(life, discord):
    _, first = await picture(life, options={"private": True, "spoiler": True})
    again = slash(life, "again")
    message = await life.drawn(again)
    assert message.ephemeral_to == ANNA
    assert message.images[0].filename.startswith("SPOILER_")
    assert (await life.row(again)).parent_id == first.id
    stranger = slash(life, "again", user=BORIS, id=first.id)
    assert "找不到" in await words(stranger)


async def test_again_as_a_command_repeats_the_last_one_or_the_one_named(life, discord):
    _, first = await picture(life)
    _, second = await picture(life, prompt="方块")
    assert (await life.row(slash(life, "again"))).parent_id == second.id
    assert (await life.row(slash(life, "again", id=f"#{first.id}"))).parent_id == first.id
    refused = slash(life, "again", user=BORIS)
    assert "这里还没有你的图" in await words(refused)
    assert answer(refused).ephemeral_to == BORIS


# --- cancel ---------------------------------------------------------------------------------------


async def test_cancel_ends_what_waits(life, discord):
    asked = life.ask()
    generation = await life.opened(asked)
    pressed = discord.people.press(asked.original, "❌", user=ANNA)
    assert await words(pressed) == "已取消"
    assert pressed.original.ephemeral_to == ANNA
    await eventually(lambda: asked.original.content == "已取消。")
    assert (await life.settled(generation)).outcome is Outcome.CANCELLED


async def test_only_its_owner_and_admins_cancel(life, discord):
    asked = life.ask()
    generation = await life.opened(asked)
    assert "这不是你的请求" in await words(discord.people.press(asked.original, "❌", user=BORIS))
    assert await words(discord.people.press(asked.original, "❌", user=ADMIN)) == "已取消"
    assert (await life.settled(generation)).outcome is Outcome.CANCELLED


async def test_cancel_as_a_command(life, discord):
    one, two, three = life.ask(), life.ask(), life.ask()
    rows = [await life.opened(asked) for asked in (one, two, three)]
    assert await words(slash(life, "cancel", id=rows[0].id)) == "已取消"
    completed = discord.people.complete("cancel", {"id": rows[1].id[:3]}, "id", channel=CHANNEL)
    await eventually(lambda: completed.answered)
    assert {choice["value"] for choice in completed.choices} >= {rows[1].id}
    assert rows[0].id not in {choice["value"] for choice in completed.choices}
    everything = slash(life, "cancel", all=True)
    assert await words(everything) == "已取消 2 个请求。"
    assert "没有正在排队的请求" in await words(slash(life, "cancel", all=True))


async def test_a_completion_that_fails_offers_nothing_and_is_no_traceback(
    life, discord, monkeypatch, caplog
):
    async def fail(_: str) -> list[Any]:
        raise ValueError("圆")

    monkeypatch.setattr(life.core.records, "waiting", fail)
    completed = discord.people.complete("cancel", {"id": "a"}, "id", channel=CHANNEL)
    await eventually(lambda: completed.answered)
    assert completed.choices == []
    assert caplog.text == ""


# --- edit -----------------------------------------------------------------------------------------


async def test_edit_opens_a_form_with_the_words_and_draws_what_is_sent(life, discord):
    message, first = await picture(life, prompt="红 圆", options={"ratio": "16:9"})
    pressed = discord.people.press(message, "✏️", user=BORIS)
    await eventually(lambda: pressed.modal)
    field = pressed.modal["components"][0]["component"]
    assert (field["custom_id"], field["value"]) == ("words", "红 圆\n横图")
    sent = discord.people.submit_modal(pressed, {"words": "蓝 圆\n横图"})
    row = await life.row(sent)
    assert (row.spec.prompt, row.requester) == ("蓝 圆", f"discord:{BORIS}")
    assert row.parent_id == first.id
    assert await life.drawn(sent) is sent.original


async def test_what_is_sent_with_the_form_may_be_refused(life, discord):
    message, _ = await picture(life)
    pressed = discord.people.press(message, "✏️")
    await eventually(lambda: pressed.modal)
    sent = discord.people.submit_modal(pressed, {"words": "圆 --sed 4"})
    assert "--seed" in await words(sent)
    assert sent.original.ephemeral_to == ANNA


async def test_where_the_form_takes_too_long_it_is_said(life, discord, monkeypatch):
    message, _ = await picture(life)
    words_of = life.core.desk.edit_text

    async def later(*arguments: Any) -> Any:
        await asyncio.sleep(1.7)
        return await words_of(*arguments)

    monkeypatch.setattr(life.core.desk, "edit_text", later)
    pressed = discord.people.press(message, "✏️")
    assert "打开得太慢了" in await words(pressed)
    assert pressed.original.ephemeral_to == ANNA


async def test_a_form_whose_opening_was_not_heard_of_is_open(life, discord):
    message, _ = await picture(life)
    discord.faults.lose_answer("POST", CALLBACK)
    pressed = discord.people.press(message, "✏️")
    await eventually(lambda: len(discord.calls_of("POST", CALLBACK)) == 3)
    sent = discord.people.submit_modal(pressed, {"words": "蓝 圆"})
    assert await life.drawn(sent) is sent.original
    assert pressed.messages == []


# --- original -------------------------------------------------------------------------------------


async def test_the_original_is_a_file_for_everybody(life, discord):
    message, row = await picture(life)
    pressed = discord.people.press(message, "📄", user=BORIS)
    assert await words(pressed) == f"📄 #{row.id}"
    (file,) = pressed.original.attachments
    assert file.content.startswith(b"\x89PNG")
    assert pressed.original.ephemeral_to is None


async def test_of_several_all_or_one(life, discord):
    message, row = await picture(life, options={"count": 3})
    pressed = discord.people.press(message, "📄", user=BORIS)
    await eventually(lambda: len(pressed.messages) == 3 and pressed.messages[-1].attachments)
    assert {m.attachments[0].content for m in pressed.messages} == {
        b"\x89PNG 1",
        b"\x89PNG 2",
        b"\x89PNG 3",
    }
    one = discord.people.press(message, f"zd:1:original:{row.id}:2", user=BORIS)
    await words(one)
    assert [file.content for file in one.original.attachments] == [b"\x89PNG 2"]


async def test_an_original_that_is_too_large_is_a_sentence(life, discord):
    message, _ = await picture(life)
    discord.world.upload_bytes = 4
    pressed = discord.people.press(message, "📄")
    assert "原图发不过来" in await words(pressed)
    assert pressed.messages[0].ephemeral_to == ANNA


async def test_a_file_that_is_gone_is_a_sentence(life, discord):
    message, row = await picture(life)
    life.core.pictures.path(row.pictures[0]).unlink()
    pressed = discord.people.press(message, "📄")
    assert "文件已经不在了" in await words(pressed)
    assert pressed.original.ephemeral_to == ANNA


# --- delete ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", [ANNA, ADMIN])
async def test_its_owner_and_admins_delete_a_picture(life, discord, user):
    message, _ = await picture(life)
    pressed = discord.people.press(message, "🗑", user=user)
    await eventually(lambda: message.deleted and pressed.answered)
    assert discord.messages(CHANNEL) == []


async def test_a_press_that_could_not_be_answered_at_once_is_answered_with_a_word(life, discord):
    message, _ = await picture(life)
    discord.faults.rate_limit("POST", CALLBACK, 0.2, via=False)
    pressed = discord.people.press(message, "🗑", user=ANNA)
    assert await words(pressed) == "已删除"
    assert pressed.messages[-1].ephemeral_to == ANNA
    await eventually(lambda: message.deleted)


async def test_nobody_else_does(life, discord):
    message, _ = await picture(life)
    assert "这不是你的图" in await words(discord.people.press(message, "🗑", user=BORIS))
    assert not message.deleted


async def test_a_copy_goes_with_it(life, discord):
    _, row = await picture(life)
    copy = slash(life, "show", id=row.id)
    await words(copy)
    discord.people.press(copy.original, "🗑", user=ANNA)
    await eventually(lambda: discord.messages(CHANNEL) == [])


async def test_a_private_picture_is_deleted_by_the_press(life, discord):
    message, _ = await picture(life, options={"private": True})
    discord.people.press(message, "🗑", user=ANNA)
    await eventually(lambda: message.deleted)


async def apologies(life: Life) -> list[str]:
    """For messages that would have to be deleted by hand, when nothing is left to delete."""

    async def settled() -> bool:
        return not await life.store.removals.waiting(["discord"])

    await eventually(settled)
    said = "SELECT text FROM notices WHERE event_key LIKE 'removal:%'"
    return [text for (text,) in await life.store.sql(said)]


@pytest.mark.parametrize(("of_copy", "seconds"), [(False, 0.0), (False, 1.8), (True, 0.0)])
async def test_where_the_bot_is_no_member_a_press_deletes_it_and_that_is_all(
    life, discord, monkeypatch, of_copy, seconds
):
    place = {"channel": PRIVATE_CHAT, "user_install": True}
    asked = life.ask(**place)
    shown = message = await life.drawn(asked)
    if of_copy:
        copy = discord.people.slash("show", {}, user=ANNA, **place)
        await words(copy)
        shown = answer(copy)
    remove = life.core.desk.remove

    async def later(*arguments: Any, **named: Any) -> Any:
        await asyncio.sleep(seconds)
        return await remove(*arguments, **named)

    monkeypatch.setattr(life.core.desk, "remove", later)
    pressed = discord.people.press(shown, "🗑", user=ANNA)
    await eventually(lambda: shown.deleted and message.deleted)
    assert await apologies(life) == []
    # A press that took longer is answered with a word.
    told = await words(pressed) if seconds else ""
    assert told == ("已删除" if seconds else "")
    assert [m for m in discord.messages(PRIVATE_CHAT) if m.ephemeral_to is None] == []
    assert await life.store.removals.removed((await life.row(asked)).id)


@pytest.mark.parametrize("abroad", [False, True])
async def test_long_after_a_private_picture_is_deleted_by_the_press(life, discord, abroad):
    place = {"channel": PRIVATE_CHAT, "user_install": True} if abroad else {}
    message, _ = await picture(life, options={"private": True}, **place)
    life.clock.advance(20 * 60 * 1000)
    discord.clock.advance(20 * 60)
    discord.people.press(message, "🗑", user=ANNA)
    await eventually(lambda: message.deleted)
    assert await apologies(life) == []


async def test_who_waits_for_what_is_deleted_meanwhile_is_told(life, discord, monkeypatch):
    message, row = await picture(life)
    monkeypatch.setattr(life.core.notifier, "_words", asyncio.Queue())
    shown = slash(life, "show", user=BORIS, id=row.id)
    await eventually(lambda: answer(shown).loading if shown.original else False)
    discord.people.press(message, "🗑", user=ANNA)
    await eventually(lambda: message.deleted)
    monkeypatch.undo()
    await life.core.notifier.post(
        Notice(event_key="1", address=row.address, text="圆", private=True)
    )
    assert "删" in await words(shown)
    assert not discord.pictures()


# --- show, queue, help ----------------------------------------------------------------------------


async def test_show_posts_a_picture_once_more(life, discord):
    _, row = await picture(life)
    shown = slash(life, "show", user=BORIS, id=row.id)
    assert row.id in await words(shown)
    assert answer(shown).images
    assert answer(shown).buttons[0][0] == "🔁 再来"
    hidden = slash(life, "show", id=row.id, private=True)
    await words(hidden)
    assert answer(hidden).ephemeral_to == ANNA
    unknown = slash(life, "show", id="zzzz")
    assert "找不到编号为「zzzz」的请求" in await words(unknown)
    assert [m.ephemeral_to for m in unknown.messages] == [ANNA]


async def test_a_private_picture_is_shown_to_nobody_else(life, discord):
    _, row = await picture(life, options={"private": True, "spoiler": True})
    shown = slash(life, "show")
    assert row.id in await words(shown)
    assert answer(shown).ephemeral_to == ANNA
    assert answer(shown).images[0].filename.startswith("SPOILER_")
    stranger = slash(life, "show", user=BORIS, id=row.id)
    assert "找不到" in await words(stranger)
    assert all(message.ephemeral_to for message in discord.messages(CHANNEL))


async def test_queue_is_for_whoever_asks(life, discord):
    asked = life.ask()
    row = await life.opened(asked)
    queue = slash(life, "queue")
    assert f"#{row.id}" in await words(queue)
    assert answer(queue).ephemeral_to == ANNA
    discord.people.press(queue.original, "❌ 1", user=ANNA)
    await eventually(lambda: asked.original.content == "已取消。")


async def test_quota_is_changed_by_those_who_manage_the_guild(life, discord):
    given = {"user": BORIS, "change": "每天", "amount": 2.5, "reason": "谢谢"}
    with pytest.raises(ValueError, match="admin"):
        slash(life, "admin quota", given=given)
    changed = slash(life, "admin quota", user=ADMIN, given=given)
    assert f"🎟 {BORIS} 现在还剩 2.5" in await words(changed)
    assert answer(changed).ephemeral_to == ADMIN
    accounts = await life.store.sql("SELECT scope, holder, allowance FROM accounts")
    assert accounts == [(f"guild:{GUILD}", f"discord:{BORIS}", 2500)]
    lines = await life.store.sql("SELECT actor, reason FROM ledger WHERE actor IS NOT NULL")
    assert lines == [(f"discord:{ADMIN}", "谢谢")]
    told = slash(life, "quota")
    assert "不限额度" in await words(told)
    assert answer(told).ephemeral_to == ANNA


async def test_without_a_change_quota_is_only_shown(life, discord):
    key = {"platform": "discord", "scope": f"guild:{GUILD}"}
    for holder in (f"discord:{BORIS}", ""):
        account = AccountKey(**key, holder=holder)
        await life.store.ledger.allow(account, 5000, "", act(), by_fleet=True)
    theirs = slash(life, "admin quota", user=ADMIN, given={"user": BORIS})
    assert (await words(theirs)).startswith(f"👤 {BORIS}\n🎟 额度还剩 5")
    whole = slash(life, "admin quota", user=ADMIN, given={"pool": True})
    assert (await words(whole)).startswith("👥 整个服务器还剩 5")
    own = slash(life, "admin quota", user=ADMIN)
    assert (await words(own)).startswith("👥 整个服务器还剩 5")
    for one in (theirs, whole, own):
        assert answer(one).ephemeral_to == ADMIN


@pytest.mark.parametrize(
    ("command", "given", "told"),
    [
        ("admin quota", {"user": BORIS, "amount": 3}, "bad_quota"),
        ("admin quota", {"user": BORIS, "reason": "+20"}, "bad_quota"),
        ("admin quota", {"reason": f"{BORIS} +20"}, "bad_quota"),
        ("admin quota", {"pool": True, "reason": "每天 20"}, "bad_quota"),
        ("admin group", {"value": "每天 20"}, "bad_group"),
        ("admin ban", {"duration": "1d", "reason": f"{BORIS}"}, "whom"),
    ],
)
async def test_what_is_to_be_done_is_said_by_its_own_option_alone(life, command, given, told):
    asked = slash(life, command, user=ADMIN, given=given)
    assert await words(asked) == reply(told, "zh", "discord")
    assert answer(asked).ephemeral_to == ADMIN
    for table in ("accounts", "acts", "bans"):
        assert await life.store.sql(f"SELECT * FROM {table}") == []


@pytest.mark.parametrize("order", ["cancel", "retry"])
async def test_an_id_is_no_order(life, order):
    row = await life.row(life.ask())
    told = await words(slash(life, "admin job", user=ADMIN, given={"id": f"{order} {row.id}"}))
    assert told == reply("unknown_generation", "zh", "discord", id=f"{order}")
    assert (await life.store.now(row)).outcome is Outcome.QUEUED


async def test_the_audit_turns_its_pages_in_place(life, discord):
    for number in range(TOLD + 1):
        line = act(platform="discord", scope=f"guild:{GUILD}", detail=f"第{number}条")
        await life.store.decided(line)
    told = slash(life, "admin audit", user=ADMIN)
    assert "第1条" in await words(told)
    discord.people.press(answer(told), reply("button_older", "zh"), user=ADMIN)
    await eventually(lambda: "第0条" in answer(told).content)
    assert "第1条" not in answer(told).content
    assert len(told.messages) == 1


async def test_help_names_what_there_is(life, discord):
    told = slash(life, "help")
    text = await words(told)
    assert answer(told).ephemeral_to == ANNA
    assert all(f"/{name} — " in text for name in NAMES)
    assert "/quiet" not in text
    assert "管理员也用它改" not in text
    assert "画图" not in text


# --- later ----------------------------------------------------------------------------------------


async def test_everything_works_after_a_restart(tmp_path, discord, monkeypatch):
    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
        message, row = await picture(life)
        opened = discord.people.press(message, "✏️")
        await eventually(lambda: opened.modal)
    syncs = discord.world.commands.syncs[None]
    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
        sent = discord.people.submit_modal(opened, {"words": "蓝 圆"})
        assert (await life.row(sent)).spec.prompt == "蓝 圆"
        assert (await life.row(discord.people.press(message, "🔁"))).parent_id == row.id
        await words(discord.people.press(message, "📄"))
        discord.people.press(message, "🗑", user=ANNA)
        await eventually(lambda: message.deleted)
    assert discord.world.commands.syncs[None] == syncs


async def test_a_button_of_another_version_is_told_to_be_one(life, discord):
    button = {"type": 2, "id": 2, "style": 2, "label": "?", "custom_id": "zd:9:x"}
    row = {"type": 1, "id": 1, "components": [button]}
    channel = discord.world.channels[CHANNEL]
    old = discord.world.create(channel, discord.world.bot, Look("旧", components=(row,)))
    pressed = discord.people.press(old, "?", user=ANNA)
    assert "按钮太旧" in await words(pressed)
    assert pressed.original.ephemeral_to == ANNA


async def test_a_blank_prompt_and_a_lone_option_are_refused(life, discord):
    assert "没有描述" in await words(life.ask(" ", options={"seed": 3}))
    assert (await words(life.ask("   "))).startswith("没看到要画什么")
