"""The Telegram messenger over real HTTP: places, limits, and what goes wrong on the way."""

import asyncio
import errno
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.telegram.files import MAX_FILE_BYTES
from bot.core.errors import DeliveryError, MessageGone, PictureRefused, TryLater, Unreachable
from bot.core.messages import Attachment, Card, Mark
from tests.builders import address, generation, notice
from tests.fakes.telegram_api import TOKEN
from tests.integration.messenger_life import (
    GROUP,
    PERSON,
    TOPIC,
    WAITING,
    asked_in,
    messenger_over,
    opened,
)
from tests.integration.waiting import eventually

# --- the right place ------------------------------------------------------------------------------


async def test_a_status_is_a_silent_reply_in_plain_text_without_a_preview(telegram, messenger):
    asked = asked_in(telegram, GROUP)
    status = await messenger.open(asked, WAITING)
    message = telegram.message(GROUP, int(status))
    assert message.text == WAITING.text
    assert str(message.reply_to) == asked.address.request_message
    assert message.silent
    fields = telegram.calls_of("sendMessage")[0].fields
    assert "parse_mode" not in fields
    assert "message_thread_id" not in fields
    assert '"is_disabled": true' in fields["link_preview_options"]


async def test_in_a_forum_the_answer_stays_in_its_topic_even_if_the_request_was_deleted(
    telegram, messenger
):
    asked = asked_in(telegram, GROUP, TOPIC)
    telegram.people.delete(GROUP, int(asked.address.request_message or 0))
    message = telegram.message(GROUP, int(await messenger.open(asked, WAITING)))
    assert (message.thread, message.reply_to) == (TOPIC, None)


async def test_where_topics_were_switched_off_the_reply_finds_its_place(telegram, messenger):
    asked = asked_in(telegram, GROUP, TOPIC)
    telegram.world.chat(GROUP).topics.clear()
    message = telegram.message(GROUP, int(await messenger.open(asked, WAITING)))
    assert str(message.reply_to) == asked.address.request_message


async def test_a_request_without_a_message_gets_no_reply_but_an_answer(telegram, messenger):
    unasked = generation(address=address(chat=str(PERSON), request_message=None))
    message = telegram.message(PERSON, int(await messenger.open(unasked, WAITING)))
    assert message.reply_to is None


async def test_a_question_opens_a_reply_field_and_notifies(telegram, messenger):
    asked = asked_in(telegram, GROUP)
    await messenger.say(notice(address=asked.address, text="✏️ 想画什么？", ask=True))
    (message,) = telegram.messages(GROUP)
    assert message.reply_markup == {"force_reply": True, "selective": True}
    assert not message.silent


async def test_a_picture_does_not_become_words(telegram, messenger, finished):
    """Its message has a caption and no text."""
    shown = await opened(messenger, asked_in(telegram, GROUP))
    await messenger.deliver(shown, finished)
    pressed = address(chat=str(GROUP), request_message=shown.status_message)
    await messenger.say(notice(address=pressed, text="第 2 页", in_place=True))
    picture, said = telegram.messages(GROUP)
    assert picture.media is not None
    assert (said.text, str(said.reply_to)) == ("第 2 页", shown.status_message)


async def test_a_chat_that_is_told_to_wait_keeps_what_was_pressed(telegram, messenger):
    await messenger.say(notice(address=address(chat=str(PERSON), request_message=None)))
    (panel,) = telegram.messages(PERSON)
    pressed = address(chat=str(PERSON), request_message=str(panel.message_id))
    telegram.flood(PERSON, 3)
    with pytest.raises(TryLater):
        await messenger.say(notice(address=pressed, text="第 2 页", in_place=True))
    assert telegram.messages(PERSON) == [panel]


async def test_a_ping_replies_to_the_request(telegram, messenger):
    asked = asked_in(telegram, GROUP)
    await messenger.ping(asked, "画好了 ☝️")
    (message,) = telegram.messages(GROUP)
    assert str(message.reply_to) == asked.address.request_message


async def test_a_group_that_became_a_supergroup_is_followed(telegram, messenger, finished):
    asked = await opened(messenger, asked_in(telegram, GROUP))
    telegram.people.migrate(GROUP, -1002)
    with pytest.raises(MessageGone):
        await messenger.deliver(asked, finished)
    status = await messenger.open(asked, WAITING)
    there = replace(asked, address=address(chat="-1002"), status_message=status)
    await messenger.deliver(there, finished)
    assert telegram.pictures_seen(-1002) == 1


async def test_rows_are_rewritten_before_anything_is_said_in_the_new_group(telegram):
    said: list[tuple[str, str, int]] = []

    async def rewrite(old: str, new: str) -> None:
        said.append((old, new, len(telegram.messages(-1002))))

    async with messenger_over(telegram, rewrite) as messenger:
        asked = asked_in(telegram, GROUP)
        telegram.people.migrate(GROUP, -1002)
        await messenger.open(asked, WAITING)
        await messenger.open(asked, WAITING)
    # Each time: what is asked by an old button after the move has the old id as well.
    assert said == [(str(GROUP), "-1002", 0), (str(GROUP), "-1002", 1)]
    assert [message.reply_to for message in telegram.messages(-1002)] == [None, None]


async def test_a_message_of_the_old_group_is_no_message_of_the_new_one(
    telegram, messenger, finished
):
    """Message ids begin anew: the same number is somebody else's."""
    asked = await opened(messenger, asked_in(telegram, GROUP))
    telegram.people.migrate(GROUP, -1002)
    new = telegram.world.chat(-1002)
    new.last_message_id = int(asked.status_message or 0) - 1
    other = telegram.world.add(new, telegram.world.bot, text="别人的")
    assert str(other.message_id) == asked.status_message
    for _ in range(2):
        with pytest.raises(MessageGone):
            await messenger.deliver(asked, finished)
        with pytest.raises(MessageGone):
            await messenger.erase(asked)
    assert telegram.message(-1002, other.message_id).text == "别人的"


# --- files ----------------------------------------------------------------------------------------


def brings(telegram, path: Path, *, as_picture: bool = False, **changes):
    asked = asked_in(telegram, GROUP)
    file = Attachment(path=str(path), as_picture=as_picture)
    return notice(address=asked.address, text="📄 #k3v9x2ab", attachment=file, **changes)


async def test_an_original_arrives_as_a_file_byte_for_byte_under_its_name(
    telegram, messenger, tmp_path
):
    path = tmp_path / "k3v9x2ab-1.png"
    path.write_bytes(b"\x89PNG original")
    said = brings(telegram, path)
    await messenger.say(said)
    (message,) = telegram.messages(GROUP)
    (picture,) = telegram.pictures(GROUP)
    assert (picture.kind, picture.file_name, message.caption) == (
        "document",
        "k3v9x2ab-1.png",
        said.text,
    )
    assert telegram.world.files[f"file-{picture.sha256[:32]}"].content == path.read_bytes()
    assert str(message.reply_to) == said.address.request_message


async def test_a_shown_picture_is_a_photo_with_its_buttons(telegram, messenger, finished):
    shown = brings(telegram, finished.picture, as_picture=True, buttons=finished.buttons)
    await messenger.say(shown)
    (message,) = telegram.messages(GROUP)
    assert message.media is not None
    assert (message.media.kind, len(message.buttons)) == ("photo", 1)


@pytest.mark.parametrize("hidden", [True, False])
async def test_a_photo_is_hidden_where_that_is_wished(telegram, messenger, finished, hidden):
    file = Attachment(path=str(finished.picture), as_picture=True, spoiler=hidden)
    await messenger.say(replace(brings(telegram, finished.picture), attachment=file))
    asked = replace(asked_in(telegram, PERSON), spoiler=hidden)
    await messenger.deliver(await opened(messenger, asked), finished)
    shown = [*telegram.messages(GROUP), *telegram.messages(PERSON)]
    assert [message.spoiler for message in shown] == [hidden, hidden]


async def test_a_shown_picture_that_is_no_photo_for_telegram_is_a_file(
    telegram, messenger, finished
):
    telegram.people.forbid(GROUP, "photo")
    await messenger.say(brings(telegram, finished.picture, as_picture=True))
    (picture,) = telegram.pictures(GROUP)
    assert picture.kind == "document"


async def test_a_file_over_the_limit_is_refused_before_it_is_uploaded(
    telegram, messenger, tmp_path
):
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(PictureRefused):
        await messenger.say(brings(telegram, path))
    assert telegram.calls_of("sendDocument") == []


async def test_a_file_that_is_gone_is_refused(telegram, messenger, tmp_path):
    with pytest.raises(PictureRefused):
        await messenger.say(brings(telegram, tmp_path / "gone.png"))


async def test_originals_for_many_chats_leave_room_for_everybody_elses_pictures(
    telegram, tmp_path, monkeypatch
):
    """They are large, and all share the connections and the line."""
    monkeypatch.setattr("bot.adapters.telegram.client.CONNECTIONS", 3)
    monkeypatch.setattr("bot.adapters.telegram.messenger.UPLOADS_AT_ONCE", 2)
    path = tmp_path / "k3v9x2ab-1.png"
    path.write_bytes(b"\x89PNG original")
    telegram.fail("sendDocument", delay=0.6, times=6)
    async with messenger_over(telegram) as messenger:
        files = [
            notice(
                address=asked_in(telegram, 100 + number).address,
                attachment=Attachment(path=str(path)),
            )
            for number in range(6)
        ]
        saying = [asyncio.create_task(messenger.say(file)) for file in files]
        await eventually(lambda: len(telegram.calls_of("sendDocument")) >= 2)
        async with asyncio.timeout(0.5):
            await messenger.open(asked_in(telegram, PERSON), WAITING)
        await asyncio.gather(*saying)
    assert len(telegram.pictures()) == 6


async def test_a_group_that_forbids_files_refuses_them(telegram, messenger, finished):
    telegram.people.forbid(GROUP, "photo", "document")
    with pytest.raises(PictureRefused):
        await messenger.say(brings(telegram, finished.picture))


async def test_words_to_edit_stand_in_a_block_and_name_whom_they_are_for(telegram, messenger):
    asked = asked_in(telegram, GROUP)
    await messenger.say(
        notice(
            address=asked.address, text="✏️ 改：", ask=True, copy="一只猫", requester="telegram:5"
        )
    )
    (message,) = telegram.messages(GROUP)
    assert message.text == "✏️ 改：\n\n一只猫"
    assert [entity["type"] for entity in message.entities] == ["text_mention", "pre"]
    assert message.entities[0]["user"]["id"] == 5


# --- deleting and reacting ------------------------------------------------------------------------


async def test_a_message_is_deleted_and_deleting_it_again_is_harmless(telegram, messenger):
    asked = await opened(messenger, asked_in(telegram, GROUP))
    await messenger.erase(asked)
    assert telegram.messages(GROUP) == []
    with pytest.raises(MessageGone):
        await messenger.erase(asked)


async def test_a_message_that_is_too_old_to_delete_says_so(telegram, messenger):
    asked = await opened(messenger, asked_in(telegram, GROUP))
    telegram.message(GROUP, int(asked.status_message or 0)).undeletable = True
    with pytest.raises(DeliveryError) as refused:
        await messenger.erase(asked)
    assert not isinstance(refused.value, TryLater | MessageGone)


async def test_a_mark_is_put_on_the_request_in_place_of_the_last(telegram, messenger):
    asked = asked_in(telegram, GROUP)
    request = telegram.message(GROUP, int(asked.address.request_message or 0))
    for _ in range(2):
        await messenger.react(asked.address, Mark.SEEN)
        await eventually(lambda: request.reaction == Mark.SEEN)
    await messenger.react(asked.address, Mark.DONE)
    assert request.reaction == Mark.DONE


async def test_a_picture_does_not_wait_until_the_request_is_marked_as_seen(telegram, messenger):
    """The mark that it is done waits for it instead, and is the last."""
    asked = asked_in(telegram, GROUP)
    telegram.fail("setMessageReaction", delay=0.3)
    async with asyncio.timeout(0.2):
        await messenger.react(asked.address, Mark.SEEN)
    await eventually(lambda: telegram.calls_of("setMessageReaction"))
    await messenger.react(asked.address, Mark.DONE)
    assert telegram.message(GROUP, int(asked.address.request_message or 0)).reaction == Mark.DONE
    assert len(telegram.calls_of("setMessageReaction")) == 2


async def test_where_reactions_are_forbidden_that_is_an_error(telegram, messenger):
    telegram.people.forbid(GROUP, "reaction")
    with pytest.raises(DeliveryError):
        await messenger.react(asked_in(telegram, GROUP).address, Mark.DONE)


# --- the picture ----------------------------------------------------------------------------------


async def test_a_picture_is_uploaded_under_its_own_name_and_type(telegram, messenger, finished):
    asked = await opened(messenger, asked_in(telegram, PERSON))
    await messenger.deliver(asked, finished)
    (picture,) = telegram.pictures(PERSON)
    assert (picture.kind, picture.file_name, picture.mime_type) == (
        "photo",
        "k3v9x2ab.jpg",
        "image/jpeg",
    )
    message = telegram.message(PERSON, int(asked.status_message or 0))
    assert message.buttons == [("🔁 再来一张", "v1:again:k3v9x2ab")]


@pytest.mark.parametrize("prompt", ["画" * 3000, "🎨" * 3000])
async def test_a_long_caption_and_a_long_text_are_cut(telegram, messenger, finished, prompt):
    asked = await opened(messenger, asked_in(telegram, PERSON))
    await messenger.deliver(asked, replace(finished, text=prompt))
    message = telegram.message(PERSON, int(asked.status_message or 0))
    assert (message.caption or "").endswith("…")
    await messenger.say(notice(address=asked.address, text=prompt * 2))


async def test_what_is_no_photo_for_telegram_arrives_as_a_file(telegram, messenger, finished):
    asked = await opened(messenger, asked_in(telegram, PERSON))
    telegram.world.max_photo_bytes = 5
    await messenger.deliver(asked, finished)
    message = telegram.message(PERSON, int(asked.status_message or 0))
    assert message.media is not None
    assert message.media.kind == "document"
    assert message.buttons


async def test_a_picture_that_is_refused_as_a_file_too_leaves_the_status(
    telegram, messenger, finished
):
    asked = await opened(messenger, asked_in(telegram, PERSON))
    telegram.fail("editMessageMedia", status=413, description="Request Entity Too Large", times=2)
    with pytest.raises(DeliveryError) as refused:
        await messenger.deliver(asked, finished)
    assert not isinstance(refused.value, TryLater | MessageGone | Unreachable)
    assert telegram.message(PERSON, int(asked.status_message or 0)).text == WAITING.text


async def test_a_group_that_forbids_photos_alone_gets_a_file(telegram, messenger, finished):
    telegram.people.forbid(GROUP, "photo")
    asked = await opened(messenger, asked_in(telegram, GROUP))
    await messenger.deliver(asked, finished)
    (picture,) = telegram.pictures(GROUP)
    assert picture.kind == "document"


async def test_a_group_that_forbids_pictures_is_reachable_by_text(telegram, messenger, finished):
    telegram.people.forbid(GROUP, "photo", "document")
    asked = await opened(messenger, asked_in(telegram, GROUP))
    with pytest.raises(PictureRefused):
        await messenger.deliver(asked, finished)
    await messenger.deliver(asked, replace(finished, picture=None))
    message = telegram.message(GROUP, int(asked.status_message or 0))
    assert (message.text, message.media) == (finished.text, None)


async def test_a_picture_that_is_no_longer_on_disk_is_a_delivery_error(
    telegram, messenger, finished, tmp_path
):
    asked = await opened(messenger, asked_in(telegram, PERSON))
    with pytest.raises(DeliveryError) as gone:
        await messenger.deliver(asked, replace(finished, picture=tmp_path / "gone.jpg"))
    assert not isinstance(gone.value, TryLater)
    assert "gone.jpg" in str(gone.value)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOMEM, errno.EIO, errno.EACCES])
async def test_a_picture_that_cannot_be_read_now_is_tried_later(
    telegram, messenger, finished, monkeypatch, number
):
    asked = await opened(messenger, asked_in(telegram, PERSON))

    def fail(_path: Path) -> bytes:
        raise OSError(number, "not now")

    with monkeypatch.context() as broken:
        broken.setattr(Path, "read_bytes", fail)
        with pytest.raises(TryLater):
            await messenger.deliver(asked, finished)
    await messenger.deliver(asked, finished)
    assert telegram.pictures_seen(PERSON) == 1


async def test_without_a_status_message_there_is_nothing_to_edit(telegram, messenger, finished):
    with pytest.raises(MessageGone):
        await messenger.deliver(asked_in(telegram, PERSON), finished)


# --- trouble --------------------------------------------------------------------------------------


async def test_a_flood_wait_of_one_chat_delays_no_other(telegram, messenger):
    flooded = await opened(messenger, asked_in(telegram, GROUP))
    telegram.flood(GROUP, 30)
    with pytest.raises(TryLater) as later:
        await messenger.deliver(flooded, Card(text="已取消。"))
    assert later.value.seconds == 30
    waiting = asyncio.create_task(messenger.deliver(flooded, Card(text="已取消。")))
    async with asyncio.timeout(1):
        await opened(messenger, asked_in(telegram, PERSON))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    assert len(telegram.calls_of("editMessageText", GROUP)) == 1
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 502, "html": True},
        {"close": "before"},
        {"close": "after"},
        {"impostor": '{"status": "please log in"}'},
    ],
    ids=lambda fault: "-".join(map(str, fault.values())),
)
async def test_what_got_no_proper_answer_asks_for_a_little_patience(telegram, messenger, fault):
    asked = asked_in(telegram, PERSON)
    telegram.fail("sendMessage", **fault)
    with pytest.raises(TryLater) as later:
        await messenger.open(asked, WAITING)
    assert 0 < later.value.seconds <= 1
    assert TOKEN not in str(later.value)


async def test_a_member_without_the_right_to_write_is_unreachable(telegram, messenger):
    asked = asked_in(telegram, GROUP)
    telegram.people.mute(GROUP)
    with pytest.raises(Unreachable) as gone:
        await messenger.open(asked, WAITING)
    assert "rights" in gone.value.reason.lower()
