"""The commands of the admin desk, by name."""

from collections.abc import Container, Mapping

from bot.core.acts import Acts
from bot.core.admin.appoint import Appoint
from bot.core.admin.ask import AdminCommand
from bot.core.admin.audit import Audit
from bot.core.admin.ban import BanPeople, Unban
from bot.core.admin.clear import Clear
from bot.core.admin.group import Group
from bot.core.admin.here import Here
from bot.core.admin.job import Job
from bot.core.admin.job_view import JobView
from bot.core.admin.pause import PauseQueue, ResumeQueue
from bot.core.admin.quiet import Quiet
from bot.core.admin.quota import Quota
from bot.core.admin.weight import Weight
from bot.core.admin.whom import Whom
from bot.core.admin.words import ForbidWords
from bot.core.cancel import Cancel
from bot.core.cards import Cards
from bot.core.chat_ports import ChatSettings
from bot.core.draw import Draw
from bot.core.group_queue import GroupQueue
from bot.core.group_rules import Groups, RulesHere
from bot.core.lookup import Lookup
from bot.core.moderation.bans import Bans
from bot.core.moderation.places import Places
from bot.core.moderation.word_lists import WordLists
from bot.core.moderation.words import Words
from bot.core.news import News
from bot.core.pauses import Pauses
from bot.core.people import Names, People, Weights
from bot.core.ports import Admissions, Clock
from bot.core.quota import Ledger
from engine.profiles import Profile


def admin_commands(
    *,
    lookup: Lookup,
    ledger: Ledger,
    people: People,
    weights: Weights,
    names: Names,
    acts: Acts,
    settings: ChatSettings,
    cancel: Cancel,
    bans: Bans,
    places: Places,
    words: Words,
    lists: WordLists,
    pauses: Pauses,
    queue: GroupQueue,
    news: News,
    groups: Groups,
    rules: RulesHere,
    profile: Profile,
    reactors: Container[str],
    admissions: Admissions,
    cards: Cards,
    draw: Draw,
    clock: Clock,
) -> Mapping[str, AdminCommand]:
    whom = Whom(lookup, names)
    job = Job(
        admissions=admissions,
        queue=queue,
        view=JobView(cards=cards, clock=clock, rules=rules),
        cancel=cancel,
        draw=draw,
    )
    return {
        "quota": Quota(ledger=ledger, whom=whom, clock=clock),
        "group": Group(
            groups=groups,
            rules=rules,
            settings=settings,
            profile=profile,
            reactors=reactors,
        ),
        "quiet": Quiet(settings),
        "audit": Audit(acts=acts, whom=whom, rules=rules, clock=clock),
        "staff": Appoint(people=people, whom=whom),
        "ban": BanPeople(bans=bans, cancel=cancel, whom=whom, rules=rules, clock=clock),
        "unban": Unban(bans=bans, whom=whom),
        "here": Here(places),
        "words": ForbidWords(words=words, lists=lists),
        "pause": PauseQueue(pauses),
        "resume": ResumeQueue(pauses),
        "clear": Clear(queue=queue, news=news),
        "job": job,
        "weight": Weight(weights=weights, whom=whom),
    }
