"""What people ask of their quota, and what admins change of it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.errors import Refusal
from bot.core.generation import Origin
from bot.core.ports import Clock
from bot.core.quota import POOL, AccountKey, Entry, Ledger, Statement, Wish, scope_of, units
from bot.core.quota_syntax import QuotaOrder, parse_quota
from bot.core.replies import reply, wait_text
from bot.core.staff import Level, Staff

#: Lines of the ledger that are told.
TOLD = 10

#: Whether the platform says that who asks is an admin of the group. Asked only where it matters:
#: on Telegram it takes a call.
IsAdmin = Callable[[], Awaitable[bool]]


class QuotaDesk:
    """Every method raises Refusal."""

    def __init__(self, *, ledger: Ledger, staff: Staff, clock: Clock) -> None:
        self._ledger = ledger
        self._staff = staff
        self._clock = clock

    async def told(self, origin: Origin) -> str:
        """What is left, until when, and how that came about."""
        own = AccountKey(
            platform=origin.address.platform, scope=scope_of(origin), holder=origin.requester
        )
        statement = await self._ledger.statement(own, TOLD)
        pool = await self._ledger.statement(replace(own, holder=POOL), 0)
        lines = [
            self._standing(code, one, origin.locale)
            for code, one in (("quota_left", statement), ("pool_left", pool))
            if one.allowance is not None
        ]
        if not lines:
            return reply("quota_unlimited", origin.locale)
        zone = statement.time_zone
        return "\n".join(
            [*lines, *(_line(entry, zone, origin.locale) for entry in statement.entries)]
        )

    async def check(self, origin: Origin, wish: str, is_admin: IsAdmin) -> QuotaOrder:
        """What an admin asks for, if they may."""
        order = parse_quota(wish)
        # Otherwise whoever runs a group could make units that the fleet does not have.
        least = Level.OWNER if order.pool or origin.alone else Level.GROUP_ADMIN
        await self._staff.require(origin, least, is_admin)
        return order

    async def change(self, origin: Origin, order: QuotaOrder, *, of: str | None) -> str:
        """Change somebody's account, or the group's pool. `of`: whom the admin points at, as by
        a reply to them."""
        key = self._account(origin, order, of)
        if not order.pool:
            await self._check_not_minted(origin, key, order)
        about = {
            "actor": origin.requester,
            "reason": order.reason,
            "event_key": origin.event_key,
        }
        if order.wish is None:
            statement = await self._ledger.allow(key, order.amount, **about)
        else:
            assert order.amount is not None, "only what is got each day can be as usual"
            statement = await self._ledger.change(key, order.wish, order.amount, **about)
        return self._changed(key, statement, origin.locale)

    def _account(self, origin: Origin, order: QuotaOrder, of: str | None) -> AccountKey:
        platform = origin.address.platform
        if order.pool:
            return AccountKey(platform=platform, scope=scope_of(origin), holder=POOL)
        holder = of if order.person is None else f"{platform}:{order.person}"
        if holder is None:
            raise Refusal("whose_quota")
        return AccountKey(platform=platform, scope=scope_of(origin, holder), holder=holder)

    async def _check_not_minted(self, origin: Origin, key: AccountKey, order: QuotaOrder) -> None:
        """Where there is a limit, admins of a group give only what the group has."""
        statement = await self._ledger.statement(key, 0)
        if statement.allowance is None or self._staff.is_owner(origin):
            return
        before = {None: statement.allowance, Wish.SET: statement.left.total, Wish.ADD: 0}
        raised = order.wish is not Wish.TAKE and (order.amount or 0) > before[order.wish]
        pool = await self._ledger.statement(replace(key, holder=POOL), 0)
        if raised and pool.allowance is None:
            raise Refusal("no_pool")

    def _changed(self, key: AccountKey, statement: Statement, locale: str) -> str:
        who = key.holder.partition(":")[2] or reply("quota_of_the_group", locale)
        if statement.allowance is None:
            return reply("quota_changed_unlimited", locale, who=who)
        return reply(
            "quota_changed",
            locale,
            who=who,
            left=units(statement.left.total),
            allowance=units(statement.allowance),
        )

    def _standing(self, code: str, statement: Statement, locale: str) -> str:
        assert statement.allowance is not None
        return reply(
            code,
            locale,
            left=units(statement.left.total),
            allowance=units(statement.allowance),
            wait=wait_text(statement.resets_ms - self._clock(), locale),
        )


def _line(entry: Entry, time_zone: str, locale: str) -> str:
    moment = datetime.fromtimestamp(entry.created_ms / 1000, ZoneInfo(time_zone))
    words = [reply(f"entry_{entry.kind}", locale, id=entry.generation_id or "")]
    if entry.allowance is not None:
        words.append(reply("entry_allowance", locale, allowance=units(entry.allowance)))
    words += [entry.reason] if entry.reason else []
    amount = entry.amount.total
    sign = "+" if amount >= 0 else "−"
    return f"{moment:%m-%d %H:%M}  {sign}{units(abs(amount))}  {' '.join(words)}"
