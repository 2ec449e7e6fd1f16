"""A root that cannot be written, on a snapshot or a backup's mount: a stand-in, by which it is read all the same.

Files are read where they are. Databases are copied, since reading them takes writing beside them.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from rich.console import Console

from server.settings import Settings


@contextmanager
def readable(settings: Settings) -> Iterator[Settings]:
    """The settings, with a stand-in for the root where that cannot be written."""
    with standing_in(settings.archive.root) as root:
        yield settings.model_copy(update={"archive": settings.archive.model_copy(update={"root": root})})


@contextmanager
def standing_in(root: Path) -> Iterator[Path]:
    """The folder of an archive or a replica, or a stand-in that is gone at the end."""
    if all(os.access(folder, os.W_OK) for folder in (root, root / "archive") if folder.exists()):
        yield root
        return
    with tempfile.TemporaryDirectory(prefix="lightbox-") as folder:
        Console(stderr=True, highlight=False).print(
            f"{root} cannot be written: its databases are copied to {folder} for as long as this takes; nothing is "
            "mended or remembered",
            soft_wrap=True,
            markup=False,
        )
        stand_in = Path(folder)
        for database in root.glob("*.sqlite"):
            _copy(database, stand_in / database.name)
        for told in root.glob("*.json"):
            shutil.copyfile(told, stand_in / told.name)
        (stand_in / "archive").mkdir()
        (stand_in / "archive" / "objects").symlink_to((root / "archive" / "objects").resolve())
        yield stand_in


def _copy(database: Path, to: Path) -> None:
    """As of one moment where somebody may be at work on it; else the file, and the log that a crash has left."""
    if database.with_name(f"{database.name}-shm").exists():
        with suppress(sqlite3.OperationalError):
            address = f"{database.resolve().as_uri()}?mode=ro"
            with closing(sqlite3.connect(address, uri=True)) as source, closing(sqlite3.connect(to)) as copy:
                source.backup(copy)
                return
    for end in ("", "-wal"):
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{database}{end}", f"{to}{end}")
