"""What the operator's settings allow, in the core's terms."""

from bot.core.group_rules import RulesHere, usual_rules
from bot.core.ports import Bounds
from bot.core.quota import UNIT, QuotaDefaults
from bot.settings import BotSettings
from bot.store.store import Store
from engine.profiles import Profile


def bounds_of(settings: BotSettings) -> Bounds:
    return Bounds(live_per_requester=settings.max_queued_per_user, live_in_all=settings.max_queued)


def rules_of(rows: Store, profile: Profile, settings: BotSettings) -> RulesHere:
    usual = usual_rules(profile, bounds_of(settings), quota_of(settings), settings.cooldown_seconds)
    return RulesHere(rows.groups, usual)


def quota_of(settings: BotSettings) -> QuotaDefaults:
    daily = settings.daily_units
    return QuotaDefaults(allowance=daily * UNIT if daily else None, time_zone=settings.time_zone)
