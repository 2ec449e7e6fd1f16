"""The sums of a file's chunks, kept beside its digest, so that a range of it can be known to be right."""

from server.database.sqlite import Database


def kept(database: Database, digest: str) -> bytes | None:
    """The sums of a file; None when an older release has catalogued it."""
    rows = database.read("SELECT sums FROM instance WHERE digest = ?", (digest,))
    return rows[0]["sums"] if rows else None


def keep(database: Database, digest: str, sums: bytes) -> None:
    """Keeps the sums of a file that was seen to be sound."""
    database.write(
        lambda connection: connection.execute("UPDATE instance SET sums = ? WHERE digest = ?", (sums, digest))
    )
