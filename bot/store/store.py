"""The whole store over one database, by what it is used for."""

from dataclasses import dataclass

from bot.core.ports import Clock
from bot.core.quota import QuotaDefaults
from bot.store.accounts import Accounts
from bot.store.acts import SqlActs
from bot.store.admittance import SqlAdmittance
from bot.store.api_tokens import SqlApiTokens
from bot.store.bans import SqlBans
from bot.store.belongings import SqlBelongings
from bot.store.books import Books
from bot.store.chat_moves import SqlChatMoves
from bot.store.chats import SqlChatSettings
from bot.store.database import Database
from bot.store.deliveries import SqlDeliveries
from bot.store.errands import SqlErrands
from bot.store.exports import SqlExports
from bot.store.figures import SqlFigures
from bot.store.forgetting import SqlForgetting
from bot.store.generations import SqlAdmissions
from bot.store.group_queue import SqlGroupQueue
from bot.store.groups import SqlGroups
from bot.store.history import SqlHistory
from bot.store.job_rows import SqlJobRows
from bot.store.ledger import SqlLedger
from bot.store.notices import SqlNotices
from bot.store.outcomes import SqlOutcomes
from bot.store.pauses import SqlPauses
from bot.store.people import SqlPeople
from bot.store.places import SqlPlaces
from bot.store.program_jobs import SqlProgramJobs
from bot.store.records import SqlRecords
from bot.store.removals import SqlRemovals
from bot.store.source_rows import SqlSourceRows
from bot.store.uploads import SqlUploads
from bot.store.words import SqlWords


@dataclass(frozen=True, kw_only=True)
class Store:
    """Each implements the port of its name."""

    admissions: SqlAdmissions
    records: SqlRecords
    jobs: SqlJobRows
    outcomes: SqlOutcomes
    deliveries: SqlDeliveries
    notices: SqlNotices
    removals: SqlRemovals
    settings: SqlChatSettings
    moves: SqlChatMoves
    ledger: SqlLedger
    acts: SqlActs
    people: SqlPeople
    admittance: SqlAdmittance
    bans: SqlBans
    places: SqlPlaces
    words: SqlWords
    api_tokens: SqlApiTokens
    program_jobs: SqlProgramJobs
    pauses: SqlPauses
    queue: SqlGroupQueue
    history: SqlHistory
    forgetting: SqlForgetting
    exports: SqlExports
    errands: SqlErrands
    sources: SqlSourceRows
    uploads: SqlUploads
    belongings: SqlBelongings
    groups: SqlGroups
    figures: SqlFigures


def store_in(
    database: Database, clock: Clock, defaults: QuotaDefaults, places_each: int | None = None
) -> Store:
    """`places_each`: see SqlJobRows."""
    accounts = Accounts(clock, defaults)
    books = Books(clock, accounts)
    return Store(
        admissions=SqlAdmissions(database, clock, books),
        records=SqlRecords(database),
        jobs=SqlJobRows(database, clock, places_each),
        outcomes=SqlOutcomes(database, clock, books),
        deliveries=SqlDeliveries(database, clock, books),
        notices=SqlNotices(database, clock),
        removals=SqlRemovals(database, clock, books),
        settings=SqlChatSettings(database, clock),
        moves=SqlChatMoves(database, clock),
        ledger=SqlLedger(database, accounts, clock),
        acts=SqlActs(database),
        people=SqlPeople(database, clock),
        admittance=SqlAdmittance(database, clock, accounts),
        bans=SqlBans(database, clock, books),
        places=SqlPlaces(database, clock),
        words=SqlWords(database, clock),
        api_tokens=SqlApiTokens(database, clock),
        program_jobs=SqlProgramJobs(database),
        pauses=SqlPauses(database, clock),
        queue=SqlGroupQueue(database, clock, books),
        history=SqlHistory(database),
        forgetting=SqlForgetting(database, clock),
        exports=SqlExports(database, clock),
        errands=SqlErrands(database, clock),
        sources=SqlSourceRows(database),
        uploads=SqlUploads(database, clock),
        belongings=SqlBelongings(database),
        groups=SqlGroups(database, clock),
        figures=SqlFigures(database),
    )
