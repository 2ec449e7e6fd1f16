"""Summaries that an older release kept in another form or not at all: made for whoever asks, and bit by bit for good.

So a new form of the summary costs no wait at the start, however large the catalogue is: the step of the schema only
notes up to where rows are old, and they are made anew while the server serves.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from sqlite3 import Connection, Row
from typing import NamedTuple

import orjson

from server.catalogue.packing import unpack
from server.catalogue.query import Level
from server.catalogue.returned import is_ready, joined, stack, summary
from server.database.sqlite import Database
from server.dicom.attributes import tag
from server.dicom.dicomjson import Attributes

log = logging.getLogger("lightbox.catalogue")

_TOGETHER = 500
_TOLD_EVERY = 100_000
_FORMS: Mapping[str, Mapping[str, Callable[[Attributes], bytes]]] = {
    "study": {"summary": partial(summary, Level.STUDY)},
    "instance": {"summary": partial(summary, Level.INSTANCE), "stack": stack},
}
"""What is kept ready of each, by its column, and what makes it."""

_KEPT = {
    "study": "SELECT study_key AS key, study_uid, attributes, summary FROM study WHERE study_key",
    "instance": "SELECT instance_key AS key, attributes, summary, stack FROM instance WHERE instance_key",
}


def ready(
    database: Database, table: str, rows: Sequence[Row], columns: Sequence[str] = ("summary",)
) -> dict[int, bytes]:
    """By its key what each row tells, as one JSON object of today's form; one that has just been withdrawn is left out.

    The rows begin with the table's key and these columns. Of several columns the attributes are in no order.
    """
    end = 1 + len(columns)
    told = {row[0]: joined(row[1:end]) for row in rows if not _is_old(row[1:end])}
    if old := [row[0] for row in rows if row[0] not in told]:
        kept = database.read(f"{_KEPT[table]} IN (SELECT value FROM json_each(?))", (orjson.dumps(old).decode(),))
        for row in kept:
            made = _made(table, row)
            told[row["key"]] = joined([made[column] for column in columns])
    return told


def fill(database: Database) -> bool:
    """Makes some hundreds of old summaries anew, for good; False when there are no more.

    What was done and how far it came are one transaction, so that whoever is killed has lost nothing.
    """
    open_yet = [_Open(*row) for row in database.read("SELECT part, after, last FROM old_summary ORDER BY part DESC")]
    if not open_yet:
        return False
    part, after, last = open_yet[0]
    rows = database.read(f"{_KEPT[part]} > ? AND {part}_key <= ? ORDER BY key LIMIT ?", (after, last, _TOGETHER))
    columns = list(_FORMS[part])
    made = [
        (*_made(part, row).values(), row["key"], row["summary"])
        for row in rows
        if _is_old([row[column] for column in columns])
    ]
    sql = f"UPDATE {part} SET {', '.join(f'{column} = ?' for column in columns)} WHERE {part}_key = ? AND summary = ?"

    def write(connection: Connection) -> None:
        # what was deleted meanwhile, or is another by now, is left alone
        connection.executemany(sql, made)
        if len(rows) == _TOGETHER:
            connection.execute("UPDATE old_summary SET after = ? WHERE part = ?", (rows[-1]["key"], part))
        else:
            connection.execute("DELETE FROM old_summary WHERE part = ?", (part,))

    database.write(write)
    _tell(part, after, rows[-1]["key"] if rows else last, last)
    return True


class _Open(NamedTuple):
    """Rows of a table whose summaries may be old: those with keys after one and up to another."""

    part: str
    after: int
    last: int


def _is_old(forms: Sequence[bytes | None]) -> bool:
    """Whether any of what is kept of a row, the summary first, is of an older form or missing."""
    return not is_ready(forms[0]) or None in forms


def _made(table: str, row: Row) -> Mapping[str, bytes]:
    """What is kept ready of a row, by its column."""
    attributes = unpack(row["attributes"]) if table == "instance" else _of_study(row)
    return {column: make(attributes) for column, make in _FORMS[table].items()}


def _of_study(row: Row) -> Attributes:
    attributes: Attributes = orjson.loads(row["attributes"])
    return attributes | {tag("StudyInstanceUID"): {"vr": "UI", "Value": [row["study_uid"]]}}


def _tell(part: str, before: int, done: int, last: int) -> None:
    if before // _TOLD_EVERY != done // _TOLD_EVERY or done >= last:
        log.warning("what is told of each %s is made anew: %d of %d", part, done, last)
