"""Who may draw where, over SQL: looked at before a request is read, and once more in the
transaction that accepts it, so that what was decided first counts."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.errors import Refusal
from bot.core.generation import Address
from bot.core.local_time import local_time
from bot.core.ports import Clock
from bot.store.accounts import Accounts
from bot.store.bans import holds, is_everywhere
from bot.store.database import Database
from bot.store.house_tables import bans
from bot.store.places import place_state

_b = bans.c


class SqlAdmittance:
    """Implements bot.core.moderation.gate.Admittance."""

    def __init__(self, database: Database, clock: Clock, accounts: Accounts) -> None:
        self._database = database
        self._accounts = accounts
        self._clock = clock

    async def check(self, requester: str, address: Address, scope: str) -> None:
        async with self._database.read() as connection:
            await check_admittance(
                connection, self._accounts, requester, address, scope, self._clock()
            )


async def check_admittance(
    connection: AsyncConnection,
    accounts: Accounts,
    requester: str,
    address: Address,
    scope: str,
    now: int,
) -> None:
    """Raises Refusal."""
    await _check_ban(connection, accounts, requester, address.platform, scope, now)
    if not (await place_state(connection, address, scope)).open:
        raise Refusal("closed")


async def _check_ban(
    connection: AsyncConnection,
    accounts: Accounts,
    requester: str,
    platform: str,
    scope: str,
    now: int,
) -> None:
    here = (_b.platform == platform) & (_b.scope == scope)
    query = select(_b.until_ms, _b.reason).where(
        here | is_everywhere(), _b.person == requester, holds(now)
    )
    # The one that goes on for longest, first of all one without end.
    query = query.order_by(_b.until_ms.is_(None).desc(), _b.until_ms.desc()).limit(1)
    ban = (await connection.execute(query)).first()
    if ban is not None and ban.until_ms is None:
        raise Refusal("banned_for_good", why=ban.reason)
    if ban is not None:
        zone = (await accounts.here(connection, platform, scope)).time_zone
        time = local_time(ban.until_ms, now, zone)
        raise Refusal("banned", why=ban.reason, wait=ban.until_ms - now, time=time)
