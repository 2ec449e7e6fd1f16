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


Affected = tuple[InstanceRef, str]
"""An instance that a change is about, and the digest of its file."""


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


def note(
    connection: sqlite3.Connection,
    kind: Kind,
    organisation: str,
    affected: Sequence[Affected],
    at: int,
    withdrawal_number: int | None = None,
) -> None:
    """Writes what happened to these instances, one change a series, into the transaction under way."""
    series: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for ref, digest in affected:
        series.setdefault((ref.study_uid, ref.series_uid), []).append((ref.instance_uid, digest))
    for (study_uid, series_uid), instances in series.items():
        uids = zlib.compress(orjson.dumps([instance_uid for instance_uid, _ in instances]), 1)
        digests = b"".join(bytes.fromhex(digest) for _, digest in instances)
        connection.execute(
            "INSERT INTO change (at, kind, organisation, study_uid, series_uid, instance_uids, digests, "
            "withdrawal_number) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (at, kind, organisation, study_uid, series_uid, uids, digests, withdrawal_number),
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
