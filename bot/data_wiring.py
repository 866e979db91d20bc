"""Wires what people do with what is stored of them."""

from dataclasses import dataclass

from bot.core.answers import Answers
from bot.core.export import Exporter
from bot.core.forget import Forget
from bot.core.history_view import HistoryView
from bot.core.info_view import InfoView
from bot.core.log import Log
from bot.core.lookup import Lookup
from bot.core.my_data import MyData
from bot.core.own_pictures import OwnPictures
from bot.core.ports import Clock
from bot.core.retention import Retention
from bot.core.strays import Strays
from bot.core.uploads import Uploads
from bot.crew import Crew
from bot.settings import BotSettings
from bot.store.archives import ExportFolder
from bot.store.sources import SourceFolder
from bot.store.store import Store
from bot.store.upload_folder import UploadFolder


@dataclass(frozen=True, kw_only=True)
class DataService:
    """A desk, and the loops behind it."""

    desk: MyData
    own_pictures: OwnPictures
    exporter: Exporter
    retention: Retention
    uploads: Uploads


def data_service(
    settings: BotSettings,
    rows: Store,
    answers: Answers,
    lookup: Lookup,
    crew: Crew,
    *,
    clock: Clock,
    log: Log,
) -> DataService:
    archives = ExportFolder(settings.state_dir)
    exporter = Exporter(
        exports=rows.exports,
        belongings=rows.belongings,
        archives=archives,
        notifier=crew.notifier,
        log=log,
    )
    files = UploadFolder(crew.pictures)
    uploads = Uploads(files, rows.uploads, clock, keep_days=settings.keep_days)
    retention = Retention(
        forgetting=rows.forgetting,
        files=crew.pictures,
        exports=rows.exports,
        archives=archives,
        notices=rows.notices,
        uploads=uploads,
        strays=Strays({SourceFolder(crew.pictures): rows.sources, files: rows.uploads}, clock),
        keep_days=settings.keep_days,
        clock=clock,
        log=log,
    )
    info_view = InfoView(removals=rows.removals, clock=clock, rules=crew.rules)
    history_view = HistoryView(
        history=rows.history, removals=rows.removals, clock=clock, rules=crew.rules
    )
    return DataService(
        desk=MyData(
            answers=answers,
            lookup=lookup,
            history_view=history_view,
            info_view=info_view,
            exports=rows.exports,
            exporter=exporter,
            forget=Forget(
                history=rows.history,
                forgetting=rows.forgetting,
                errands=rows.errands,
                cancel=crew.cancel,
                lookup=lookup,
                retention=retention,
                uploads=uploads,
                log=log,
            ),
        ),
        own_pictures=OwnPictures(history=rows.history, lookup=lookup, info_view=info_view),
        exporter=exporter,
        retention=retention,
        uploads=uploads,
    )
