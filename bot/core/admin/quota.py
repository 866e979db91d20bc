"""/quota: what people have left, and what admins change of it."""

from dataclasses import replace

from bot.core.acts import ActKind, act_of
from bot.core.admin.ask import Ask, Said
from bot.core.admin.quota_syntax import QuotaOrder, asks_for_pool, parse_quota
from bot.core.admin.whom import Whom, check_asks_here
from bot.core.errors import Refusal
from bot.core.generation import Origin
from bot.core.local_time import local_time
from bot.core.people import number_of
from bot.core.ports import Clock
from bot.core.quota import POOL, AccountKey, Entry, Ledger, Statement, scope_of, units
from bot.core.replies import reply, wait_text
from bot.core.staff import Level

#: Lines of the ledger that are told.
TOLD = 10


class Quota:
    """Implements AdminCommand."""

    def __init__(self, *, ledger: Ledger, whom: Whom, clock: Clock) -> None:
        self._ledger = ledger
        self._whom = whom
        self._clock = clock

    async def __call__(self, ask: Ask) -> Said:
        person, rest = await self._meant(ask)
        if asks_for_pool(rest.words):
            await ask.require(Level.GROUP_ADMIN)
            return await self._told_of_pool(ask.origin)
        if not rest.words.strip():
            if person is None or not await ask.may(Level.GROUP_ADMIN):
                person = ask.origin.requester
            else:
                await self._whom.met(ask)
            check_asks_here(ask.origin, person)
            return await self._told(ask.origin, person)
        order = parse_quota(rest.words)
        # Otherwise whoever runs a group could make units that the fleet does not have.
        if not (order.pool or ask.origin.alone):
            await ask.require(Level.GROUP_ADMIN)
        elif not await ask.runs_fleet():
            raise Refusal("pool_is_the_fleets" if order.pool else "private_is_the_fleets")
        await self._whom.met(ask)
        return await self._change(rest, order, person)

    async def _meant(self, ask: Ask) -> tuple[str | None, Ask]:
        """As Whom has it; a reply to any other sentence of ours points at nobody."""
        try:
            return await self._whom(ask)
        except Refusal as refusal:
            if refusal.code != "whom":
                raise
            return None, ask

    async def _told(self, origin: Origin, person: str) -> Said:
        """What is left, until when, and how that came about."""
        key = AccountKey(
            platform=origin.address.platform, scope=scope_of(origin, person), holder=person
        )
        statement = await self._ledger.statement(key, TOLD)
        pool = await self._ledger.statement(replace(key, holder=POOL), 0)
        lines = [
            self._standing(code, one, origin)
            for code, one in (("quota_left", statement), ("pool_left", pool))
            if one.allowance is not None
        ]
        if not lines:
            return Said(text=reply("quota_unlimited", origin.locale), private=True)
        if person != origin.requester:
            lines.insert(0, reply("quota_of", origin.locale, who=number_of(person)))
        lines += self._entries(statement, origin.locale)
        return Said(text="\n".join(lines), private=True)

    async def _told_of_pool(self, origin: Origin) -> Said:
        key = AccountKey(platform=origin.address.platform, scope=scope_of(origin), holder=POOL)
        pool = await self._ledger.statement(key, TOLD)
        if pool.allowance is None:
            unlimited = reply("pool_unlimited", origin.locale, origin.address.platform)
            return Said(text=unlimited, private=True)
        standing = self._standing("pool_left", pool, origin)
        return Said(text="\n".join([standing, *self._entries(pool, origin.locale)]), private=True)

    async def _change(self, ask: Ask, order: QuotaOrder, person: str | None) -> Said:
        origin = ask.origin
        key = self._account(origin, order, person)
        # Who only runs a group gives what it has: the ledger looks at that.
        by_fleet = await ask.runs_fleet()
        act = act_of(origin, ActKind.QUOTA, scope=key.scope, target=key.holder, detail=ask.words)
        if order.wish is None:
            statement = await self._ledger.allow(
                key, order.amount, order.reason, act, by_fleet=by_fleet
            )
        else:
            assert order.amount is not None, "only what is got each day can be as usual"
            statement = await self._ledger.change(
                key, order.wish, order.amount, order.reason, act, by_fleet=by_fleet
            )
        return Said(text=_changed(key, statement, origin))

    def _account(self, origin: Origin, order: QuotaOrder, person: str | None) -> AccountKey:
        platform = origin.address.platform
        if order.pool:
            return AccountKey(platform=platform, scope=scope_of(origin), holder=POOL)
        if person is None:
            raise Refusal("whom")
        check_asks_here(origin, person)
        return AccountKey(platform=platform, scope=scope_of(origin, person), holder=person)

    def _entries(self, statement: Statement, locale: str) -> list[str]:
        zone, now = statement.time_zone, self._clock()
        return [
            _line(one, local_time(one.created_ms, now, zone), locale) for one in statement.entries
        ]

    def _standing(self, code: str, statement: Statement, origin: Origin) -> str:
        assert statement.allowance is not None
        now, locale = self._clock(), origin.locale
        return reply(
            code,
            locale,
            origin.address.platform,
            left=units(statement.left.total),
            allowance=units(statement.allowance),
            wait=wait_text(statement.resets_ms - now, locale),
            time=local_time(statement.resets_ms, now, statement.time_zone),
        )


def _changed(key: AccountKey, statement: Statement, origin: Origin) -> str:
    locale, platform = origin.locale, origin.address.platform
    who = number_of(key.holder) or reply("quota_of_the_group", locale, platform)
    if statement.allowance is None:
        return reply("quota_changed_unlimited", locale, platform, who=who)
    return reply(
        "quota_changed",
        locale,
        who=who,
        left=units(statement.left.total),
        allowance=units(statement.allowance),
    )


def _line(entry: Entry, moment: str, locale: str) -> str:
    words = [reply(f"entry_{entry.kind}", locale, id=entry.generation_id or "")]
    if entry.allowance is not None:
        words.append(reply("entry_allowance", locale, allowance=units(entry.allowance)))
    words += [entry.reason] if entry.reason else []
    amount = entry.amount.total
    sign = "+" if amount >= 0 else "−"
    return f"{moment}  {sign}{units(abs(amount))}  {' '.join(words)}"
