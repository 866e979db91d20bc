"""Wires the core over a store and an engine link; processes differ in the adapters around it."""

import time
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from bot.adapters.local import LOCAL
from bot.core.admin.job_view import JobView
from bot.core.api_tokens import ApiTokens
from bot.core.cancel import Cancel
from bot.core.cards import Cards
from bot.core.deliver import Deliverer
from bot.core.dispatch import Dispatcher
from bot.core.draw import Draw
from bot.core.erase import Erasures
from bot.core.export import Exporter
from bot.core.fetch import Fetcher
from bot.core.figures import EngineMetrics
from bot.core.front_desk import FrontDesk
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
from bot.core.ports import Admissions, Records
from bot.core.program_jobs import ProgramJobs
from bot.core.quiet import QuietMode
from bot.core.recover import Recovery
from bot.core.retention import Retention
from bot.core.sketches import Sketches
from bot.core.sources import Sources
from bot.core.staff import Staff
from bot.core.uploads import Uploads
from bot.core.waits import Waits
from bot.crew import Crew
from bot.desk_wiring import desks_over
from bot.engine_place import engine_socket, loras_of, tokenizer_of
from bot.limits import bounds_of, quota_of, rules_of
from bot.links.local_engine import LocalEngine
from bot.links.tokenizer import CachedTokenizer
from bot.platforms import Platforms
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
    platforms: Platforms

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
    crew = _crew(settings, rows, link, tokens, profile, log)
    desks = desks_over(rows, settings, crew, now_ms, log)
    return Core(
        profile=profile,
        news=crew.news,
        pace=crew.pace,
        admissions=rows.admissions,
        draw=crew.draw,
        cancel=crew.cancel,
        desk=desks.front,
        own_pictures=desks.data.own_pictures,
        dispatcher=_dispatcher(rows, link, crew, log),
        deliverer=_deliverer(rows, crew, log),
        notifier=crew.notifier,
        erasures=crew.erasures,
        recovery=_recovery(rows, crew.news, settings),
        exporter=desks.data.exporter,
        retention=desks.data.retention,
        fetcher=desks.fetcher,
        records=rows.records,
        pauses=rows.pauses,
        pictures=crew.pictures,
        sources=crew.sources,
        loras=crew.loras,
        cards=crew.cards,
        operator=desks.operator,
        overview=_overview(rows, link, crew),
        waits=crew.waits,
        api_tokens=rows.api_tokens,
        program_jobs=rows.program_jobs,
        uploads=desks.data.uploads,
        sketches=link,
        engine_metrics=link,
        platforms=crew.platforms,
    )


def _crew(
    settings: BotSettings,
    rows: Store,
    link: LocalEngine,
    tokens: CachedTokenizer,
    profile: Profile,
    log: Log,
) -> Crew:
    news, pace, loras = News(), Pace(profile), loras_of(settings, profile)
    pictures = PictureFolder(settings.state_dir)
    waits = Waits(line=rows.admissions, pace=pace, news=news)
    platforms = Platforms()
    sources = SourceFolder(pictures)
    notifier = Notifier(notices=rows.notices, messengers=platforms.messengers, log=log)
    lists = WordLists(rows.words)
    rules = rules_of(rows, profile, settings)
    staff = Staff((settings.owners or "").split(","), rows.people)
    return Crew(
        draw=Draw(
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
        ),
        cancel=Cancel(outcomes=rows.outcomes, records=rows.records, link=link, news=news),
        erasures=Erasures(
            removals=rows.removals,
            admissions=rows.admissions,
            erasers=platforms.erasers,
            notifier=notifier,
            log=log,
        ),
        notifier=notifier,
        cards=Cards(waits=waits, pauses=rows.pauses, pictures=pictures, pace=pace, news=news),
        pictures=pictures,
        pace=pace,
        waits=waits,
        news=news,
        rules=rules,
        staff=staff,
        lists=lists,
        sources=sources,
        loras=loras,
        platforms=platforms,
    )


def _overview(rows: Store, link: LocalEngine, crew: Crew) -> Overview:
    return Overview(
        gauge=link,
        figures=rows.figures,
        queue=rows.queue,
        records=rows.records,
        pauses=rows.pauses,
        pace=crew.pace,
        jobs=JobView(cards=crew.cards, clock=now_ms, rules=crew.rules),
        clock=now_ms,
    )


def _dispatcher(rows: Store, link: LocalEngine, crew: Crew, log: Log) -> Dispatcher:
    return Dispatcher(
        link=link,
        rows=rows.jobs,
        outcomes=rows.outcomes,
        pictures=crew.pictures,
        news=crew.news,
        pace=crew.pace,
        loras=crew.loras,
        clock=now_ms,
        log=log,
    )


def _deliverer(rows: Store, crew: Crew, log: Log) -> Deliverer:
    return Deliverer(
        admissions=rows.admissions,
        deliveries=rows.deliveries,
        messengers=crew.platforms.messengers,
        silent=LOCAL,
        quiet=QuietMode(settings=rows.settings, reactors=crew.platforms.reactors, log=log),
        cards=crew.cards,
        news=crew.news,
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
