"""`lightbox replica`: how far the second copy is behind, bringing it up to date, and beginning one anew."""

import time
from contextlib import closing
from pathlib import Path

from rich.console import Console

from server.app import open_parts
from server.catalogue.ledger import Ledger
from server.commands.failure import CommandFailed
from server.database.sqlite import Database
from server.settings import Settings
from server.studies.replica import Replica, ReplicaAway
from server.studies.replicate import Replicate

_TOO_LATE_MS = 300_000


def replica(settings: Settings, asked: str) -> int:
    """Does what was asked: `status`, `sync` or `renew`; answers 0 when the replica is there and up to date."""
    second = replica_of(settings)
    if asked == "renew":
        second.renew()
        return 0
    try:
        return _sync(settings, second) if asked == "sync" else _status(settings.archive.root, second)
    except ReplicaAway as error:
        raise CommandFailed(str(error)) from error


def replica_of(settings: Settings) -> Replica:
    """The replica that is set; `CommandFailed` when there is none."""
    if not settings.archive.replica:
        raise CommandFailed("no replica is set: say where it is with --replica, or archive.replica in the settings")
    return Replica(Path(settings.archive.replica), settings.archive.root)


def _sync(settings: Settings, second: Replica) -> int:
    with closing(open_parts(settings)) as parts:
        Replicate(second, parts.archive, parts.catalogue, parts.records, parts.ledger).once()
    return _status(settings.archive.root, second)


def _status(root: Path, second: Replica) -> int:
    if (reason := second.why_away()) is not None:
        raise ReplicaAway(reason)
    waiting, oldest = lag(root, second.folder)
    copied = second.folder / "records.sqlite"
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"waiting changes     {waiting}")
    console.print(f"oldest waiting for  {oldest / 1000:.1f} s")
    age = f"{time.time() - copied.stat().st_mtime:.0f} s ago" if copied.exists() else "never"
    console.print(f"records copied      {age}")
    return 1 if oldest > _TOO_LATE_MS else 0


def lag(root: Path, folder: Path) -> tuple[int, int]:
    """How many changes the replica lacks, and for how many ms the oldest of them has been waiting."""
    with closing(Database(root / "records.sqlite")) as records, closing(Database(folder / "ledger.sqlite")) as copied:
        waiting = list(Ledger(records).lines(Ledger(copied).last()))
    now = time.time_ns() // 1_000_000
    return len(waiting), now - waiting[0].at if waiting else 0
