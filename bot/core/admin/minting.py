"""Admins of a group give only what the group has."""

from bot.core.admin.ask import Ask
from bot.core.errors import Refusal
from bot.core.quota import POOL, AccountKey, Ledger, scope_of


class Minting:
    """Otherwise whoever runs a group could make units that the fleet does not have."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def check(self, ask: Ask, refusal: Refusal) -> None:
        """Somebody wants to give more than the fleet does: that takes a pool of the group, from
        which it comes, or somebody who runs the fleet. Raises `refusal`."""
        if await ask.runs_fleet():
            return
        pool = AccountKey(
            platform=ask.origin.address.platform, scope=scope_of(ask.origin), holder=POOL
        )
        if (await self._ledger.statement(pool, 0)).allowance is None:
            raise refusal
