"""The commands of the admin desk, by name."""

from collections.abc import Mapping

from bot.core.acts import Acts
from bot.core.admin.appoint import Appoint
from bot.core.admin.ask import AdminCommand
from bot.core.admin.audit import Audit
from bot.core.admin.clear import Clear
from bot.core.admin.pause import PauseQueue, ResumeQueue
from bot.core.admin.quiet import Quiet
from bot.core.admin.quota import Quota
from bot.core.admin.whom import Whom
from bot.core.chat_ports import ChatSettings
from bot.core.group_queue import GroupQueue
from bot.core.lookup import Lookup
from bot.core.news import News
from bot.core.pauses import Pauses
from bot.core.people import People
from bot.core.ports import Clock, Records
from bot.core.quota import Ledger


def admin_commands(
    *,
    lookup: Lookup,
    ledger: Ledger,
    people: People,
    acts: Acts,
    settings: ChatSettings,
    pauses: Pauses,
    queue: GroupQueue,
    records: Records,
    news: News,
    clock: Clock,
    time_zone: str,
) -> Mapping[str, AdminCommand]:
    whom = Whom(lookup, people)
    return {
        "quota": Quota(ledger=ledger, whom=whom, clock=clock),
        "quiet": Quiet(settings),
        "audit": Audit(acts=acts, whom=whom, time_zone=time_zone),
        "staff": Appoint(people=people, whom=whom),
        "pause": PauseQueue(pauses),
        "resume": ResumeQueue(pauses),
        "clear": Clear(queue=queue, records=records, news=news),
    }
