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
Condition = tuple[str, tuple[str, ...]]

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
    condition = resource_condition(ref)

    def move(connection: sqlite3.Connection) -> Withdrawal | None:
        rows = _rows(connection, condition)
        if not rows:
            return None
        at, organisation = changes.now(), str(rows[0]["organisation"])
        number = connection.execute(
            "INSERT INTO withdrawal (at, person_id, organisation, resource) VALUES (?, ?, ?, ?)",
            (at, person_id, organisation, ref.path),
        ).lastrowid
        _take_out(connection, number or 0, rows, condition)
        affected = [
            (InstanceRef(row["study_uid"], row["series_uid"], row["instance_uid"]), str(row["digest"])) for row in rows
        ]
        changes.note(connection, Kind.DELETED, organisation, affected, at, number)
        return Withdrawal(number or 0, at, person_id, organisation, ref.path, len(rows))

    return database.write(move)


def withdraw_again(
    connection: sqlite3.Connection, withdrawal: tuple[object, ...], instance_uids: Sequence[str]
) -> None:
    """Takes instances out as the ledger tells that it happened, into the transaction under way."""
    connection.execute("INSERT OR IGNORE INTO withdrawal VALUES (?, ?, ?, ?, ?)", withdrawal)
    condition = f"instance_uid IN ({', '.join('?' * len(instance_uids))})", tuple(instance_uids)
    number = withdrawal[0]
    _take_out(connection, number if isinstance(number, int) else 0, _rows(connection, condition), condition)


def _rows(connection: sqlite3.Connection, condition: Condition) -> list[sqlite3.Row]:
    where, parameters = condition
    return connection.execute(
        "SELECT organisation, study_key, series_key, study_uid, series_uid, instance_uid, digest "
        f"FROM {_FROM} WHERE {where} ORDER BY instance_key",
        parameters,
    ).fetchall()


def _take_out(connection: sqlite3.Connection, number: int, rows: Sequence[sqlite3.Row], condition: Condition) -> None:
    """Moves the rows of a condition to a withdrawal."""
    where, parameters = condition
    connection.execute(
        f"INSERT INTO withdrawn SELECT ?, study_uid, series_uid, {_COPIED} FROM {_FROM} WHERE {where} "
        "ORDER BY instance_key",  # so that what is restored keeps the order in which it came
        (number, *parameters),
    )
    _delete(connection, rows, where, parameters)


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

    return database.write(lambda connection: put_back(connection, number))


def put_back(connection: sqlite3.Connection, number: int, at: int | None = None) -> list[InstanceRef]:
    """Restores into the transaction under way; `at` is when it happened where the ledger tells it again."""
    rows = connection.execute(
        "SELECT withdrawn.*, organisation FROM withdrawn JOIN withdrawal ON withdrawal_number = number "
        "WHERE number = ? ORDER BY withdrawn.rowid",
        (number,),
    ).fetchall()
    entries = [(_entry(row), row["attributes"]) for row in rows]
    digests = insert(connection, entries, Kind.RESTORED, at, number)
    back = [entry for entry, _ in entries if digests[entry.ref.instance_uid] == entry.digest]
    connection.executemany(
        "DELETE FROM withdrawn WHERE withdrawal_number = ? AND instance_uid = ?",
        [(number, entry.ref.instance_uid) for entry in back],
    )
    return [entry.ref for entry in back]


def purge(database: Database, before: int) -> list[str]:
    """Forgets withdrawals older than `before` (ms since 1970); answers the digests of files that nobody needs now.

    They are remembered as doomed until `purged` says that the files are gone, whatever happens in between.
    """

    def let_go(connection: sqlite3.Connection) -> list[str]:
        old = connection.execute("SELECT number FROM withdrawal WHERE at < ?", (before,)).fetchall()
        return forget(connection, [row["number"] for row in old])

    return database.write(let_go)


def forget(connection: sqlite3.Connection, numbers: Sequence[int]) -> list[str]:
    """Forgets withdrawals in the transaction under way; answers the digests of all files that are doomed."""
    some, parameters = "(SELECT value FROM json_each(?))", (orjson.dumps(list(numbers)).decode(),)
    connection.execute(
        f"INSERT OR IGNORE INTO doomed SELECT digest FROM withdrawn WHERE withdrawal_number IN {some}", parameters
    )
    connection.execute(f"DELETE FROM withdrawn WHERE withdrawal_number IN {some}", parameters)
    connection.execute(f"DELETE FROM withdrawal WHERE number IN {some}", parameters)
    connection.execute(
        "DELETE FROM doomed WHERE digest IN (SELECT digest FROM instance) OR digest IN (SELECT digest FROM withdrawn)"
    )
    return [row["digest"] for row in connection.execute("SELECT digest FROM doomed")]


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
        frames=row["frames"],
        image=row["image"],
        not_renderable=row["not_renderable"],
    )
