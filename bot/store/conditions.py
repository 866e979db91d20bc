"""Conditions on rows, with literals: a planner takes a partial index only when it sees the same
literals in the query, so the indexes and the queries are made of the same ones."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, ColumnElement, literal_column
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from bot.core.generation import LIVE, Delivery, Forgotten, Outcome
from bot.core.quota import EntryKind

Columns = ReadOnlyColumnCollection[str, Column[Any]]


def _among(column: Column[Any], values: Iterable[StrEnum]) -> ColumnElement[bool]:
    return column.in_([literal_column(f"'{value}'") for value in sorted(values)])


def is_queued(row: Columns) -> ColumnElement[bool]:
    return row.outcome == literal_column("'queued'")


def is_running(row: Columns) -> ColumnElement[bool]:
    return row.outcome == literal_column("'running'")


def is_live(row: Columns) -> ColumnElement[bool]:
    return _among(row.outcome, LIVE)


def is_untold(row: Columns) -> ColumnElement[bool]:
    """Somebody still has to be told; live rows are, because delivery starts when they end."""
    return _among(row.delivery, (Delivery.PENDING, Delivery.SENDING))


def is_told(row: Columns) -> ColumnElement[bool]:
    """Nobody has to be told any more."""
    return _among(row.delivery, (Delivery.DONE, Delivery.UNDELIVERABLE))


def is_kept(row: Columns) -> ColumnElement[bool]:
    """Its words are there, and nobody has asked for it to be forgotten."""
    return row.forgotten.is_(None)


def is_leaving(row: Columns) -> ColumnElement[bool]:
    """Something of it is still to be deleted."""
    return _among(row.forgotten, (Forgotten.WANTED, Forgotten.FILES))


def starts_cooldown(row: Columns) -> ColumnElement[bool]:
    """It was accepted and has not come to nothing."""
    return _among(row.outcome, LIVE | {Outcome.FINISHED})


def was_dispatched(row: Columns) -> ColumnElement[bool]:
    return row.attempt >= literal_column("1")


def served_order(row: Columns) -> list[Column[Any]]:
    """The order in which QUEUED rows are served."""
    return [row.priority_class, row.tag, row.serial]


def is_reserve(row: Columns) -> ColumnElement[bool]:
    return row.kind == literal_column("'reserve'")


def is_grant(row: Columns) -> ColumnElement[bool]:
    return row.kind == literal_column("'grant'")


def is_ending(row: Columns) -> ColumnElement[bool]:
    """Of a reserve."""
    return _among(row.kind, (EntryKind.SETTLE, EntryKind.REFUND))
