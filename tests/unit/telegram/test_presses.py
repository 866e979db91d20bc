"""Button presses: what each does, who may, and requests from long ago."""

import pytest

from bot.adapters.telegram.handlers import LATE_SECONDS
from bot.core.messages import Toast
from tests.unit.telegram.desk import GROUP, Desk


def picture(desk: Desk, *data: str, chat: int = GROUP) -> int:
    """A message of the bot with these buttons."""
    buttons = [[{"text": "x", "callback_data": one} for one in data]]
    return desk.bot_says("图", chat, reply_markup={"inline_keyboard": buttons})


async def test_an_original_is_named_by_its_number(desk):
    desk.people.press(GROUP, picture(desk), "v1:original:k3v9x2ab:2")
    name, call = (await desk.work()).only
    assert (name, call["generation_id"], call["picture"]) == ("original", "k3v9x2ab", 2)


@pytest.mark.parametrize("action", ["edit", "original", "delete"])
async def test_a_press_is_quiet_and_answered(desk, action):
    query = desk.people.press(GROUP, picture(desk), f"v1:{action}:k3v9x2ab")
    name, call = (await desk.work()).only
    assert (name, call["quiet"]) == (action, True)
    assert desk.acknowledged == [(query, "好")]


@pytest.mark.parametrize(("action", "newer"), [("older", False), ("newer", True)])
async def test_a_page_is_turned_in_place_of_the_message_that_has_the_button(desk, action, newer):
    data = f"v1:{action}:k3v9x2ab"
    query = desk.people.press(5, picture(desk, data, chat=5), data, user=5)
    name, call = (await desk.work()).only
    assert (name, call["generation_id"], call["newer"]) == ("turn", "k3v9x2ab", newer)
    assert (call["private"], call["in_place"]) == (True, True)
    assert desk.acknowledged == [(query, "好")]


@pytest.mark.parametrize("action", ["older", "forget"])
async def test_a_message_without_the_button_is_not_turned_into_anything(desk, action):
    """Another program than Telegram's may send any data for any message."""
    desk.people.press(GROUP, picture(desk, "v1:again:k3v9x2ab"), f"v1:{action}:k3v9x2ab")
    _, call = (await desk.work()).only
    assert (call["in_place"], call.get("private", False)) == (False, False)


async def test_a_picture_of_the_list_is_shown_or_it_is_said_why_not(desk):
    desk.core.toast = Toast("找不到")
    query = desk.people.press(5, picture(desk, chat=5), "v1:show:k3v9x2ab", user=5)
    name, call = (await desk.work()).only
    assert (name, call["generation_id"], call["quiet"]) == ("show", "k3v9x2ab", True)
    assert desk.acknowledged == [(query, "找不到")]


async def test_having_everything_forgotten_takes_a_press(desk):
    data = "v1:forget:k3v9x2ab"
    desk.people.press(5, picture(desk, data, chat=5), data, user=5)
    name, call = (await desk.work()).only
    assert (name, call["generation_id"], call["in_place"]) == ("forget", "k3v9x2ab", True)


@pytest.mark.parametrize("user", [6, 7])
async def test_a_button_can_send_a_command_of_whoever_presses(desk, user):
    desk.admins = {(str(GROUP), 6)}
    desk.people.press(
        GROUP, picture(desk, "v1:do:group cooldown 10"), "v1:do:group cooldown 10", user=user
    )
    name, call = (await desk.work()).only
    assert (name, call["words"], call["pressed"]) == ("group", "cooldown 10", True)
    assert (call["origin"].requester, call["admin"]) == (f"telegram:{user}", user == 6)
    assert call["in_place"]


async def test_a_button_that_the_message_does_not_have_changes_no_message(desk):
    desk.people.press(GROUP, picture(desk, "v1:again:k3v9x2ab"), "v1:do:group")
    assert not (await desk.work()).only[1]["in_place"]


@pytest.mark.parametrize("data", ["v1:again:k3v9x2ab", "v1:do:group", "v1:original:k3v9x2ab"])
async def test_a_press_is_answered_as_the_group_decided(desk, data):
    desk.core.decided = {"locale": "en", "spoiler": True}
    desk.people.press(GROUP, picture(desk), data)
    origin = (await desk.work()).only[1]["origin"]
    assert (origin.locale, origin.spoiler) == ("en", True)


# --- admins ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["cancel", "delete"])
@pytest.mark.parametrize("user", [6, 7])
async def test_who_is_an_admin_is_looked_up(desk, action, user):
    desk.admins = {(str(GROUP), 6)}
    desk.people.press(GROUP, picture(desk), f"v1:{action}:k3v9x2ab", user=user)
    assert (await desk.work()).only[1]["admin"] is (user == 6)


async def test_nobody_is_looked_up_in_private_or_for_what_anyone_may_do(desk):
    desk.people.press(5, picture(desk, chat=5), "v1:delete:k3v9x2ab", user=5)
    for action in ("again", "edit", "original"):
        desk.people.press(GROUP, picture(desk), f"v1:{action}:k3v9x2ab")
    desk.people.say("/cancel", chat=GROUP)
    await desk.work()
    assert desk.lookups == 0


async def test_a_named_cancel_of_an_admin_says_so(desk):
    desk.admins = {(str(GROUP), 6)}
    desk.people.say("/cancel k3v9x2ab", user=6, chat=GROUP)
    assert (await desk.work()).only[1]["admin"] is True


async def test_who_speaks_as_the_group_itself_is_its_admin(desk):
    sender_chat = {"id": GROUP, "type": "supergroup", "title": "g"}
    bot = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    desk.people.post(
        {"text": "/cancel k3v9x2ab", "sender_chat": sender_chat}, chat=GROUP, sender=bot
    )
    assert (await desk.work()).only[1]["admin"] is True
    assert desk.lookups == 0


async def test_a_copy_is_deleted_only_by_its_own_button(desk):
    """Another program than Telegram's may send any data for any message."""
    own = picture(desk, "v1:delete:k3v9x2ab")
    desk.people.press(GROUP, own, "v1:delete:k3v9x2ab")
    desk.people.press(GROUP, picture(desk, "v1:delete:somebody"), "v1:delete:k3v9x2ab")
    core = await desk.work()
    assert [call["pressed"] for _, call in core.calls.values()] == [str(own), None]


# --- requests from long ago -----------------------------------------------------------------------


def offered(desk: Desk, text: str = "/draw 一只猫 横图", *, user: int = 5) -> int:
    asked = desk.people.say(text, user=user, chat=GROUP)
    desk.telegram.updates.history.clear()
    return desk.bot_says("🕰 还要画吗？", GROUP, reply_to=asked.message_id)


async def test_a_request_that_is_still_wanted_is_drawn_for_its_author(desk):
    offer = offered(desk)
    query = desk.people.press(GROUP, offer, "v1:draw", user=5)
    name, call = (await desk.work()).only
    origin = call["origin"]
    assert (name, call["text"], call["quiet"]) == ("draw", "一只猫 横图", True)
    assert (origin.requester, origin.address.request_message) == ("telegram:5", str(offer - 1))
    assert desk.acknowledged == [(query, "好")]


async def test_what_the_group_decided_holds_for_it_too(desk):
    desk.core.decided = {"locale": "en", "spoiler": True}
    desk.people.press(GROUP, offered(desk), "v1:draw", user=5)
    origin = (await desk.work()).only[1]["origin"]
    assert (origin.locale, origin.spoiler, origin.requester) == ("en", True, "telegram:5")


async def test_pressing_twice_is_one_request(desk):
    offer = offered(desk)
    for _ in range(2):
        desk.people.press(GROUP, offer, "v1:draw", user=5)
    core = await desk.work()
    assert core.named == ["draw"]
    assert list(core.calls) == [f"telegram:4242:message:{GROUP}:{offer - 1}:wanted"]


async def test_an_answer_to_the_question_needs_no_command(desk):
    desk.people.press(GROUP, offered(desk, "一只猫"), "v1:draw", user=5)
    assert (await desk.work()).only[1]["text"] == "一只猫"


async def test_a_picture_that_was_sent_along_is_still_drawn_from(desk):
    asked = desk.people.send_photo("/edit 换成夜景", user=5, chat=GROUP)
    desk.telegram.updates.history.clear()
    offer = desk.bot_says("🕰 还要画吗？", GROUP, reply_to=asked.message_id)
    desk.people.press(GROUP, offer, "v1:draw", user=5)
    name, call = (await desk.work()).only
    assert (name, call["text"], call["quiet"]) == ("edit_shown", "换成夜景", True)
    assert call["shown"].file == "photo-0"


async def test_nobody_else_has_it_drawn(desk):
    query = desk.people.press(GROUP, offered(desk), "v1:draw", user=6)
    name, call = (await desk.work()).only
    assert (name, call["code"], call["quiet"]) == ("refuse", "not_yours_to_draw", True)
    assert desk.acknowledged == [(query, "not_yours_to_draw")]


@pytest.mark.parametrize(("user", "name"), [(6, "draw"), (7, "refuse")])
async def test_the_request_of_an_anonymous_admin_is_drawn_for_any_admin(desk, user, name):
    """They write as the group and press as themselves."""
    group = {"id": GROUP, "type": "supergroup", "title": "g"}
    bot = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    asked = desk.people.post({"text": "/draw 一只猫", "sender_chat": group}, chat=GROUP, sender=bot)
    desk.telegram.updates.history.clear()
    desk.admins = {(str(GROUP), 6)}
    offer = desk.bot_says("🕰 还要画吗？", GROUP, reply_to=asked.message_id)
    desk.people.press(GROUP, offer, "v1:draw", user=user)
    assert (await desk.work()).named == [name]


async def test_whether_somebody_speaks_for_the_group_may_not_be_known(desk):
    group = {"id": GROUP, "type": "supergroup", "title": "g"}
    bot = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    asked = desk.people.post({"text": "/draw 一只猫", "sender_chat": group}, chat=GROUP, sender=bot)
    desk.telegram.updates.history.clear()
    desk.silent = True
    offer = desk.bot_says("🕰 还要画吗？", GROUP, reply_to=asked.message_id)
    desk.people.press(GROUP, offer, "v1:draw", user=6)
    assert (await desk.work()).only[1]["code"] == "admins_unknown"


async def test_a_request_that_was_deleted_cannot_be_drawn(desk):
    offer = offered(desk)
    desk.people.delete(GROUP, offer - 1)
    desk.people.press(GROUP, offer, "v1:draw", user=5)
    assert (await desk.work()).only[1]["code"] == "request_gone"


# --- presses that waited here ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", ["again:a", "edit:a", "original:a", "draw", "show:a", "older:a", "forget:a"]
)
async def test_a_press_that_waited_too_long_is_only_answered(desk, data):
    query = desk.people.press(GROUP, picture(desk), f"v1:{data}")
    name, call = (await desk.work(waited=LATE_SECONDS + 1)).only
    assert (name, call["code"], call["quiet"]) == ("refuse", "too_late", True)
    assert desk.acknowledged == [(query, "too_late")]


@pytest.mark.parametrize("action", ["cancel", "delete"])
async def test_what_does_no_harm_is_done_however_late(desk, action):
    desk.people.press(GROUP, picture(desk), f"v1:{action}:a")
    assert (await desk.work(waited=LATE_SECONDS + 1)).named == [action]
