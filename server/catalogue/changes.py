"""What has changed in the catalogue, in order and numbered, for systems that follow along.

A change is written in the transaction that makes it, so a number that can be read stands for something that is so.
"""

import sqlite3
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import orjson

from server.database.sqlite import Database
from server.dicom.resources import InstanceRef


class Kind(StrEnum):
    """What became of the instances of a change."""

    STORED = "stored"
    DELETED = "deleted"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Change:
    """Instances of one series that were stored, deleted or restored together; `at` in ms since 1970."""

    number: int
    at: int
    kind: Kind
    study_uid: str
    series_uid: str
    instance_uids: tuple[str, ...]


def now() -> int:
    """Milliseconds since 1970, as the catalogue keeps times."""
    return time.time_ns() // 1_000_000


def note(connection: sqlite3.Connection, kind: Kind, organisation: str, refs: Sequence[InstanceRef], at: int) -> None:
    """Writes what happened to these instances, one change a series, into the transaction under way."""
    series: dict[tuple[str, str], list[str]] = {}
    for ref in refs:
        series.setdefault((ref.study_uid, ref.series_uid), []).append(ref.instance_uid)
    for (study_uid, series_uid), instance_uids in series.items():
        connection.execute(
            "INSERT INTO change (at, kind, organisation, study_uid, series_uid, instance_uids) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (at, kind, organisation, study_uid, series_uid, zlib.compress(orjson.dumps(instance_uids), 1)),
        )


def since(database: Database, number: int, organisations: Sequence[str], limit: int) -> list[Change]:
    """The changes after `number` in their order, of these organisations, `limit` at most."""
    rows = database.read(
        f"SELECT * FROM change WHERE number > ? AND organisation IN ({', '.join('?' * len(organisations))}) "
        "ORDER BY number LIMIT ?",
        (number, *organisations, limit),
    )
    return [
        Change(
            row["number"],
            row["at"],
            Kind(row["kind"]),
            row["study_uid"],
            row["series_uid"],
            tuple(orjson.loads(zlib.decompress(row["instance_uids"]))),
        )
        for row in rows
    ]


def latest(database: Database) -> int:
    """The number of the newest change, 0 when there is none."""
    return int(database.read("SELECT coalesce(max(number), 0) AS number FROM change")[0]["number"])
