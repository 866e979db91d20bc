"""What people ask of their quota, and what admins change of it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.generation import Origin
from bot.core.ports import Clock
from bot.core.quota import POOL, AccountKey, Entry, Ledger, Statement, units
from bot.core.quota_syntax import QuotaOrder, parse_quota
from bot.core.replies import reply, wait_text
from bot.core.staff import Level, Staff

#: Lines of the ledger that are told.
TOLD = 10


class QuotaDesk:
    """Every method raises Refusal."""

    def __init__(self, *, ledger: Ledger, staff: Staff, clock: Clock) -> None:
        self._ledger = ledger
        self._staff = staff
        self._clock = clock

    async def told(self, origin: Origin) -> str:
        """What is left, until when, and how that came about."""
        statement = await self._ledger.statement(_own(origin), TOLD)
        if statement.allowance is None:
            return reply("quota_unlimited", origin.locale)
        lines = [self._standing(statement, origin.locale)]
        lines += [_line(entry, statement.time_zone, origin.locale) for entry in statement.entries]
        return "\n".join(lines)

    async def change(self, origin: Origin, text: str, *, of: str | None, admin: bool) -> str:
        """Change somebody's account, or the chat's pool. `of`: whom the admin points at, as by a
        reply to them."""
        self._staff.require(origin, Level.GROUP_ADMIN, admin=admin)
        order = parse_quota(text)
        if order.pool:
            # Otherwise whoever runs a group could make units that the fleet does not have.
            self._staff.require(origin, Level.OWNER, admin=admin)
        key = self._account(origin, order, of)
        if order.wish is None:
            statement = await self._ledger.allow(
                key, order.amount, actor=origin.requester, event_key=origin.event_key
            )
        else:
            assert order.amount is not None, "only what is got each day can be as usual"
            statement = await self._ledger.change(
                key,
                order.wish,
                order.amount,
                actor=origin.requester,
                reason=order.reason,
                event_key=origin.event_key,
            )
        return self._changed(key, statement, origin.locale)

    def _account(self, origin: Origin, order: QuotaOrder, of: str | None) -> AccountKey:
        own = _own(origin)
        if order.pool:
            return AccountKey(platform=own.platform, chat=own.chat, holder=POOL)
        if order.person is not None:
            of = f"{own.platform}:{order.person}"
        return AccountKey(platform=own.platform, chat=own.chat, holder=of or own.holder)

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

    def _standing(self, statement: Statement, locale: str) -> str:
        assert statement.allowance is not None
        return reply(
            "quota_left",
            locale,
            left=units(statement.left.total),
            allowance=units(statement.allowance),
            wait=wait_text(statement.resets_ms - self._clock(), locale),
        )


def _own(origin: Origin) -> AccountKey:
    address = origin.address
    return AccountKey(platform=address.platform, chat=address.chat, holder=origin.requester)


def _line(entry: Entry, time_zone: str, locale: str) -> str:
    moment = datetime.fromtimestamp(entry.created_ms / 1000, ZoneInfo(time_zone))
    amount = entry.amount.total
    why = reply(f"entry_{entry.kind}", locale, id=entry.generation_id or "")
    reason = f" {entry.reason}" if entry.reason else ""
    sign = "+" if amount >= 0 else "−"
    return f"{moment:%m-%d %H:%M}  {sign}{units(abs(amount))}  {why}{reason}"
