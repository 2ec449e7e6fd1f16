"""Which archived files were found damaged or missing, until they are whole again."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.catalogue import changes
from server.database.sqlite import Database

_NAMED = "SELECT instance_uid, digest FROM instance UNION SELECT instance_uid, digest FROM withdrawn"


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
    rows = database.read(f"SELECT DISTINCT instance_uid FROM ({_NAMED}) WHERE digest = ? ORDER BY 1", (digest,))
    return tuple(row["instance_uid"] for row in rows)


def needed(database: Database, prefix: str) -> set[str]:
    """The digests beginning with `prefix` whose files must be there."""
    return _beginning(database, "SELECT digest FROM instance UNION SELECT digest FROM withdrawn", prefix)


def known(database: Database, prefix: str) -> set[str]:
    """The digests beginning with `prefix` whose files may be there: needed, or about to be let go of."""
    return needed(database, prefix) | _beginning(database, "SELECT digest FROM doomed", prefix)


def _beginning(database: Database, select: str, prefix: str) -> set[str]:
    rows = database.read(f"SELECT digest FROM ({select}) WHERE digest >= ? AND digest < ?", (prefix, prefix + "g"))
    return {row["digest"] for row in rows}
