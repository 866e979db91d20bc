"""How much people may draw, as the operator decided it."""

from bot.core.group_rules import Groups, RulesHere, usual_rules
from bot.core.ports import Bounds
from bot.core.quota import UNIT, QuotaDefaults
from bot.settings import BotSettings
from engine.profiles import Profile


def bounds(settings: BotSettings) -> Bounds:
    return Bounds(live_per_requester=settings.max_queued_per_user, live_in_all=settings.max_queued)


def quota_defaults(settings: BotSettings) -> QuotaDefaults:
    daily = settings.daily_units
    return QuotaDefaults(allowance=daily * UNIT if daily else None, time_zone=settings.time_zone)


def rules_here(groups: Groups, profile: Profile, settings: BotSettings) -> RulesHere:
    usual = usual_rules(
        profile, bounds(settings), quota_defaults(settings), settings.cooldown_seconds
    )
    return RulesHere(groups, usual)
