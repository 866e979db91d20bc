"""The commands of the admin desk, by name."""

from collections.abc import Container, Mapping

from bot.core.acts import Acts
from bot.core.admin.appoint import Appoint
from bot.core.admin.ask import AdminCommand
from bot.core.admin.audit import Audit
from bot.core.admin.clear import Clear
from bot.core.admin.group import Group
from bot.core.admin.minting import Minting
from bot.core.admin.pause import PauseQueue, ResumeQueue
from bot.core.admin.quiet import Quiet
from bot.core.admin.quota import Quota
from bot.core.admin.whom import Whom
from bot.core.chat_ports import ChatSettings
from bot.core.group_queue import GroupQueue
from bot.core.group_rules import Groups, RulesHere
from bot.core.lookup import Lookup
from bot.core.news import News
from bot.core.pauses import Pauses
from bot.core.people import People
from bot.core.ports import Clock, Records
from bot.core.quota import Ledger
from engine.profiles import Profile


def admin_commands(
    *,
    lookup: Lookup,
    ledger: Ledger,
    people: People,
    acts: Acts,
    settings: ChatSettings,
    groups: Groups,
    rules: RulesHere,
    profile: Profile,
    reactors: Container[str],
    pauses: Pauses,
    queue: GroupQueue,
    records: Records,
    news: News,
    clock: Clock,
) -> Mapping[str, AdminCommand]:
    whom, minting = Whom(lookup, people), Minting(ledger)
    return {
        "quota": Quota(ledger=ledger, minting=minting, usual=rules.usual, whom=whom, clock=clock),
        "group": Group(
            groups=groups,
            rules=rules,
            settings=settings,
            minting=minting,
            profile=profile,
            reactors=reactors,
        ),
        "quiet": Quiet(settings),
        "audit": Audit(acts=acts, whom=whom, rules=rules),
        "staff": Appoint(people=people, whom=whom),
        "pause": PauseQueue(pauses),
        "resume": ResumeQueue(pauses),
        "clear": Clear(queue=queue, records=records, news=news),
    }
