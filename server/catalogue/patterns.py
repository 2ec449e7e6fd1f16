"""Wild cards on indexed columns: few matches are taken from the index, many are met soon on the way by date (ADR 14).

Nothing is known of how many there are until some have been taken.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from math import isqrt

import orjson

from server.catalogue.conditions import Pattern, Term
from server.catalogue.matching import Condition
from server.catalogue.query import Level, Query
from server.database.sqlite import Database

BY_DATE = "study.study_date DESC, study.study_time DESC, study.study_uid"
"""The order of studies in an answer."""

_ROWS_A_LOOKUP = 8
"""Rows of the index by date that are passed over in the time that it takes to look up one study by its key."""

_ROWS_AN_ENTRY = 2
"""The same for an entry of an index that has all that orders the answer, so that nothing is looked up."""


def settled(
    database: Database, query: Query, wanted: Condition, organisations: Sequence[str]
) -> tuple[list[sqlite3.Row] | None, Condition]:
    """The condition with every pattern in the better of its two ways; or at once the page and a row more.

    The page is known where a name is all that is asked of studies, and few have it.
    """
    if not wanted.patterns:
        return None, wanted
    if query.level == Level.STUDY and wanted.is_one_pattern and wanted.patterns[0].is_dated:
        few = _few(database, query, _ROWS_AN_ENTRY)
        page = _page(database, query, wanted.patterns[0], organisations, few)
        return page, _with(wanted, [wanted.patterns[0].each])
    few = _few(database, query, _ROWS_A_LOOKUP)
    return None, _with(wanted, [_better(database, pattern, few) for pattern in wanted.patterns])


def _page(
    database: Database, query: Query, pattern: Pattern, organisations: Sequence[str], few: int
) -> list[sqlite3.Row] | None:
    """The page and a row more from entries of the index alone, which has all that orders them; None for too many."""
    scope = f"organisation IN ({', '.join('?' * len(organisations))})"
    mine = [(f"{sql} AND {scope}", [*values, *organisations]) for sql, values in pattern.by_index]
    sql, values = _selected("study_key, study_uid, study_date, study_time", mine)
    page = database.read(
        f"WITH found AS MATERIALIZED ({sql} LIMIT ?) "
        "SELECT study_key, study_uid, (SELECT count(*) FROM found) AS number FROM found AS study "
        f"ORDER BY {BY_DATE} LIMIT ? OFFSET ?",
        (*values, few + 1, query.limit + 1, query.offset),
    )
    return page if not page or page[0]["number"] <= few else None


def _better(database: Database, pattern: Pattern, few: int) -> Term:
    sql, values = _selected("study_key", pattern.by_index)
    keys = [row["study_key"] for row in database.read(f"{sql} LIMIT ?", (*values, few + 1))]
    if len(keys) > few:
        return pattern.each
    return "study.study_key IN (SELECT value FROM json_each(?))", [orjson.dumps(keys).decode()]


def _with(wanted: Condition, terms: Sequence[Term]) -> Condition:
    """The condition with these in the place of its patterns."""
    return replace(
        wanted,
        sql=" AND ".join([wanted.sql, *(sql for sql, _ in terms)]),
        parameters=(*wanted.parameters, *(value for _, values in terms for value in values)),
        patterns=(),
    )


def _selected(columns: str, conditions: Sequence[Term]) -> Term:
    """These columns of the studies that meet one of the conditions."""
    sql = " UNION ALL ".join(f"SELECT {columns} FROM study WHERE {condition}" for condition, _ in conditions)
    return sql, [value for _, values in conditions for value in values]


def _few(database: Database, query: Query, rows: int) -> int:
    """How many matches cost as much to take one by one as it costs to meet the wanted ones on the way by date.

    One is taken in the time that `rows` are passed over: m of them cost as much as wanted / m of all studies passed
    over, when they lie evenly. Never less than is wanted.
    """
    wanted = query.offset + query.limit + 1
    studies = database.read("SELECT max(study_key) AS last FROM study")[0]["last"] or 0
    return max(wanted, isqrt(wanted * studies // rows))
