"""`lightbox reindex`: the catalogue made anew from the files, beside the old one, and put in its place at the end."""

import os
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path

from rich.console import Console

from server.archive.occupied import Occupancy
from server.archive.store import Archive
from server.catalogue.entries import prepare
from server.catalogue.ledger import CatalogueBehind, Ledger
from server.commands.failure import need_archive
from server.commands.progress import bar
from server.database.sqlite import Database
from server.errors import ServerError
from server.settings import Settings
from server.studies.reindex import Rebuilt, Reindex, swap


def reindex(settings: Settings) -> int:
    """Rebuilds the catalogue; answers 0 when every file is in it, 1 when some cannot be, which are named."""
    root = settings.archive.root
    need_archive(root)
    rebuilt = rebuild(root, settings.access.organisation, settings.archive.sync_threads)
    tell(rebuilt)
    return 1 if rebuilt.missing or rebuilt.damaged or rebuilt.unreadable or rebuilt.contradicting else 0


def rebuild(root: Path, organisation: str, sync_threads: int) -> Rebuilt:
    """Makes the catalogue of a root that nobody works on anew, and swaps it in."""
    new = root / "catalogue.sqlite.new"
    with ExitStack() as stack:
        stack.enter_context(closing(Occupancy(root, alone=True)))
        archive = stack.enter_context(closing(Archive(root / "archive", sync_threads)))
        records = stack.enter_context(closing(Database(root / "records.sqlite")))
        ledger = Ledger(records)
        _read_out(root / "catalogue.sqlite", ledger)
        for left in root.glob("catalogue.sqlite.new*"):
            left.unlink()
        advance = stack.enter_context(bar("reindexing", sum(1 for _ in archive.files())))
        rebuilt = Reindex(archive, ledger, organisation, advance, os.cpu_count() or 1).run(new)
        swap(new, root / "catalogue.sqlite")
        with closing(Database(root / "catalogue.sqlite")) as catalogue:
            ledger.catch_up(catalogue)
    return rebuilt


def _read_out(path: Path, ledger: Ledger) -> None:
    """Has the ledger take over what the old catalogue alone knows, where it can still be read."""
    if not path.exists():
        return
    try:
        with closing(Database(path)) as old:
            prepare(old)
            ledger.catch_up(old)
    except (CatalogueBehind, ServerError, sqlite3.DatabaseError):
        Console(stderr=True).print("the old catalogue is of no use: files and ledger alone are read", markup=False)


def tell(rebuilt: Rebuilt) -> None:
    """Says what was found: a summary for people, and a line for every instance that something is wrong with."""
    Console(stderr=True, highlight=False).print(
        f"catalogued {rebuilt.instances} instances"
        + (f", {rebuilt.not_in_ledger} of them unknown to the ledger" if rebuilt.not_in_ledger else ""),
        soft_wrap=True,
    )
    faults = {
        "missing": sorted(rebuilt.missing),
        "damaged": rebuilt.damaged,
        "unreadable": rebuilt.unreadable,
        "contradicting": rebuilt.contradicting,
    }
    for fault, names in faults.items():
        for name in names:
            print(f"{fault}\t{name}")  # noqa: T201 - for whoever reads the output
