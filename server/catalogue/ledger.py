"""What the archived files do not say, told a second time beside the catalogue: whose they are, in which order they
came, what was deleted and by whom.

It lives among the records, which are backed up; the catalogue can be made anew from it and the files. A line is
written in the transaction of the audit record that goes before every answer, so it costs no wait of its own.
"""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import orjson

from server.catalogue.changes import Kind
from server.database.migrations import migrate
from server.database.sqlite import Database
from server.dicom.resources import InstanceRef

LINE = "number, at, kind, organisation, study_uid, series_uid, instance_uids, digests, withdrawal_number"
_WITHDRAWAL = "number, at, person_id, organisation, resource"
_DIGEST = 32


class CatalogueBehind(Exception):
    """The catalogue lacks what the ledger says was kept, so it is not the one that belongs to these records."""


@dataclass(frozen=True, slots=True)
class Line:
    """A change as the ledger tells it; `files` has each instance with its digest, [] where none was noted."""

    number: int
    at: int
    kind: Kind
    organisation: str
    files: tuple[tuple[InstanceRef, str], ...]
    withdrawal_number: int | None
    row: tuple[object, ...]


class Ledger:
    """The ledger in a database of records, or of a replica."""

    def __init__(self, database: Database) -> None:
        self._database = database
        migrate(database, "ledger", Path(__file__).parent / "ledger_schema")

    def note(self, connection: sqlite3.Connection, catalogue: Database) -> None:
        """Writes down what the catalogue has committed since, into the transaction of the records under way."""
        for table, columns, source in (("ledger", LINE, "change"), ("ledger_withdrawal", _WITHDRAWAL, "withdrawal")):
            last = connection.execute(f"SELECT coalesce(max(number), 0) AS number FROM {table}").fetchone()["number"]
            with closing(catalogue.stream(f"SELECT {columns} FROM {source} WHERE number > ?", (last,))) as rows:
                connection.executemany(_insertion(table, columns), map(tuple, rows))

    def catch_up(self, catalogue: Database) -> None:
        """Writes down what a crash may have left out; `CatalogueBehind` when it is the catalogue that lacks something.

        The catalogue commits first, so it can never lack what the ledger has, unless it was lost or put back.
        """
        newest = int(
            catalogue.read("SELECT coalesce(max(seq), 0) AS n FROM sqlite_sequence WHERE name = 'change'")[0]["n"]
        )
        if newest < self.last():
            raise CatalogueBehind(
                "the catalogue lacks changes that the records know of: it was lost, or an older copy was put back. "
                "`lightbox reindex` makes it anew from the files."
            )
        self._database.write(lambda connection: self.note(connection, catalogue))

    def last(self) -> int:
        """The number of the newest line, 0 when there is none."""
        return int(self._database.read("SELECT coalesce(max(number), 0) AS number FROM ledger")[0]["number"])

    def newest_at(self) -> int | None:
        """When the newest line was written, in ms since 1970."""
        rows = self._database.read("SELECT at FROM ledger ORDER BY number DESC LIMIT 1")
        return int(rows[0]["at"]) if rows else None

    def lines(self, after: int = 0, limit: int = -1) -> Iterator[Line]:
        """The lines after a number, in their order."""
        sql = f"SELECT {LINE} FROM ledger WHERE number > ? ORDER BY number LIMIT ?"
        for row in self._database.stream(sql, (after, limit)):
            yield _line(row)

    def withdrawals(self) -> dict[int, tuple[object, ...]]:
        """Every withdrawal that can still be put back, by its number, as the catalogue has it."""
        rows = self._database.read(f"SELECT {_WITHDRAWAL} FROM ledger_withdrawal WHERE NOT purged")
        return {row["number"]: tuple(row) for row in rows}

    def purged(self, before: int) -> None:
        """Withdrawals older than this can no longer be put back."""
        self._database.write(
            lambda connection: connection.execute("UPDATE ledger_withdrawal SET purged = 1 WHERE at < ?", (before,))
        )

    def every_withdrawal(self) -> list[tuple[object, ...]]:
        """All withdrawals as they are written, also those that were purged."""
        return [tuple(row) for row in self._database.read(f"SELECT {_WITHDRAWAL}, purged FROM ledger_withdrawal")]

    def copy(self, lines: Iterable[Line], withdrawals: Iterable[tuple[object, ...]]) -> None:
        """Takes over lines of another ledger, and withdrawals."""

        def write(connection: sqlite3.Connection) -> None:
            connection.executemany(_insertion("ledger", LINE), (line.row for line in lines))
            columns = f"{_WITHDRAWAL}, purged"
            connection.executemany(_insertion("ledger_withdrawal", columns, "OR REPLACE"), withdrawals)

        self._database.write(write)


def _insertion(table: str, columns: str, conflict: str = "OR IGNORE") -> str:
    marks = ", ".join("?" * (columns.count(",") + 1))
    return f"INSERT {conflict} INTO {table} ({columns}) VALUES ({marks})"


def _line(row: sqlite3.Row) -> Line:
    uids = orjson.loads(zlib.decompress(row["instance_uids"]))
    joined: bytes = row["digests"] or b""
    digests = [joined[start : start + _DIGEST].hex() for start in range(0, len(joined), _DIGEST)]
    refs = [InstanceRef(row["study_uid"], row["series_uid"], uid) for uid in uids]
    files = tuple(zip(refs, digests, strict=False))
    return Line(
        row["number"],
        row["at"],
        Kind(row["kind"]),
        row["organisation"],
        files,
        row["withdrawal_number"],
        tuple(row),
    )
