"""Wires the core over a store and an engine link; processes differ in the adapters around it."""

import time
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from bot.adapters.local import LOCAL, LocalMessenger
from bot.core.admin.job_view import JobView
from bot.core.api_tokens import ApiTokens
from bot.core.cancel import Cancel
from bot.core.cards import Cards
from bot.core.chat_ports import Eraser, Reactor
from bot.core.deliver import Deliverer
from bot.core.dispatch import Dispatcher
from bot.core.draw import Draw
from bot.core.erase import Erasures
from bot.core.errand_ports import PictureSource
from bot.core.export import Exporter
from bot.core.fetch import Fetcher
from bot.core.figures import EngineMetrics
from bot.core.front_desk import FrontDesk
from bot.core.group_rules import RulesHere
from bot.core.log import Log
from bot.core.loras import Loras
from bot.core.moderation.gate import Gate
from bot.core.moderation.word_lists import WordLists
from bot.core.news import News
from bot.core.notify import Notifier
from bot.core.operator import Operator
from bot.core.overview import Overview
from bot.core.own_pictures import OwnPictures
from bot.core.pace import Pace
from bot.core.pauses import Pauses
from bot.core.ports import Admissions, Messenger, Records
from bot.core.program_jobs import ProgramJobs
from bot.core.quiet import QuietMode
from bot.core.recover import Recovery
from bot.core.retention import Retention
from bot.core.sketches import Sketches
from bot.core.sources import Sources
from bot.core.staff import Staff
from bot.core.uploads import Uploads
from bot.core.waits import Waits
from bot.desk_wiring import Crew, desks_over
from bot.engine_place import engine_socket, loras_of, tokenizer_of
from bot.limits import bounds_of, quota_of, rules_of
from bot.links.local_engine import LocalEngine
from bot.settings import BotSettings
from bot.store.database import Database
from bot.store.images import PictureFolder
from bot.store.sources import SourceFolder
from bot.store.store import Store, store_in
from engine.local_model import chosen_model
from engine.profiles import Profile


def now_ms() -> int:
    """The real clock."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, kw_only=True)
class Core:
    """The wired core; what adapters may hold on to."""

    profile: Profile
    news: News
    pace: Pace
    admissions: Admissions
    draw: Draw
    cancel: Cancel
    desk: FrontDesk
    own_pictures: OwnPictures
    dispatcher: Dispatcher
    deliverer: Deliverer
    notifier: Notifier
    erasures: Erasures
    recovery: Recovery
    exporter: Exporter
    retention: Retention
    fetcher: Fetcher
    records: Records
    pauses: Pauses
    pictures: PictureFolder
    sources: Sources
    loras: Loras
    cards: Cards
    overview: Overview
    operator: Operator
    waits: Waits
    api_tokens: ApiTokens
    program_jobs: ProgramJobs
    uploads: Uploads
    sketches: Sketches
    engine_metrics: EngineMetrics
    #: By platform; adapters add theirs before the core runs.
    messengers: dict[str, Messenger]
    #: The same, where messages can be deleted or have reactions, or pictures are had by name.
    erasers: dict[str, Eraser]
    reactors: dict[str, Reactor]
    picture_sources: dict[str, PictureSource]

    def switch_off(self, platform: str) -> None:
        """Nothing is sent there any more. The rows wait for a process in which it works."""
        for by_platform in (
            self.messengers,
            self.erasers,
            self.reactors,
            self.picture_sources,
        ):
            by_platform.pop(platform, None)

    def loops(self) -> list[Coroutine[Any, Any, None]]:
        """Everything that must run for as long as the process does."""
        return [
            self.dispatcher.run(),
            self.deliverer.run(),
            self.notifier.run(),
            self.erasures.run(),
            self.recovery.run(),
            self.exporter.run(),
            self.retention.run(),
            self.fetcher.run(),
        ]


def assemble(settings: BotSettings, database: Database, stack: AsyncExitStack, log: Log) -> Core:
    """Wire the core. The engine link is closed with `stack`."""
    profile = chosen_model(settings.model)
    tokens = tokenizer_of(settings, profile)
    link = LocalEngine(engine_socket(settings), on_tokenizer=tokens.take)
    stack.push_async_exit(link)
    rows = store_in(database, now_ms, quota_of(settings), settings.max_running_per_user)
    news, pace, loras = News(), Pace(profile), loras_of(settings, profile)
    pictures = PictureFolder(settings.state_dir)
    waits = Waits(line=rows.admissions, pace=pace, news=news)
    cards = Cards(waits=waits, pauses=rows.pauses, pictures=pictures, pace=pace, news=news)
    messengers: dict[str, Messenger] = {name: LocalMessenger() for name in LOCAL}
    erasers: dict[str, Eraser] = {}
    reactors: dict[str, Reactor] = {}
    picture_sources: dict[str, PictureSource] = {}
    sources = SourceFolder(pictures)
    notifier = Notifier(notices=rows.notices, messengers=messengers, log=log)
    lists = WordLists(rows.words)
    rules = rules_of(rows, profile, settings)
    staff = Staff((settings.owners or "").split(","), rows.people)
    draw = Draw(
        admissions=rows.admissions,
        records=rows.records,
        tokens=tokens,
        profile=profile,
        pace=pace,
        bounds=bounds_of(settings),
        rules=rules,
        staff=staff,
        news=news,
        gate=Gate(admittance=rows.admittance, lists=lists),
        sources=sources,
        loras=loras,
    )
    cancel = Cancel(outcomes=rows.outcomes, records=rows.records, link=link, news=news)
    erasures = Erasures(
        removals=rows.removals,
        admissions=rows.admissions,
        erasers=erasers,
        notifier=notifier,
        log=log,
    )
    desks = desks_over(
        rows,
        settings,
        Crew(
            draw=draw,
            cancel=cancel,
            erasures=erasures,
            notifier=notifier,
            cards=cards,
            pictures=pictures,
            pace=pace,
            waits=waits,
            news=news,
            rules=rules,
            staff=staff,
            reactors=reactors,
            lists=lists,
            sources=sources,
            loras=loras,
            picture_sources=picture_sources,
        ),
        now_ms,
        log,
    )
    quiet = QuietMode(settings=rows.settings, reactors=reactors, log=log)
    return Core(
        profile=profile,
        news=news,
        pace=pace,
        admissions=rows.admissions,
        draw=draw,
        cancel=cancel,
        desk=desks.front,
        own_pictures=desks.data.own_pictures,
        dispatcher=_dispatcher(rows, link, pictures, pace, loras, news, log),
        deliverer=_deliverer(rows, messengers, quiet, cards, news, log),
        notifier=notifier,
        erasures=erasures,
        recovery=_recovery(rows, news, settings),
        exporter=desks.data.exporter,
        retention=desks.data.retention,
        fetcher=desks.fetcher,
        records=rows.records,
        pauses=rows.pauses,
        pictures=pictures,
        sources=sources,
        loras=loras,
        cards=cards,
        operator=desks.operator,
        overview=_overview(rows, link, cards, pace, rules),
        waits=waits,
        api_tokens=rows.api_tokens,
        program_jobs=rows.program_jobs,
        uploads=desks.data.uploads,
        sketches=link,
        engine_metrics=link,
        messengers=messengers,
        erasers=erasers,
        reactors=reactors,
        picture_sources=picture_sources,
    )


def _overview(
    rows: Store, link: LocalEngine, cards: Cards, pace: Pace, rules: RulesHere
) -> Overview:
    return Overview(
        gauge=link,
        figures=rows.figures,
        queue=rows.queue,
        records=rows.records,
        pauses=rows.pauses,
        pace=pace,
        jobs=JobView(cards=cards, clock=now_ms, rules=rules),
        clock=now_ms,
    )


def _dispatcher(
    rows: Store,
    link: LocalEngine,
    pictures: PictureFolder,
    pace: Pace,
    loras: Loras,
    news: News,
    log: Log,
) -> Dispatcher:
    return Dispatcher(
        link=link,
        rows=rows.jobs,
        outcomes=rows.outcomes,
        pictures=pictures,
        news=news,
        pace=pace,
        loras=loras,
        clock=now_ms,
        log=log,
    )


def _deliverer(
    rows: Store,
    messengers: dict[str, Messenger],
    quiet: QuietMode,
    cards: Cards,
    news: News,
    log: Log,
) -> Deliverer:
    return Deliverer(
        admissions=rows.admissions,
        deliveries=rows.deliveries,
        messengers=messengers,
        silent=LOCAL,
        quiet=quiet,
        cards=cards,
        news=news,
        clock=now_ms,
        log=log,
    )


def _recovery(rows: Store, news: News, settings: BotSettings) -> Recovery:
    return Recovery(
        rows=rows.jobs,
        outcomes=rows.outcomes,
        queue=rows.queue,
        news=news,
        clock=now_ms,
        queue_hours=settings.queue_hours,
    )
