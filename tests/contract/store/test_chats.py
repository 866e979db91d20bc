"""Chats and groups: what was set for them, and those that go on under another id."""

import pytest

from bot.core.acts import ActKind
from bot.core.generation import Delivery
from bot.core.group_rules import LIMITS, RULES, GroupRules
from bot.core.moderation.area import Area
from bot.core.moderation.bans import Ban
from bot.core.quota import AccountKey
from tests.builders import act, address, new_generation, notice
from tests.stores import Store

OLD, NEW = "-5", "-1005"


async def test_a_chat_is_not_quiet_until_it_is_made_so(store: Store):
    assert not await store.settings.quiet("telegram", OLD)
    for quiet in (True, True, False):
        await store.settings.set_quiet("telegram", OLD, quiet=quiet, act=act())
        assert await store.settings.quiet("telegram", OLD) is quiet
    assert not await store.settings.quiet("discord", OLD)


DECIDED = GroupRules(
    allowance=2500,
    cooldown_s=0,
    queue_cap=3,
    max_count=2,
    max_pixels=1024 * 1024,
    ratio=(16, 9),
    language="en",
    spoiler=False,
    time_zone="Europe/Berlin",
)


@pytest.mark.parametrize("within", [None, GroupRules()])
@pytest.mark.parametrize("rule", RULES)
async def test_what_a_group_decided_holds_there_until_it_is_as_usual_again(
    store: Store, rule, within
):
    value = getattr(DECIDED, rule)
    await store.groups.decide("telegram", OLD, rule, value, act(), within=within)
    by_fleet = frozenset({rule} & {*LIMITS} if within is None else ())
    decided = GroupRules(**{rule: value}, by_fleet=by_fleet)
    assert await store.groups.rules("telegram", OLD) == decided
    assert await store.groups.rules("discord", OLD) == GroupRules()
    await store.groups.decide("telegram", OLD, rule, None, act(), within=None)
    assert await store.groups.rules("telegram", OLD) == GroupRules()


async def test_a_redelivered_decision_does_not_undo_a_later_one(store: Store):
    for event, cap in (("first", 3), ("second", 5), ("first", 3)):
        await store.groups.decide("telegram", OLD, "queue_cap", cap, act(event), within=None)
    assert (await store.groups.rules("telegram", OLD)).queue_cap == 5


async def test_nothing_decided_leaves_what_is_usual():
    usual = GroupRules(queue_cap=10, spoiler=True)
    assert GroupRules(queue_cap=3, spoiler=False).over(usual) == GroupRules(
        queue_cap=3, spoiler=False
    )
    assert GroupRules(cooldown_s=0).over(usual) == GroupRules(
        queue_cap=10, spoiler=True, cooldown_s=0
    )


async def test_decisions_move_unless_the_new_group_has_its_own(store: Store):
    await store.groups.decide("telegram", OLD, "language", "en", act(), within=None)
    await store.moves.move("telegram", OLD, NEW)
    assert await store.groups.rules("telegram", NEW) == GroupRules(language="en")
    await store.groups.decide("telegram", OLD, "queue_cap", 1, act(), within=None)
    await store.moves.move("telegram", OLD, NEW)
    assert await store.groups.rules("telegram", NEW) == GroupRules(language="en")
    assert await store.groups.rules("telegram", OLD) == GroupRules()


async def test_a_group_that_moves_takes_its_rows_along_and_leaves_message_ids_behind(store: Store):
    live = await store.queued(address=address(chat=OLD))
    await store.deliveries.record_status(live.id, "9")
    told = await store.finished(address=address(chat=OLD))
    await store.deliveries.record_status(told.id, "10")
    await store.deliveries.sending(told.id)
    await store.deliveries.delivered(told.id)
    other = await store.queued()
    assert await store.moves.move("telegram", OLD, NEW) == [live.id]
    for row in (live, told):
        now = await store.now(row)
        assert (now.address.chat, now.address.request_message, now.status_message) == (
            NEW,
            None,
            None,
        )
    assert await store.now(other) == other
    assert (await store.now(told)).delivery is Delivery.DONE


async def test_ids_of_the_same_number_on_another_platform_stay(store: Store):
    row = await store.queued(address=address(platform="board", chat=OLD))
    assert await store.moves.move("telegram", OLD, NEW) == []
    assert await store.now(row) == row


async def test_notices_move_and_so_do_those_whom_the_group_speaks_for(store: Store):
    await store.notices.post(notice(address=address(chat=OLD), requester=f"telegram:{OLD}"))
    row = await store.queued(requester=f"telegram:{OLD}", address=address(chat=OLD))
    await store.moves.move("telegram", OLD, NEW)
    (moved,) = await store.unsaid()
    assert (moved.address.chat, moved.address.request_message) == (NEW, None)
    assert moved.requester == (await store.now(row)).requester == f"telegram:{NEW}"


ANONYMOUS, MOVED = f"telegram:{OLD}", f"telegram:{NEW}"


async def test_what_was_decided_about_the_group_as_one_that_asks_moves_too(store: Store):
    """Anonymous admins speak as their group, in it and in others."""
    for scope in (OLD, "-7"):
        banned = Ban(person=ANONYMOUS, area=Area("telegram", scope), until_ms=None, reason="刷屏")
        about = {"scope": scope, "target": ANONYMOUS, "actor": ANONYMOUS}
        await store.bans.ban(banned, act(kind=ActKind.BAN, **about))
        account = AccountKey(platform="telegram", scope=scope, holder=ANONYMOUS)
        given = act(actor=ANONYMOUS)
        await store.ledger.allow(account, 5000, "", given, by_fleet=True)
    await store.people.appoint(ANONYMOUS, appointed=True, act=act())
    await store.people.set_weight(ANONYMOUS, 2.0, act())
    await store.people.met(ANONYMOUS, "group")
    await store.moves.move("telegram", OLD, NEW)
    for scope in (NEW, "-7"):
        (ban,) = await store.bans.standing(Area("telegram", scope))
        assert (ban.person, ban.reason) == (MOVED, "刷屏")
        account = AccountKey(platform="telegram", scope=scope, holder=MOVED)
        statement = await store.ledger.statement(account, 9)
        assert statement.allowance == 5000
        assert {entry.actor for entry in statement.entries} <= {None, MOVED}
    assert await store.people.fleet_admins() == [MOVED]
    assert await store.people.weight(MOVED) == 2
    assert await store.people.named("telegram", "group") == MOVED
    acts = await store.acts.last("telegram", None, about=MOVED, limit=99)
    assert [(one.actor, one.target) for one in acts if one.kind is ActKind.BAN] == [
        (MOVED, MOVED)
    ] * 2
    tables = ("generations", "notices", "acts", "people", "bans", "accounts", "ledger")
    for table in tables:
        assert ANONYMOUS not in str(await store.sql(f"SELECT * FROM {table}"))


async def test_what_was_decided_about_the_new_group_as_one_that_asks_stands(store: Store):
    for person, weight in ((ANONYMOUS, 2.0), (MOVED, 3.0)):
        await store.people.set_weight(person, weight, act())
        for scope in (OLD, NEW):
            area = Area("telegram", scope)
            banned = Ban(person=person, area=area, until_ms=None, reason=person)
            await store.bans.ban(banned, act(kind=ActKind.BAN))
    await store.moves.move("telegram", OLD, NEW)
    assert await store.people.weight(MOVED) == 3
    assert await store.people.weight(ANONYMOUS) == 1
    (ban,) = await store.bans.standing(Area("telegram", NEW))
    assert ban.reason == MOVED


async def test_messages_to_delete_stay_behind(store: Store):
    row = await store.finished(address=address(chat=OLD))
    await store.removals.remove(row.id, [(OLD, "9")], "press:1")
    await store.moves.move("telegram", OLD, NEW)
    assert await store.removals.waiting(["telegram"]) == []
    assert await store.removals.removed(row.id)


async def test_settings_move_unless_the_new_group_has_its_own(store: Store):
    await store.settings.set_quiet("telegram", OLD, quiet=True, act=act())
    await store.moves.move("telegram", OLD, NEW)
    assert await store.settings.quiet("telegram", NEW)
    assert not await store.settings.quiet("telegram", OLD)
    await store.settings.set_quiet("telegram", OLD, quiet=False, act=act())
    await store.moves.move("telegram", OLD, NEW)
    assert await store.settings.quiet("telegram", NEW)


async def test_moving_twice_changes_nothing_more(store: Store):
    row = await store.queued(address=address(chat=OLD))
    await store.moves.move("telegram", OLD, NEW)
    await store.deliveries.record_status(row.id, "1")
    assert await store.moves.move("telegram", OLD, NEW) == []
    assert (await store.now(row)).status_message == "1"


async def test_a_request_of_the_old_group_that_comes_again_is_known(store: Store):
    new = new_generation(address=address(chat=OLD))
    row = await store.queued(
        **{name: getattr(new, name) for name in ("id", "event_key", "address")}
    )
    await store.moves.move("telegram", OLD, NEW)
    assert await store.records.seen(row.event_key)
