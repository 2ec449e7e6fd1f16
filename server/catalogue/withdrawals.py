"""Taking instances out of the catalogue so that nothing finds them, and for a time putting them back.

The bytes stay in the archive until a withdrawal is purged. Rows move as they are, so what is restored answers
as it did before.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from server.catalogue import changes
from server.catalogue.changes import Kind
from server.catalogue.entries import Entry, insert
from server.catalogue.packing import unpack
from server.catalogue.search import resource_condition
from server.database.sqlite import Database
from server.dicom.resources import InstanceRef, ResourceRef

_COPIED = "instance_uid, digest, size, transfer_syntax_uid, frames, image, not_renderable, instance.attributes"
_FROM = "study JOIN series USING (study_key) JOIN instance USING (series_key)"


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A study, series or instance that was taken out: by whom, when (ms since 1970), how many instances."""

    number: int
    at: int
    person_id: str
    organisation: str
    resource: str
    instances: int


def withdraw(database: Database, ref: ResourceRef, person_id: str) -> Withdrawal | None:
    """Takes a resource out of the catalogue in one transaction; None when there is nothing of it."""
    where, parameters = resource_condition(ref)

    def move(connection: sqlite3.Connection) -> Withdrawal | None:
        rows = connection.execute(
            f"SELECT organisation, study_key, series_key, study_uid, series_uid, instance_uid FROM {_FROM} "
            f"WHERE {where} ORDER BY instance_key",
            parameters,
        ).fetchall()
        if not rows:
            return None
        at, organisation = changes.now(), str(rows[0]["organisation"])
        number = connection.execute(
            "INSERT INTO withdrawal (at, person_id, organisation, resource) VALUES (?, ?, ?, ?)",
            (at, person_id, organisation, ref.path),
        ).lastrowid
        connection.execute(
            f"INSERT INTO withdrawn SELECT ?, study_uid, series_uid, {_COPIED} FROM {_FROM} WHERE {where} "
            "ORDER BY instance_key",  # so that what is restored keeps the order in which it came
            (number, *parameters),
        )
        _delete(connection, rows, where, parameters)
        refs = [InstanceRef(row["study_uid"], row["series_uid"], row["instance_uid"]) for row in rows]
        changes.note(connection, Kind.DELETED, organisation, refs, at)
        return Withdrawal(number or 0, at, person_id, organisation, ref.path, len(rows))

    return database.write(move)


def _delete(
    connection: sqlite3.Connection, rows: Sequence[sqlite3.Row], where: str, parameters: Sequence[object]
) -> None:
    """Deletes the instances, and the series and studies that have none left."""
    connection.execute(
        f"DELETE FROM instance WHERE instance_key IN (SELECT instance_key FROM {_FROM} WHERE {where})", parameters
    )
    for series_key in sorted({row["series_key"] for row in rows}):
        connection.execute(
            "DELETE FROM series WHERE series_key = ? AND NOT EXISTS "
            "(SELECT 1 FROM instance WHERE instance.series_key = series.series_key)",
            (series_key,),
        )
    for study_key in sorted({row["study_key"] for row in rows}):
        connection.execute(
            "DELETE FROM study WHERE study_key = ? AND NOT EXISTS "
            "(SELECT 1 FROM series WHERE series.study_key = study.study_key)",
            (study_key,),
        )


def withdrawals(database: Database, organisations: Sequence[str]) -> list[Withdrawal]:
    """What can still be put back, the newest first."""
    rows = database.read(
        "SELECT number, at, person_id, organisation, resource, count(instance_uid) AS instances "
        "FROM withdrawal JOIN withdrawn ON withdrawal_number = number "
        f"WHERE organisation IN ({', '.join('?' * len(organisations))}) GROUP BY number ORDER BY number DESC",
        tuple(organisations),
    )
    return [Withdrawal(*row) for row in rows]


def restore(database: Database, number: int) -> list[InstanceRef]:
    """Puts a withdrawal back in one transaction; answers the instances that are in the catalogue again.

    An instance that was stored anew with other bytes in the meantime stays as it is, and its withdrawn one withdrawn.
    """

    def put_back(connection: sqlite3.Connection) -> list[InstanceRef]:
        rows = connection.execute(
            "SELECT withdrawn.*, organisation FROM withdrawn JOIN withdrawal ON withdrawal_number = number "
            "WHERE number = ? ORDER BY withdrawn.rowid",
            (number,),
        ).fetchall()
        entries = [(_entry(row), row["attributes"]) for row in rows]
        digests = insert(connection, entries, Kind.RESTORED)
        back = [entry for entry, _ in entries if digests[entry.ref.instance_uid] == entry.digest]
        connection.executemany(
            "DELETE FROM withdrawn WHERE withdrawal_number = ? AND instance_uid = ?",
            [(number, entry.ref.instance_uid) for entry in back],
        )
        return [entry.ref for entry in back]

    return database.write(put_back)


def purge(database: Database, before: int) -> list[str]:
    """Forgets withdrawals older than `before` (ms since 1970); answers the digests of files that nobody needs now.

    They are remembered as doomed until `purged` says that the files are gone, whatever happens in between.
    """

    def forget(connection: sqlite3.Connection) -> list[str]:
        old = "(SELECT number FROM withdrawal WHERE at < ?)"
        connection.execute(
            f"INSERT OR IGNORE INTO doomed SELECT digest FROM withdrawn WHERE withdrawal_number IN {old}", (before,)
        )
        connection.execute(f"DELETE FROM withdrawn WHERE withdrawal_number IN {old}", (before,))
        connection.execute("DELETE FROM withdrawal WHERE at < ?", (before,))
        connection.execute(
            "DELETE FROM doomed WHERE digest IN (SELECT digest FROM instance) "
            "OR digest IN (SELECT digest FROM withdrawn)"
        )
        return [row["digest"] for row in connection.execute("SELECT digest FROM doomed")]

    return database.write(forget)


def purged(database: Database, digests: Sequence[str]) -> None:
    """The files with these digests are gone."""
    database.write(
        lambda connection: connection.executemany(
            "DELETE FROM doomed WHERE digest = ?", [(digest,) for digest in digests]
        )
    )


def _entry(row: sqlite3.Row) -> Entry:
    return Entry(
        ref=InstanceRef(row["study_uid"], row["series_uid"], row["instance_uid"]),
        organisation=row["organisation"],
        digest=row["digest"],
        size=row["size"],
        transfer_syntax_uid=row["transfer_syntax_uid"],
        attributes=unpack(row["attributes"]),
        frames=row["frames"] and orjson.loads(row["frames"]),
        image=row["image"] and orjson.loads(row["image"]),
        not_renderable=row["not_renderable"],
    )
