"""A front desk over real rows, and what came of what was asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import structlog

from bot.core.admin.ask import Pointed
from bot.core.cancel import Cancel
from bot.core.cards import Cards
from bot.core.draw import Draw
from bot.core.erase import Erasures
from bot.core.fetch import Fetcher
from bot.core.front_desk import FrontDesk
from bot.core.generation import Address, Generation, Origin
from bot.core.group_rules import RulesHere, usual_rules
from bot.core.loras import Loras
from bot.core.messages import Mark, Notice, Toast
from bot.core.moderation.gate import Gate
from bot.core.moderation.word_lists import WordLists
from bot.core.news import News
from bot.core.notify import Notifier
from bot.core.pace import Pace
from bot.core.ports import Bounds
from bot.core.quota import QuotaDefaults
from bot.core.staff import IsAdmin, Staff
from bot.core.token_counter import TokenCount
from bot.core.waits import Waits
from bot.crew import Crew
from bot.data_wiring import DataService
from bot.desk_wiring import desks_over
from bot.platforms import Platforms
from bot.settings import BotSettings
from bot.store.database import Database
from bot.store.images import PictureFolder
from bot.store.sources import SourceFolder
from engine.profiles import profile_named
from tests.builders import spec
from tests.fakes.engine_link import FakeEngine
from tests.stores import Store, sqlite_url, store_over

CHAT = Address(platform="telegram", chat="-100", request_message="7")
ELSEWHERE = replace(CHAT, chat="-200")
ANNA, BORIS, ADMIN, OWNER = "telegram:1", "telegram:2", "telegram:5", "telegram:9"
FLEET = "telegram:8"
PROFILE = profile_named("demo")


class Unmoved:
    """A Reactor whose reactions nobody sees."""

    async def react(self, address: Address, mark: Mark) -> None:
        pass


class Letters:
    """A TokenCounter for which a letter is a token."""

    limit = 40

    def measure(self, prompt: str) -> TokenCount:
        return TokenCount(tokens=len(prompt), limit=self.limit, lost=prompt[self.limit :])


def said_to_be(admin: bool) -> IsAdmin:
    """What the platform says of whoever asks."""

    async def is_admin() -> bool:
        return admin

    return is_admin


def words(said: Toast | None) -> str:
    """What whoever asked is told."""
    assert said is not None
    return said.text


@dataclass
class Desk:
    """A front desk, and what came of what was asked."""

    desk: FrontDesk
    store: Store
    news: News
    pace: Pace
    pictures: PictureFolder
    erasures: Erasures
    cards: Cards
    engine: FakeEngine
    data: DataService
    fetcher: Fetcher
    drawer: Draw
    loras: Loras
    erasers: dict[str, Any]
    #: That hand out pictures.
    platforms: dict[str, Any]
    _events: int = 0

    def event(self) -> str:
        self._events += 1
        return f"telegram:4242:message:-100:{self._events}"

    def origin(
        self, *, by: str = ANNA, event: str | None = None, at: Address = CHAT, **more: Any
    ) -> Origin:
        return Origin(
            event_key=event or self.event(),
            requester=by,
            address=at,
            **{"locale": "zh", **more},
        )

    async def draw(self, text: str, *, by: str = ANNA, event: str | None = None) -> Generation:
        await self.desk.draw(self.origin(by=by, event=event), text)
        latest = await self.store.admissions.latest(by, CHAT.chat)
        assert latest is not None
        return latest

    async def drawn(self, count: int = 1, *, by: str = ANNA, **changes: Any) -> Generation:
        """A finished generation whose files lie on the disk and whose message stands."""
        asked = {"requester": by, "address": CHAT, "spec": spec(count=count), **changes}
        started = await self.store.running(**asked)
        pngs = [f"png {number}".encode() for number in range(1, count + 1)]
        paths, preview = await self.pictures.save(started, pngs, b"jpeg")
        assert await self.store.outcomes.finish(started.key, paths, preview)
        await self.store.deliveries.sending(started.id)
        await self.store.deliveries.record_status(started.id, f"{100 + self._events}")
        await self.store.deliveries.delivered(started.id)
        return await self.store.now(started)

    async def again(
        self,
        *,
        by: str = ANNA,
        generation_id: str | None = None,
        quiet: bool = False,
        event: str | None = None,
    ) -> str | None:
        origin = self.origin(by=by, event=event)
        said = await self.desk.again(origin, generation_id, None, quiet=quiet)
        return said.text if said else None

    async def cancel(
        self,
        *,
        by: str = ANNA,
        generation_id: str | None = None,
        all_: bool = False,
        quiet: bool = False,
        admin: bool = False,
        event: str | None = None,
        at: Address = CHAT,
    ) -> str | None:
        origin = self.origin(by=by, event=event, at=at)
        said = await self.desk.cancel(
            origin, generation_id, None, all_=all_, quiet=quiet, is_admin=said_to_be(admin)
        )
        return said.text if said else None

    async def manage(self, name: str, words: str = "", *, admin: bool = True, **about: Any) -> str:
        """What the chat is told."""
        for notice in await self.said():
            await self.store.notices.said(notice.event_key)
        pointed = Pointed(person=about.pop("of", None), message=about.pop("of_message", None))
        await self.desk.manage(
            self.origin(**{"by": ADMIN, **about}),
            name,
            words,
            pointed=pointed,
            is_admin=said_to_be(admin),
        )
        return (await self.said())[-1].text

    async def said(self) -> list[Notice]:
        return await self.store.unsaid()


@asynccontextmanager
async def desk_in(
    folder: Path,
    quota: QuotaDefaults | None = None,
    *,
    keep_days: int = 0,
    cooldown_s: int = 0,
) -> AsyncIterator[Desk]:
    async with Database(sqlite_url(folder / "zdraw.db")) as database:
        store = store_over(database, quota)
        news, pace, pictures = News(), Pace(PROFILE), PictureFolder(folder)
        engine, sources, loras = FakeEngine(), SourceFolder(pictures), Loras()
        bounds = Bounds(live_per_requester=3, live_in_all=100)
        usual = usual_rules(PROFILE, bounds, quota or QuotaDefaults(), cooldown_s)
        rules, staff = RulesHere(store.groups, usual), Staff([OWNER], store.people)
        lists = WordLists(store.words)
        draw = Draw(
            admissions=store.admissions,
            records=store.records,
            tokens=Letters(),
            profile=PROFILE,
            pace=pace,
            bounds=bounds,
            rules=rules,
            staff=staff,
            news=news,
            gate=Gate(admittance=store.admittance, lists=lists),
            sources=sources,
            loras=loras,
        )
        log = structlog.get_logger()
        platforms = Platforms(messengers={}, reactors={"telegram": Unmoved()})
        notifier = Notifier(notices=store.notices, messengers={}, log=log)
        waits = Waits(line=store.admissions, pace=pace, news=news)
        crew = Crew(
            draw=draw,
            cancel=Cancel(outcomes=store.outcomes, records=store.records, link=engine, news=news),
            erasures=Erasures(
                removals=store.removals,
                admissions=store.admissions,
                erasers=platforms.erasers,
                notifier=notifier,
                log=log,
            ),
            notifier=notifier,
            cards=Cards(waits=waits, pauses=store.pauses, pictures=pictures, pace=pace, news=news),
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
        settings = BotSettings(_env_file=None, state_dir=folder, keep_days=keep_days)
        desks = desks_over(store, settings, crew, store.clock, log)
        yield Desk(
            desks.front,
            store,
            news,
            pace,
            pictures,
            crew.erasures,
            crew.cards,
            engine,
            desks.data,
            desks.fetcher,
            draw,
            loras,
            platforms.erasers,
            platforms.picture_sources,
        )
