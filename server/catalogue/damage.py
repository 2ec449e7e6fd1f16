"""Which archived files were found damaged or missing, until they are whole again."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.catalogue import changes
from server.database.sqlite import Database


@dataclass(frozen=True, slots=True)
class Damage:
    """A fault of one file: `damaged` or `missing`, and the instances that it holds the bytes of."""

    digest: str
    fault: str
    instance_uids: tuple[str, ...]


def flag(database: Database, digest: str, fault: str) -> None:
    """Remembers a fault."""
    row = (digest, changes.now(), fault)
    database.write(lambda connection: connection.execute("INSERT OR REPLACE INTO damaged VALUES (?, ?, ?)", row))


def clear(database: Database, digests: Sequence[str]) -> None:
    """Forgets the faults of files that are whole."""
    rows = [(digest,) for digest in digests]
    database.write(lambda connection: connection.executemany("DELETE FROM damaged WHERE digest = ?", rows))


def flagged(database: Database) -> list[Damage]:
    """Every fault there is, of files that are still needed."""
    rows = database.read("SELECT digest, fault FROM damaged ORDER BY found_at, digest")
    found = [Damage(row["digest"], row["fault"], instances_of(database, row["digest"])) for row in rows]
    return [damage for damage in found if damage.instance_uids]


def instances_of(database: Database, digest: str) -> tuple[str, ...]:
    """The instances, deleted ones that can be restored too, whose bytes a file holds."""
    rows = database.read(
        "SELECT instance_uid FROM instance WHERE digest = ? UNION "
        "SELECT instance_uid FROM withdrawn WHERE digest = ? ORDER BY 1",
        (digest, digest),
    )
    return tuple(row["instance_uid"] for row in rows)


def needed(database: Database, prefix: str) -> set[str]:
    """The digests beginning with `prefix` whose files must be there."""
    return _beginning(database, ("instance", "withdrawn"), prefix)


def known(database: Database, prefix: str) -> set[str]:
    """The digests beginning with `prefix` whose files may be there: needed, or about to be let go of."""
    return _beginning(database, ("instance", "withdrawn", "doomed"), prefix)


def _beginning(database: Database, tables: Sequence[str], prefix: str) -> set[str]:
    """Asked of each table by itself, so that its index is used; `g` comes after every hexadecimal digit."""
    found: set[str] = set()
    for table in tables:
        sql = f"SELECT digest FROM {table} WHERE digest >= ? AND digest < ?"
        found.update(row["digest"] for row in database.read(sql, (prefix, f"{prefix}g")))
    return found
