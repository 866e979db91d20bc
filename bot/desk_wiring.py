"""Wires what people and admins ask of the core."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.admin.commands import admin_commands
from bot.core.admin.desk import AdminDesk
from bot.core.answers import Answers
from bot.core.cancel import Cancel
from bot.core.cards import Cards
from bot.core.chat_desk import ChatDesk
from bot.core.chat_ports import Reactor
from bot.core.draw import Draw
from bot.core.edit import EditDesk
from bot.core.erase import Erasures
from bot.core.errand_ports import PictureSource
from bot.core.fetch import Fetcher
from bot.core.front_desk import FrontDesk
from bot.core.gallery import Gallery
from bot.core.group_rules import RulesHere
from bot.core.log import Log
from bot.core.lookup import Lookup
from bot.core.lora_desk import LoraDesk
from bot.core.loras import Loras
from bot.core.moderation.word_lists import WordLists
from bot.core.news import News
from bot.core.notify import Notifier
from bot.core.on_the_way import OnTheWay
from bot.core.operator import Operator
from bot.core.pace import Pace
from bot.core.ports import Clock
from bot.core.queue_view import QueueView
from bot.core.sources import Sources
from bot.core.staff import Staff
from bot.core.waits import Waits
from bot.data_wiring import DataService, data_service
from bot.settings import BotSettings
from bot.store.images import PictureFolder
from bot.store.store import Store


@dataclass(frozen=True, kw_only=True)
class Crew:
    """Those parts of the core that the desks send on to."""

    draw: Draw
    cancel: Cancel
    erasures: Erasures
    notifier: Notifier
    cards: Cards
    pictures: PictureFolder
    pace: Pace
    waits: Waits
    news: News
    rules: RulesHere
    staff: Staff
    reactors: Mapping[str, Reactor]
    lists: WordLists
    sources: Sources
    loras: Loras
    picture_sources: Mapping[str, PictureSource]


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
        crew.cancel,
        crew.notifier,
        crew.pictures,
        crew.rules,
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
        reactors=crew.reactors,
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
    fetcher = Fetcher(
        errands=rows.errands,
        platforms=crew.picture_sources,
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
            waits=crew.waits,
            records=rows.records,
            pauses=rows.pauses,
            news=crew.news,
        ),
        erasures=crew.erasures,
        chats=ChatDesk(moves=rows.moves, rules=crew.rules, news=crew.news),
        admin=AdminDesk(commands=commands, staff=crew.staff, answers=answers),
        staff=crew.staff,
        answers=answers,
        my_data=data.desk,
        edits=EditDesk(
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
        ),
        loras=LoraDesk(loras=crew.loras, answers=answers),
    )
    operator = Operator(
        pauses=rows.pauses,
        queue=rows.queue,
        admissions=rows.admissions,
        cancel=crew.cancel,
        news=crew.news,
    )
    return Desks(front=front, data=data, fetcher=fetcher, operator=operator)
