"""`lightbox backup`: a consistent copy of the databases, also while the server runs."""

import sqlite3
from contextlib import closing
from pathlib import Path

from rich.console import Console

from server.commands.failure import CommandFailed, need_elsewhere
from server.commands.standing_in import readable
from server.database.sqlite import Database
from server.settings import Settings


def backup(settings: Settings, to: Path) -> int:
    """Copies records, and the catalogue to spare a reindex, into the folder `to`; answers 0 when both are whole."""
    root = settings.archive.root
    if not (root / "records.sqlite").exists():
        raise CommandFailed(f"there are no records under {root}")
    need_elsewhere(settings, to)
    to.mkdir(parents=True, exist_ok=True)
    # records first: a catalogue that knows more than the records is told to them at the next start
    with readable(settings) as used:
        for name in ("records.sqlite", "catalogue.sqlite"):
            if not (used.archive.root / name).exists():
                continue
            with closing(Database(used.archive.root / name)) as database:
                database.back_up(to / name)
            _check(to / name)
            said = f"{to / name}  {(to / name).stat().st_size} bytes"
            Console(highlight=False, soft_wrap=True).print(said, markup=False)
    return 0


def _check(copy: Path) -> None:
    with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as database:
        [said] = database.execute("PRAGMA integrity_check(1)").fetchone()
    if said != "ok":
        raise CommandFailed(f"{copy} is damaged, and so is what it was copied from: {said}")
