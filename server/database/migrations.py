"""Numbered steps from an empty database to today's tables, taken once each and in order."""

import logging
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from server.database.sqlite import Database

log = logging.getLogger("lightbox.database")


class DatabaseTooNew(Exception):
    """The database was written by a later release, whose tables this one does not know."""


def migrate(
    database: Database, part: str, folder: Path, functions: Mapping[str, Callable[[Any], Any]] | None = None
) -> int:
    """Brings the tables of `part` up to the newest `NNNN-title.sql` in `folder`; answers the steps taken.

    The steps may call `functions`, of one argument each, by name. All missing steps commit together or not at all.
    Raises `DatabaseTooNew` rather than guess.
    """
    steps = sorted((int(path.name[:4]), path.read_text()) for path in folder.glob("[0-9]*.sql"))
    newest = steps[-1][0]

    def climb(connection: sqlite3.Connection) -> int:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_version (part TEXT PRIMARY KEY, version INTEGER NOT NULL)"
        )
        row = connection.execute("SELECT version FROM schema_version WHERE part = ?", (part,)).fetchone()
        version = row["version"] if row else 0
        if version > newest:
            raise DatabaseTooNew(
                f"The {part} tables have version {version}; this release knows {newest}: run a newer one."
            )
        for name, function in (functions or {}).items():
            connection.create_function(name, 1, function, deterministic=True)
        missing = [(number, text) for number, text in steps if number > version]
        for number, text in missing:
            if version:
                log.warning("%s: step %d of %d of the tables, from version %d", part, number, newest, version)
            for statement in text.split(";\n"):
                connection.execute(statement)
        if missing:
            connection.execute("INSERT OR REPLACE INTO schema_version VALUES (?, ?)", (part, newest))
        return len(missing)

    return database.write(climb)
