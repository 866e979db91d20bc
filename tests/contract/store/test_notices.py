import pytest

from bot.core.messages import Attachment, Button, Notice
from bot.store.notices import (
    FORGOTTEN_MS,
    KEEP_MS,
    REPEATED_MS,
    UNSAID_FILES_PER_CHAT,
    UNSAID_PER_CHAT,
)
from tests.builders import address, notice
from tests.stores import Store

HERE = ("telegram", "-100")


async def say_all(store: Store, chat: tuple[str, str] = HERE) -> list[Notice]:
    """What is said there, in order."""
    said = []
    while (oldest := await store.notices.oldest(chat)) is not None:
        said.append(oldest)
        await store.notices.said(oldest.event_key)
    return said


async def event_keys(store: Store) -> list[str]:
    return [key for (key,) in await store.sql("SELECT event_key FROM notices ORDER BY serial")]


async def test_posted_notices_are_said_oldest_first(store: Store):
    second = notice(
        event_key="b", address=address(thread="5", request_message=None), text="2", ask=True
    )
    posted = [notice(event_key="z", text="1"), second, notice(event_key="a", text="3")]
    for one in posted:
        assert await store.notices.post(one)
    assert await say_all(store) == posted


async def test_notices_are_said_in_the_chat_they_were_posted_to(store: Store):
    here, there = notice(), notice(address=address(chat="5"))
    for one in (here, there):
        assert await store.notices.post(one)
    assert sorted(await store.notices.chats()) == [HERE, ("telegram", "5")]
    assert await say_all(store, ("telegram", "5")) == [there]
    assert await store.notices.chats() == [HERE]
    assert await say_all(store) == [here]
    assert await store.notices.chats() == []


async def test_redelivered_event_posts_nothing(store: Store):
    first = notice()
    assert await store.notices.post(first)
    assert not await store.notices.post(notice(event_key=first.event_key, text="别的"))
    await store.notices.said(first.event_key)
    assert not await store.notices.post(first)
    assert await store.notices.chats() == []


# --- floods ---------------------------------------------------------------------------------------


async def test_a_chat_has_only_so_much_to_be_said(store: Store):
    posted = [notice(text=str(number)) for number in range(100)]
    kept = [one for one in posted if await store.notices.post(one)]
    assert kept == posted[:UNSAID_PER_CHAT]
    assert await store.notices.post(notice(address=address(chat="5")))
    assert await say_all(store) == kept
    assert await store.notices.post(notice())


async def test_what_is_about_to_be_said_anyway_is_not_said_twice(store: Store):
    first = notice(text="排队已满")
    assert await store.notices.post(first)
    assert not await store.notices.post(notice(text="排队已满"))
    assert await say_all(store) == [first]
    assert await store.notices.post(notice(text="排队已满"))


@pytest.mark.parametrize("changes", [{"address": address(thread="5")}, {"ask": True}])
async def test_another_topic_and_a_question_are_another_notice(store: Store, changes):
    """A question opens a reply field for the person who is asked only."""
    assert await store.notices.post(notice())
    assert await store.notices.post(notice(**changes))


async def test_an_event_whose_answer_was_dropped_is_known_when_it_comes_again(store: Store):
    first, equal = notice(), notice()
    for one in (first, equal):
        await store.notices.post(one)
    await say_all(store)
    assert not await store.notices.post(equal)
    assert await store.notices.chats() == []


# --- old ones -------------------------------------------------------------------------------------


async def test_what_waited_until_nobody_remembers_the_question_is_not_said(store: Store):
    old = [notice(text=str(number)) for number in range(UNSAID_PER_CHAT)]
    for one in old:
        assert await store.notices.post(one)
    store.clock.advance(FORGOTTEN_MS + 1)
    assert await store.notices.chats() == []
    assert await store.notices.oldest(HERE) is None
    young = notice(text="0")
    assert await store.notices.post(young)
    assert await store.notices.oldest(HERE) == young
    assert not await store.notices.post(old[0])


async def test_notices_are_forgotten_when_no_redelivery_can_come(store: Store):
    said, unsaid, young = notice(text="1"), notice(text="2"), notice(text="3")
    for one in (said, unsaid):
        await store.notices.post(one)
    await store.notices.said(said.event_key)
    store.clock.advance(KEEP_MS + 1)
    await store.notices.post(young)
    await store.notices.said(young.event_key)
    assert await event_keys(store) == [young.event_key]


async def test_what_a_notice_brings_along_is_kept(store: Store):
    whole = notice(
        address=address(reply_token="token"),
        private=True,
        ask=True,
        copy="一只猫\n横图",
        requester="telegram:1",
        refusal="quota_spent",
        in_place=True,
        attachment=Attachment(path="pictures/1.png", as_picture=True, otherwise="不行"),
        buttons=(Button(action="original", generation_id="a", label="2", picture=2),),
    )
    assert await store.notices.post(whole)
    assert await store.notices.oldest(HERE) == whole


async def test_what_only_one_person_reads_is_said_to_each(store: Store):
    assert await store.notices.post(notice(private=True))
    assert await store.notices.post(notice(private=True))


async def test_a_refusal_is_not_repeated_to_the_same_person_within_half_a_minute(store: Store):
    refused = {"refusal": "quota_spent", "requester": "telegram:1", "text": "额度不够"}

    async def post(**changes) -> bool:
        one = notice(**{**refused, **changes})
        wanted = await store.notices.post(one)
        store.clock.advance(1)
        if wanted:
            await store.notices.said(one.event_key)
        return wanted

    assert await post()
    assert not await post()
    assert await post(requester="telegram:2")
    assert await post(text="找不到")
    assert await post(refusal="")
    assert await post(address=address(chat="-200"))
    store.clock.advance(REPEATED_MS - 100)
    assert not await post()
    store.clock.advance(100)
    assert await post(), "from when it was said, not from when it was asked for again"


async def test_a_refusal_that_counts_down_is_the_same_one_with_other_words(store: Store):
    for seconds, wanted in ((30, True), (28, False), (3, False)):
        refused = notice(refusal="cooldown", requester="telegram:1", text=f"再等 {seconds} 秒")
        assert await store.notices.post(refused) is wanted
        store.clock.advance(1)


async def test_files_have_a_bound_of_their_own(store: Store):
    for number in range(UNSAID_FILES_PER_CHAT + 1):
        file = Attachment(path=f"{number}.png")
        posted = await store.notices.post(notice(text=f"{number}", attachment=file))
        assert posted is (number < UNSAID_FILES_PER_CHAT)
    assert await store.notices.post(notice(text="一句话"))


async def test_what_has_buttons_is_said_under_each_message_that_it_is_about(store: Store):
    button = Button(action="draw", generation_id="", label="画")
    for _ in range(UNSAID_PER_CHAT + 1):
        assert await store.notices.post(notice(text="还要画吗？", buttons=(button,)))


async def test_answers_for_one_person_have_no_more_room_for_having_buttons(store: Store):
    """Whoever asks for the queue a hundred times holds up nobody else's answers."""
    button = Button(action="cancel", generation_id="a", label="❌ 1")
    for number in range(UNSAID_PER_CHAT + 1):
        answer = notice(text=f"{number}", private=True, buttons=(button,))
        assert await store.notices.post(answer) is (number < UNSAID_PER_CHAT)
    offer = Button(action="draw", generation_id="", label="画")
    assert await store.notices.post(notice(text="还要画吗？", buttons=(offer,)))


async def test_an_interaction_gets_its_answer_however_many_wait(store: Store):
    waits = address(reply_token="1:token")
    for _ in range(UNSAID_PER_CHAT + 2):
        assert await store.notices.post(notice(address=waits, text="同一句话"))
