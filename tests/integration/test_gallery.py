"""What can be done with a drawn picture, over real rows and files."""

import pytest

from bot.core.answers import done
from bot.core.errors import Refusal
from bot.core.generation import Address, Delivery
from bot.core.messages import Toast
from bot.core.replies import ASK_MARK, reply
from bot.core.staff import nobody
from tests.builders import spec
from tests.integration.front_desk_life import (
    ANNA,
    BORIS,
    CHAT,
    ELSEWHERE,
    FLEET,
    OWNER,
    Desk,
    said_to_be,
    words,
)

# --- 📄 -------------------------------------------------------------------------------------------


async def test_an_original_is_sent_as_a_file_to_whoever_asks_in_the_chat(desk: Desk) -> None:
    drawn = await desk.drawn()
    assert await desk.desk.original(desk.origin(by=BORIS), drawn.id, 0, quiet=True)
    (notice,) = await desk.said()
    assert notice.attachment is not None
    assert (notice.attachment.path, notice.attachment.as_picture) == (drawn.pictures[0], False)
    assert drawn.id in notice.attachment.otherwise
    assert (notice.address, notice.requester) == (CHAT, BORIS)


@pytest.mark.parametrize(("picture", "numbers"), [(0, [1, 2, 3]), (2, [2])])
async def test_of_several_one_or_all_are_sent(desk: Desk, picture: int, numbers: list[int]) -> None:
    drawn = await desk.drawn(3)
    await desk.desk.original(desk.origin(), drawn.id, picture, quiet=True)
    paths = [notice.attachment.path for notice in await desk.said() if notice.attachment]
    assert paths == [drawn.pictures[number - 1] for number in numbers]


async def test_a_redelivered_press_sends_no_original_twice(desk: Desk) -> None:
    drawn = await desk.drawn(2)
    for _ in range(2):
        await desk.desk.original(desk.origin(event="press"), drawn.id, 0, quiet=True)
    assert len(await desk.said()) == 2


async def test_a_press_cut_off_half_way_is_completed_when_it_comes_again(desk: Desk) -> None:
    drawn = await desk.drawn(3)
    await desk.desk.original(desk.origin(event="press"), drawn.id, 0, quiet=True)
    first = (await desk.said())[0]
    await desk.store.sql("DELETE FROM notices WHERE event_key <> :key", key=first.event_key)
    await desk.desk.original(desk.origin(event="press"), drawn.id, 0, quiet=True)
    assert len(await desk.said()) == 3


async def test_an_original_that_is_gone_from_the_disk_is_a_sentence(desk: Desk) -> None:
    drawn = await desk.drawn()
    desk.pictures.path(drawn.pictures[0]).unlink()
    toast = await desk.desk.original(desk.origin(), drawn.id, 0, quiet=True)
    assert "不在了" in words(toast)
    assert await desk.said() == []


async def test_there_is_no_original_of_what_is_not_drawn_or_not_there(desk: Desk) -> None:
    live = await desk.draw("一个红色的圆")
    drawn = await desk.drawn()
    refused = [
        await desk.desk.original(desk.origin(), live.id, 0, quiet=True),
        await desk.desk.original(desk.origin(), drawn.id, 2, quiet=True),
        await desk.desk.original(desk.origin(by=BORIS, at=ELSEWHERE), drawn.id, 0, quiet=True),
        await desk.desk.original(desk.origin(), "nobody", 0, quiet=True),
    ]
    assert [
        part in words(said)
        for part, said in zip(("还没画完", "1 张", "找不到", "找不到"), refused, strict=True)
    ] == [True] * 4


async def test_a_press_whose_files_will_not_come_says_so(desk: Desk) -> None:
    drawn = await desk.drawn()
    answers = [await desk.desk.original(desk.origin(), drawn.id, 0, quiet=True) for _ in range(2)]
    assert answers == [done("toast_sent", "zh"), Toast(reply("toast_busy", "zh"))]


# --- ✏️ -------------------------------------------------------------------------------------------


async def test_the_text_to_edit_is_the_request_without_its_seed(desk: Desk) -> None:
    drawn = await desk.drawn(2, spec=spec(count=2, width=512, height=512, steps=9, seed=42))
    text = await desk.desk.edit_text(desk.origin(), drawn.id)
    assert text == f"{drawn.spec.prompt}\n张数 2 步数 9"


async def test_words_of_another_chat_are_not_told(desk: Desk) -> None:
    drawn = await desk.drawn()
    with pytest.raises(Refusal, match="unknown_generation"):
        await desk.desk.edit_text(desk.origin(by=BORIS, at=ELSEWHERE), drawn.id)


async def test_what_is_drawn_of_edited_words_remembers_whose_they_were(desk: Desk) -> None:
    parent = await desk.drawn()
    elsewhere = await desk.drawn(address=ELSEWHERE)
    for edited, parent_id in ((parent.id, parent.id), (elsewhere.id, None), ("nothing", None)):
        await desk.desk.draw(desk.origin(by=BORIS), "一只狗", edited=edited)
        latest = await desk.store.admissions.latest(BORIS, CHAT.chat)
        assert latest is not None
        assert latest.parent_id == parent_id
        await desk.cancel(by=BORIS, generation_id=latest.id)


async def test_a_question_for_an_edit_opens_a_reply_field_and_shows_the_words(desk: Desk) -> None:
    drawn = await desk.drawn(spec=spec(width=512, height=512))
    assert await desk.desk.ask_for_edit(desk.origin(by=BORIS), drawn.id, quiet=True)
    (notice,) = await desk.said()
    assert (notice.ask, notice.copy, notice.requester) == (True, drawn.spec.prompt, BORIS)
    assert notice.text.startswith(ASK_MARK)


# --- private and hidden pictures ------------------------------------------------------------------


async def test_a_private_picture_is_unknown_to_others_who_name_it(desk: Desk) -> None:
    drawn = await desk.drawn(private=True)
    named = desk.origin(by=BORIS)
    unknown = Toast(reply("unknown_generation", "zh", id=drawn.id))
    assert await desk.desk.original(named, drawn.id, 0, quiet=True) == unknown
    assert await desk.desk.again(named, drawn.id, None, quiet=True) == unknown
    assert await desk.desk.remove(named, drawn.id, is_admin=said_to_be(True), quiet=True) == unknown
    with pytest.raises(Refusal):
        await desk.desk.edit_text(named, drawn.id)
    assert await desk.said() == []
    await desk.desk.show(named, drawn.id)
    (refused,) = await desk.said()
    assert refused.text == unknown.text


@pytest.mark.parametrize("named", [True, False])
async def test_its_requester_is_shown_a_private_picture_privately(desk: Desk, named: bool) -> None:
    drawn = await desk.drawn(private=True)
    await desk.desk.show(desk.origin(), drawn.id if named else None)
    await desk.desk.original(desk.origin(), drawn.id, 0, quiet=True)
    shown = [(notice.private, notice.attachment is not None) for notice in await desk.said()]
    assert shown == [(True, True), (True, True)]


async def test_whatever_repeats_a_picture_shows_no_more_than_it(desk: Desk) -> None:
    for private, spoiler in ((True, False), (False, True), (False, False)):
        drawn = await desk.drawn(private=private, spoiler=spoiler)
        await desk.again(generation_id=drawn.id)
        repeated = await desk.store.admissions.latest(ANNA, CHAT.chat)
        assert repeated is not None
        assert repeated.parent_id == drawn.id
        assert (repeated.private, repeated.spoiler) == (drawn.private, drawn.spoiler)


async def test_what_is_asked_for_privately_is_private(desk: Desk) -> None:
    drawn = await desk.drawn()
    origin = desk.origin(by=BORIS, private=True, spoiler=True)
    await desk.desk.again(origin, drawn.id, None, quiet=True)
    repeated = await desk.store.admissions.latest(BORIS, CHAT.chat)
    assert repeated is not None
    assert (repeated.private, repeated.spoiler) == (True, True)


async def test_privately_a_picture_of_another_chat_is_shown_to_its_requester(desk: Desk) -> None:
    drawn = await desk.drawn()
    await desk.desk.show(desk.origin(at=ELSEWHERE, private=True), drawn.id)
    (notice,) = await desk.said()
    assert (notice.private, notice.attachment is not None) == (True, True)


async def test_a_hidden_picture_is_hidden_wherever_it_is_shown(desk: Desk) -> None:
    drawn = await desk.drawn(spoiler=True)
    await desk.desk.show(desk.origin(), drawn.id)
    await desk.desk.original(desk.origin(), drawn.id, 0, quiet=True)
    files = [notice.attachment for notice in await desk.said()]
    assert [file is not None and file.spoiler for file in files] == [True, True]


# --- /show ----------------------------------------------------------------------------------------


async def test_a_picture_is_shown_again_with_its_caption_and_live_buttons(desk: Desk) -> None:
    drawn = await desk.drawn(2)
    await desk.desk.show(desk.origin(by=BORIS), drawn.id)
    (notice,) = await desk.said()
    assert notice.attachment is not None
    assert (notice.attachment.path, notice.attachment.as_picture) == (drawn.preview, True)
    assert f"#{drawn.id}" in notice.text
    assert [(b.action, b.picture) for b in notice.buttons] == [
        *(("again", 0), ("edit", 0), ("original", 0), ("delete", 0)),
        *(("original", 1), ("original", 2)),
    ]


async def test_without_an_id_it_is_the_latest_here(desk: Desk) -> None:
    await desk.desk.show(desk.origin(), None)
    drawn = await desk.drawn()
    await desk.desk.show(desk.origin(), None)
    nothing, shown = await desk.said()
    assert "/draw" in nothing.text
    assert drawn.id in shown.text


async def test_to_others_a_picture_of_another_chat_is_unknown(desk: Desk) -> None:
    drawn = await desk.drawn(by=ANNA)
    await desk.desk.show(desk.origin(by=BORIS, at=ELSEWHERE, alone=True), drawn.id)
    (notice,) = await desk.said()
    assert (notice.attachment, "找不到" in notice.text) == (None, True)


async def test_its_requester_sees_it_in_private_but_not_in_another_group(desk: Desk) -> None:
    drawn = await desk.drawn(by=ANNA)
    await desk.desk.show(desk.origin(at=ELSEWHERE), drawn.id)
    await desk.desk.show(desk.origin(at=ELSEWHERE, alone=True), drawn.id)
    refused, shown = await desk.said()
    assert "私聊" in refused.text
    assert shown.attachment is not None


async def test_what_is_not_drawn_is_not_shown(desk: Desk) -> None:
    live = await desk.draw("一个红色的圆")
    await desk.desk.show(desk.origin(), live.id)
    await desk.cancel(generation_id=live.id)
    await desk.desk.show(desk.origin(), live.id)
    waiting, cancelled = await desk.said()
    assert ("还没画完" in waiting.text, "没有画成" in cancelled.text) == (True, True)


# --- 🗑 -------------------------------------------------------------------------------------------


async def test_its_requester_removes_a_picture_and_the_files_stay(desk: Desk) -> None:
    drawn = await desk.drawn()
    assert await desk.desk.remove(desk.origin(), drawn.id, is_admin=nobody, quiet=True)
    (removal,) = await desk.store.removals.waiting(["telegram"])
    assert (removal.chat, removal.message) == (CHAT.chat, drawn.status_message)
    assert desk.pictures.path(drawn.pictures[0]).is_file()


@pytest.mark.parametrize(
    ("admin", "at", "sentence"),
    [(False, CHAT, "not_yours_to_delete"), (True, ELSEWHERE, "unknown_generation")],
)
async def test_others_and_admins_of_other_chats_cannot(
    desk: Desk, admin: bool, at: Address, sentence: str
) -> None:
    drawn = await desk.drawn()
    origin = desk.origin(by=BORIS, at=at)
    said = await desk.desk.remove(origin, drawn.id, is_admin=said_to_be(admin), quiet=True)
    assert said == Toast(reply(sentence, "zh", id=drawn.id))
    assert await desk.store.removals.waiting(["telegram"]) == []


async def test_an_admin_of_the_chat_can(desk: Desk) -> None:
    drawn = await desk.drawn()
    await desk.desk.remove(desk.origin(by=BORIS), drawn.id, is_admin=said_to_be(True), quiet=True)
    assert len(await desk.store.removals.waiting(["telegram"])) == 1


@pytest.mark.parametrize("by", [OWNER, FLEET])
async def test_who_runs_the_fleet_can(desk: Desk, by: str) -> None:
    await desk.store.sql("INSERT INTO people (person, fleet_admin) VALUES (:p, 1)", p=FLEET)
    drawn = await desk.drawn()
    await desk.desk.remove(desk.origin(by=by), drawn.id, is_admin=nobody, quiet=True)
    assert len(await desk.store.removals.waiting(["telegram"])) == 1


async def test_it_is_an_act_where_it_was_somebody_elses_picture(desk: Desk) -> None:
    own, others = await desk.drawn(), await desk.drawn()
    await desk.desk.remove(desk.origin(), own.id, is_admin=nobody, quiet=True)
    for _ in range(2):
        admin = desk.origin(by=BORIS, event="x")
        await desk.desk.remove(admin, others.id, is_admin=said_to_be(True), quiet=True)
    acts = await desk.store.sql("SELECT actor, scope, kind, target FROM acts")
    assert acts == [(BORIS, others.scope, "remove", others.id)]


async def test_a_copy_that_was_pressed_goes_too(desk: Desk) -> None:
    drawn = await desk.drawn()
    own = drawn.status_message
    await desk.desk.remove(desk.origin(), drawn.id, is_admin=nobody, quiet=True, pressed=own)
    assert len(await desk.store.removals.waiting(["telegram"])) == 1
    other = await desk.drawn()
    await desk.desk.remove(desk.origin(), other.id, is_admin=nobody, quiet=True, pressed="999")
    messages = [removal.message for removal in await desk.store.removals.waiting(["telegram"])]
    assert messages == [own, other.status_message, "999"]


async def test_what_is_still_drawn_is_cancelled_and_not_deleted(desk: Desk) -> None:
    live = await desk.draw("一个红色的圆")
    said = await desk.desk.remove(desk.origin(), live.id, is_admin=nobody, quiet=True)
    assert "/cancel" in words(said)


async def test_a_redelivered_removal_is_one(desk: Desk) -> None:
    drawn = await desk.drawn()
    for _ in range(2):
        await desk.desk.remove(desk.origin(event="x"), drawn.id, is_admin=nobody, quiet=True)
    assert len(await desk.store.removals.waiting(["telegram"])) == 1


async def test_a_removed_picture_is_not_shown_and_not_sent(desk: Desk) -> None:
    drawn = await desk.drawn()
    await desk.desk.remove(desk.origin(), drawn.id, is_admin=nobody, quiet=True)
    await desk.desk.show(desk.origin(), drawn.id)
    said = await desk.desk.original(desk.origin(), drawn.id, 0, quiet=True)
    assert "已经删除" in (await desk.said())[0].text
    assert "已经删除" in words(said)


async def test_a_removed_picture_is_not_delivered_any_more(desk: Desk) -> None:
    row = await desk.store.finished(requester=ANNA, address=CHAT)
    await desk.desk.remove(desk.origin(), row.id, is_admin=nobody, quiet=True)
    assert (await desk.store.now(row)).delivery is Delivery.DONE
    assert await desk.store.deliveries.sending(row.id) is None


async def test_a_copy_that_waits_to_be_posted_is_not_posted_once_it_is_removed(desk: Desk) -> None:
    drawn = await desk.drawn(2)
    await desk.desk.show(desk.origin(), drawn.id)
    await desk.desk.original(desk.origin(), drawn.id, 0, quiet=True)
    other = await desk.drawn()
    await desk.desk.show(desk.origin(), other.id)
    await desk.desk.remove(desk.origin(), drawn.id, is_admin=nobody, quiet=True)
    assert [one.attachment and one.attachment.path for one in await desk.said()] == [other.preview]
