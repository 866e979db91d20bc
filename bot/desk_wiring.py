"""Wires what people and admins ask of the core."""

from dataclasses import dataclass

from bot.core.admin.commands import admin_commands
from bot.core.admin.desk import AdminDesk
from bot.core.answers import Answers
from bot.core.chat_desk import ChatDesk
from bot.core.edit import EditDesk
from bot.core.fetch import Fetcher
from bot.core.front_desk import FrontDesk
from bot.core.gallery import Gallery
from bot.core.log import Log
from bot.core.lookup import Lookup
from bot.core.lora_desk import LoraDesk
from bot.core.on_the_way import OnTheWay
from bot.core.operator import Operator
from bot.core.ports import Clock
from bot.core.queue_view import QueueView
from bot.crew import Crew
from bot.data_wiring import DataService, data_service
from bot.settings import BotSettings
from bot.store.store import Store


@dataclass(frozen=True, kw_only=True)
class Desks:
    front: FrontDesk
    data: DataService
    fetcher: Fetcher
    operator: Operator


def desks_over(rows: Store, settings: BotSettings, crew: Crew, clock: Clock, log: Log) -> Desks:
    lookup = Lookup(admissions=rows.admissions, records=rows.records)
    answers = Answers(lookup=lookup, notifier=crew.notifier)
    data = data_service(
        settings,
        rows,
        answers,
        lookup,
        crew,
        clock=clock,
        log=log,
    )
    gallery = Gallery(
        lookup=lookup,
        removals=rows.removals,
        pictures=crew.pictures,
        cards=crew.cards,
        profile=crew.pace.profile,
        rules=crew.rules,
    )
    fetcher = Fetcher(
        errands=rows.errands,
        platforms=crew.platforms.picture_sources,
        sources=crew.sources,
        draw=crew.draw,
        answers=answers,
        clock=clock,
        log=log,
    )
    front = FrontDesk(
        draw=crew.draw,
        cancel=crew.cancel,
        lookup=lookup,
        records=rows.records,
        gallery=gallery,
        queue_view=QueueView(
            waits=crew.waits, records=rows.records, pauses=rows.pauses, news=crew.news
        ),
        erasures=crew.erasures,
        chats=ChatDesk(moves=rows.moves, rules=crew.rules, news=crew.news),
        admin=_admin_desk(rows, crew, lookup, answers, clock),
        staff=crew.staff,
        answers=answers,
        my_data=data.desk,
        edits=_edit_desk(rows, crew, gallery, lookup, answers, fetcher, clock),
        loras=LoraDesk(loras=crew.loras, answers=answers),
    )
    return Desks(front=front, data=data, fetcher=fetcher, operator=_operator(rows, crew))


def _admin_desk(
    rows: Store, crew: Crew, lookup: Lookup, answers: Answers, clock: Clock
) -> AdminDesk:
    commands = admin_commands(
        lookup=lookup,
        ledger=rows.ledger,
        people=rows.people,
        names=rows.people,
        weights=rows.people,
        acts=rows.acts,
        settings=rows.settings,
        pauses=rows.pauses,
        queue=rows.queue,
        news=crew.news,
        groups=rows.groups,
        rules=crew.rules,
        profile=crew.pace.profile,
        reactors=crew.platforms.reactors,
        admissions=rows.admissions,
        cards=crew.cards,
        cancel=crew.cancel,
        draw=crew.draw,
        bans=rows.bans,
        places=rows.places,
        words=rows.words,
        lists=crew.lists,
        clock=clock,
    )
    return AdminDesk(commands=commands, staff=crew.staff, answers=answers)


def _edit_desk(
    rows: Store,
    crew: Crew,
    gallery: Gallery,
    lookup: Lookup,
    answers: Answers,
    fetcher: Fetcher,
    clock: Clock,
) -> EditDesk:
    return EditDesk(
        draw=crew.draw,
        gallery=gallery,
        lookup=lookup,
        sources=crew.sources,
        errands=rows.errands,
        fetcher=fetcher,
        answers=answers,
        on_the_way=OnTheWay(
            errands=rows.errands,
            admissions=rows.admissions,
            notifier=crew.notifier,
            clock=clock,
        ),
    )


def _operator(rows: Store, crew: Crew) -> Operator:
    return Operator(
        pauses=rows.pauses,
        queue=rows.queue,
        admissions=rows.admissions,
        cancel=crew.cancel,
        news=crew.news,
    )
