"""`lightbox drill`: an empty root restored from the replica alone, timed, to know that it can be done."""

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from rich.console import Console

from server.archive.store import Archive
from server.catalogue.ledger import Ledger
from server.commands.failure import CommandFailed, need_elsewhere
from server.commands.progress import bar
from server.commands.reindexing import rebuild, tell
from server.commands.replicating import lag, replica_of
from server.commands.standing_in import standing_in
from server.database.sqlite import Database
from server.errors import ServerError
from server.settings import Settings
from server.studies.reindex import Rebuilt

_TOGETHER = 64


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: files and bytes, how many were not what their digest says, and what the catalogue then held."""

    files: int
    size: int
    damaged: int
    rebuilt: Rebuilt


def drill(settings: Settings, into: Path | None) -> int:
    """Restores into `into`, or for a while beside the root; answers 0 when all of the replica came back."""
    second = replica_of(settings)
    if not (second.folder / "archive" / "objects").is_dir():
        raise CommandFailed(f"there is no replica in {second.folder}")
    root = settings.archive.root
    target = into or root.with_name(f"{root.name}-drill")
    need_elsewhere(settings, target)
    if target.exists() and any(target.iterdir()):
        raise CommandFailed(f"{target} is not empty")
    begun = time.monotonic()
    try:
        with standing_in(second.folder) as replica:
            restored = restore(replica, target, settings)
        seconds = time.monotonic() - begun
    finally:
        if into is None:
            shutil.rmtree(target, ignore_errors=True)
    _tell(restored, seconds, _behind(root, second.folder))
    lost = restored.damaged or restored.rebuilt.missing or restored.rebuilt.damaged or restored.rebuilt.unreadable
    return 1 if lost else 0


def restore(replica: Path, target: Path, settings: Settings) -> Restored:
    """Makes `target` a root from nothing but the replica."""
    target.mkdir(parents=True, exist_ok=True)
    if (replica / "records.sqlite").exists():
        shutil.copyfile(replica / "records.sqlite", target / "records.sqlite")
    with closing(Database(target / "records.sqlite")) as records, closing(Database(replica / "ledger.sqlite")) as kept:
        newer = Ledger(kept)
        Ledger(records).copy(newer.lines(), newer.every_withdrawal())
    threads = settings.archive.sync_threads
    with closing(Archive(replica / "archive")) as source, closing(Archive(target / "archive", threads)) as archive:
        files = size = damaged = 0
        with bar("restoring", sum(1 for _ in source.files())) as advance:
            for batch in _batches(source.files()):
                taken = archive.take({path.stem: path for path in batch})
                size += sum(archive.path(digest).stat().st_size for digest in taken)
                files, damaged = files + len(taken), damaged + len(batch) - len(taken)
                advance(len(batch))
    rebuilt = rebuild(target, settings.access.organisation, threads)
    return Restored(files, size, damaged, rebuilt)


def _behind(root: Path, replica: Path) -> tuple[int, int] | None:
    """What the replica lacks; None where the records of the archive itself are lost, or their disk takes nothing."""
    with suppress(OSError, ServerError, sqlite3.DatabaseError):
        if (root / "records.sqlite").exists():
            return lag(root, replica)
    return None


def _batches(paths: Iterator[Path]) -> Iterator[list[Path]]:
    while batch := list(islice(paths, _TOGETHER)):
        yield batch


def _tell(restored: Restored, seconds: float, behind: tuple[int, int] | None) -> None:
    tell(restored.rebuilt)
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"restored  {restored.files} files, {restored.size / 2**20:.1f} MiB, {restored.damaged} damaged")
    if behind is None:
        console.print("RPO       unknown: the records of the archive itself cannot be read")
    else:
        console.print(f"RPO       {behind[1] / 1000:.1f} s ({behind[0]} changes were not in the replica yet)")
    console.print(f"RTO       {seconds:.1f} s ({restored.files / seconds:.0f} files/s)")
