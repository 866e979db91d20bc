"""Wires what those who keep order decide."""

from bot.core.admin.commands import admin_commands
from bot.core.admin.desk import AdminDesk
from bot.core.answers import Answers
from bot.core.cancel import Cancel
from bot.core.lookup import Lookup
from bot.core.moderation.word_lists import WordLists
from bot.core.news import News
from bot.core.ports import Clock
from bot.core.staff import Staff
from bot.settings import BotSettings
from bot.store.store import Store


def admin_desk(
    settings: BotSettings,
    rows: Store,
    lists: WordLists,
    cancel: Cancel,
    lookup: Lookup,
    answers: Answers,
    news: News,
    *,
    clock: Clock,
) -> AdminDesk:
    commands = admin_commands(
        lookup=lookup,
        ledger=rows.ledger,
        people=rows.people,
        names=rows.people,
        acts=rows.acts,
        settings=rows.settings,
        cancel=cancel,
        bans=rows.bans,
        places=rows.places,
        words=rows.words,
        lists=lists,
        pauses=rows.pauses,
        queue=rows.queue,
        records=rows.records,
        news=news,
        clock=clock,
        time_zone=settings.time_zone,
    )
    staff = Staff((settings.owners or "").split(","), rows.people)
    return AdminDesk(commands=commands, staff=staff, answers=answers)
