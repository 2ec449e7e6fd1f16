"""How a command says that it cannot go on."""

import sqlite3
from contextlib import closing
from pathlib import Path

from server.settings import Settings


class CommandFailed(Exception):
    """A command cannot be carried out; the message is one sentence for the person at the terminal."""


def need_archive(root: Path) -> None:
    """`CommandFailed` where nothing is kept yet: a mistyped root is not to be made, and found in good order."""
    if not (root / "archive" / "objects").is_dir():
        raise CommandFailed(f"there is no archive under {root}: it is elsewhere, or its disk is not mounted")


def damaged_databases(root: Path) -> list[str]:
    """A sentence for each database under the root that is damaged, and what to do about it."""
    said = {
        "catalogue.sqlite": "`lightbox reindex` makes it anew from the files",
        "records.sqlite": "restore it from the replica or from a backup, then `lightbox reindex`",
    }
    return [f"{root / name} is damaged: {cure}" for name, cure in said.items() if _is_damaged(root / name)]


def _is_damaged(database: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as opened:
            return bool(opened.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok")
    except sqlite3.OperationalError:  # it is not there, or cannot be opened
        return False
    except sqlite3.DatabaseError:
        return True


def need_elsewhere(settings: Settings, folder: Path) -> None:
    """`CommandFailed` for a folder in the root or in the replica: what is written there would be mixed with theirs."""
    kept = settings.archive
    for name, place in (("root", kept.root), ("replica", Path(kept.replica) if kept.replica else None)):
        if place is not None and folder.resolve().is_relative_to(place.resolve()):
            raise CommandFailed(f"{folder} lies in the {name} {place}: choose a folder elsewhere")
