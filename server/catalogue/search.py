"""Reading the catalogue: searches at the three levels, and where an instance's bytes and attributes are."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import orjson

from server.catalogue.answers import Answers
from server.catalogue.matching import Condition, condition
from server.catalogue.packing import unpack
from server.catalogue.patterns import BY_DATE, settled
from server.catalogue.query import Found, Level, Query
from server.database.sqlite import Database
from server.dicom.resources import InstanceRef, ResourceRef, SeriesRef
from server.errors import TooLarge

MOST_EXAMINED = 200_000
"""Rows that one search looks at, where a key is no column."""

_NAMES = {Level.STUDY: "study", Level.SERIES: "series", Level.INSTANCE: "instance"}
_JOINED = {
    Level.STUDY: "1 = 1",
    Level.SERIES: "series.study_key = study.study_key",
    Level.INSTANCE: "series.study_key = study.study_key AND instance.series_key = series.series_key",
}
_ORDER = {
    Level.STUDY: BY_DATE,
    Level.SERIES: f"{BY_DATE}, series_number, series.series_uid",
    Level.INSTANCE: f"{BY_DATE}, series_number, series.series_uid, instance_number, instance.instance_uid",
}


def search(
    database: Database, query: Query, organisations: Sequence[str], root: str, most_examined: int = MOST_EXAMINED
) -> Found:
    """Runs a query over what belongs to `organisations`; `root` is the DICOMweb root for Retrieve URLs.

    `TooLarge` when a key without a column would have more than `most_examined` rows looked at (PS3.18 10.6.3).
    """
    wanted = condition(query)
    answers = Answers(database, query, wanted.demands, organisations, root)
    rows, wanted = settled(database, query, wanted, organisations)
    if rows is None and wanted.rest:
        rows = _examined(database, query, wanted, answers, organisations, most_examined)
    elif rows is None:
        sql, parameters = _statement(query, wanted, organisations, answers.columns)
        rows = database.read(f"{sql} LIMIT ? OFFSET ?", (*parameters, query.limit + 1, query.offset))
    return Found(answers.of(rows[: query.limit]), len(rows) > query.limit, wanted.unmatched)


def _statement(
    query: Query, wanted: Condition, organisations: Sequence[str], columns: str
) -> tuple[str, tuple[object, ...]]:
    """The search in the order of its answer.

    Studies come first, by their date, so that a page is found without sorting all there is; unless columns of series
    or instances narrow it, when SQL may choose. A cross join is one that SQLite does not turn round.
    """
    joint = ", " if wanted.from_below else " CROSS JOIN "
    tables = joint.join(_NAMES[level] for level in Level if level <= query.level)
    scope = f"study.organisation IN ({', '.join('?' * len(organisations))})"
    sql = (
        f"SELECT {columns} FROM {tables} WHERE {_JOINED[query.level]} AND {scope} AND {wanted.sql} "
        f"ORDER BY {_ORDER[query.level]}"
    )
    return sql, (*organisations, *wanted.parameters)


def _examined(
    database: Database, query: Query, wanted: Condition, answers: Answers, organisations: Sequence[str], most: int
) -> list[sqlite3.Row]:
    """The rows of the page and one more, found by a look at each that SQL finds, in the order of the answer."""
    kept = "".join(f", {table}.attributes AS {table}_kept" for table in map(_NAMES.get, wanted.rest))
    sql, parameters = _statement(query, wanted, organisations, answers.columns + kept)
    meets = _row_test(wanted)
    page: list[sqlite3.Row] = []
    skipped = 0
    with closing(database.stream(sql, parameters)) as rows:
        for number, row in enumerate(rows):
            if number == most:
                raise TooLarge(
                    "The search is too broad: add a key that is indexed, such as PatientID, StudyDate or a UID.",
                    limit=most,
                )
            if not meets(row):
                continue
            if skipped < query.offset:
                skipped += 1
                continue
            page.append(row)
            if len(page) > query.limit:
                break
    return page


def _row_test(wanted: Condition) -> Callable[[sqlite3.Row], bool]:
    """Whether a row meets what SQL could not say; a study or series is looked at once, since its rows are together."""
    known: dict[Level, tuple[int, bool]] = {}

    def meets(row: sqlite3.Row, level: Level) -> bool:
        kept = row[f"{_NAMES[level]}_kept"]
        if level == Level.INSTANCE:
            return wanted.rest[level](unpack(kept))
        key = row[f"{_NAMES[level]}_key"]
        if level not in known or known[level][0] != key:
            known[level] = (key, wanted.rest[level](orjson.loads(kept)))
        return known[level][1]

    return lambda row: all(meets(row, level) for level in wanted.rest)


@dataclass(frozen=True, slots=True)
class Located:
    """An instance as the catalogue knows it: whose it is, which file holds it, and how to cut and draw it.

    `frames` and `image` are JSON as it was catalogued, to be read by whoever needs them; `stored_at` is in ms
    since 1970.
    """

    ref: InstanceRef
    organisation: str
    digest: str
    size: int
    transfer_syntax_uid: str
    frames: str | None
    image: str | None
    not_renderable: str | None
    stored_at: int


def locate(database: Database, ref: ResourceRef) -> list[Located]:
    """Every instance of a study or series, or the one named, in series and instance order; [] when none."""
    where, parameters = resource_condition(ref)
    rows = database.read(
        "SELECT study_uid, series_uid, instance_uid, organisation, digest, size, transfer_syntax_uid, frames, image, "
        "not_renderable, stored_at FROM study JOIN series USING (study_key) JOIN instance USING (series_key) "
        f"WHERE {where} ORDER BY series_number, series_uid, instance_number, instance_uid",
        parameters,
    )
    return [
        Located(
            InstanceRef(row["study_uid"], row["series_uid"], row["instance_uid"]),
            row["organisation"],
            row["digest"],
            row["size"],
            row["transfer_syntax_uid"],
            row["frames"],
            row["image"],
            row["not_renderable"],
            row["stored_at"],
        )
        for row in rows
    ]


def organisation_of(database: Database, study_uid: str) -> str | None:
    """Whose study it is; None when there is no such study."""
    rows = database.read("SELECT organisation FROM study WHERE study_uid = ?", (study_uid,))
    return str(rows[0]["organisation"]) if rows else None


def resource_condition(ref: ResourceRef) -> tuple[str, tuple[str, ...]]:
    """The SQL condition that a resource's rows meet, over the joined tables, and its parameters."""
    if isinstance(ref, InstanceRef):
        where = "study_uid = ? AND series_uid = ? AND instance_uid = ?"
        return where, (ref.study_uid, ref.series_uid, ref.instance_uid)
    if isinstance(ref, SeriesRef):
        return "study_uid = ? AND series_uid = ?", (ref.study_uid, ref.series_uid)
    return "study_uid = ?", (ref.study_uid,)
