"""ComfyUI's API, put together: every route twice, as ComfyUI has them."""

from dataclasses import dataclass

from fastapi import APIRouter

from bot.adapters.http_api.comfyui.about import About
from bot.adapters.http_api.comfyui.files import Files
from bot.adapters.http_api.comfyui.given import Loader
from bot.adapters.http_api.comfyui.hub import Hub
from bot.adapters.http_api.comfyui.narrator import Narrator
from bot.adapters.http_api.comfyui.nodes import node_classes
from bot.adapters.http_api.comfyui.prompts import Prompts
from bot.adapters.http_api.comfyui.queue import Queue
from bot.adapters.http_api.comfyui.socket import Sockets
from bot.adapters.http_api.comfyui.upload import Upload
from bot.adapters.http_api.comfyui.view import View
from bot.adapters.http_api.intake import Intake
from bot.adapters.http_api.pictures import Album
from bot.core.cancel import Cancel
from bot.core.cards import Cards
from bot.core.draw import Draw
from bot.core.log import Log
from bot.core.loras import Loras
from bot.core.news import News
from bot.core.picture_port import Pictures
from bot.core.ports import Admissions, Clock
from bot.core.program_jobs import ProgramJobs
from bot.core.sketches import Sketches
from bot.core.sources import Sources
from bot.core.uploads import Uploads
from engine.profiles import Profile

TAG = "comfyui"


@dataclass(frozen=True)
class ComfyUi:
    """The routes, and who must run behind them."""

    router: APIRouter
    narrator: Narrator
    hub: Hub


def comfyui(
    *,
    draw: Draw,
    cancel: Cancel,
    cards: Cards,
    admissions: Admissions,
    jobs: ProgramJobs,
    uploads: Uploads,
    sources: Sources,
    loras: Loras,
    news: News,
    album: Album,
    pictures: Pictures,
    intake: Intake,
    sketches: Sketches,
    profile: Profile,
    clock: Clock,
    log: Log,
) -> ComfyUi:
    """Wire it."""
    hub, classes = Hub(), node_classes(profile)
    files = Files(uploads=uploads, admissions=admissions, album=album)
    narrator = Narrator(
        jobs=jobs,
        admissions=admissions,
        news=news,
        album=album,
        sketches=sketches,
        hub=hub,
        clock=clock,
        log=log,
    )
    parts = (
        Prompts(
            draw=draw,
            jobs=jobs,
            loader=Loader(files=files, sources=sources),
            narrator=narrator,
            profile=profile,
            classes=classes,
        ),
        Queue(jobs=jobs, cancel=cancel, cards=cards),
        View(files=files, pictures=pictures),
        Upload(uploads=uploads, files=files, draw=draw, intake=intake),
        About(classes, profile, uploads, loras),
        Sockets(hub=hub, narrator=narrator),
    )
    routes = APIRouter(tags=[TAG])
    # In the schema once.
    for prefix, published in (("", True), ("/api", False)):
        for part in parts:
            routes.include_router(part.router(), prefix=prefix, include_in_schema=published)
    return ComfyUi(router=routes, narrator=narrator, hub=hub)
