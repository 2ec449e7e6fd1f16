"""Summaries that an older release kept in another form or not at all: made for whoever asks, and bit by bit for good.

So a new form of the summary costs no wait at the start, however large the catalogue is: the step of the schema only
notes up to where rows are old, and they are made anew while the server serves.
"""

import logging
from collections.abc import Iterator, Sequence
from sqlite3 import Connection, Row
from typing import NamedTuple

import orjson

from server.catalogue.packing import unpack
from server.catalogue.query import Level
from server.catalogue.returned import is_ready, summary
from server.database.sqlite import Database
from server.dicom.attributes import tag
from server.dicom.dicomjson import Attributes

log = logging.getLogger("lightbox.catalogue")

_TOGETHER = 500
_TOLD_EVERY = 100_000
_LEVELS = {"study": Level.STUDY, "instance": Level.INSTANCE}
_KEPT = {
    "study": "SELECT study_key AS key, study_uid, attributes, summary FROM study WHERE study_key",
    "instance": "SELECT instance_key AS key, attributes, summary FROM instance WHERE instance_key",
}


def ready(database: Database, table: str, rows: Sequence[Row]) -> Iterator[tuple[Row, bytes]]:
    """The rows, which have the table's key and summary, each with a summary of today's form."""
    old = [row[f"{table}_key"] for row in rows if not is_ready(row["summary"])]
    if not old:
        yield from ((row, row["summary"]) for row in rows)
        return
    kept = database.read(f"{_KEPT[table]} IN (SELECT value FROM json_each(?))", (orjson.dumps(old).decode(),))
    made = {row["key"]: _made(table, row) for row in kept}
    for row in rows:
        found = row["summary"] if is_ready(row["summary"]) else made.get(row[f"{table}_key"])
        if found is not None:  # else it has just been withdrawn
            yield row, found


def fill(database: Database) -> bool:
    """Makes some hundreds of old summaries anew, for good; False when there are no more.

    What was done and how far it came are one transaction, so that whoever is killed has lost nothing.
    """
    open_yet = [_Open(*row) for row in database.read("SELECT part, after, last FROM old_summary ORDER BY part DESC")]
    if not open_yet:
        return False
    part, after, last = open_yet[0]
    rows = database.read(f"{_KEPT[part]} > ? AND {part}_key <= ? ORDER BY key LIMIT ?", (after, last, _TOGETHER))
    made = [(_made(part, row), row["key"], row["summary"]) for row in rows if not is_ready(row["summary"])]

    def write(connection: Connection) -> None:
        # what was deleted meanwhile, or is another by now, is left alone
        connection.executemany(f"UPDATE {part} SET summary = ? WHERE {part}_key = ? AND summary = ?", made)
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


def _made(table: str, row: Row) -> bytes:
    return summary(_LEVELS[table], unpack(row["attributes"]) if table == "instance" else _of_study(row))


def _of_study(row: Row) -> Attributes:
    attributes: Attributes = orjson.loads(row["attributes"])
    return attributes | {tag("StudyInstanceUID"): {"vr": "UI", "Value": [row["study_uid"]]}}


def _tell(part: str, before: int, done: int, last: int) -> None:
    if before // _TOLD_EVERY != done // _TOLD_EVERY or done >= last:
        log.warning("what is told of each %s is made anew: %d of %d", part, done, last)
