"""`lightbox replica`: how far the second copy is behind, bringing it up to date, and beginning one anew."""

import os
import time
from contextlib import closing
from pathlib import Path

from rich.console import Console

from server.app import open_parts
from server.archive.store import Archive
from server.catalogue.ledger import Ledger
from server.commands.failure import CommandFailed, need_archive
from server.commands.progress import bar
from server.commands.standing_in import standing_in
from server.database.sqlite import Database
from server.settings import MIB, Settings
from server.studies.replica import Replica, ReplicaAway
from server.studies.replicate import Replicate
from server.studies.verify import FOLDERS, Throttle
from server.studies.verify_replica import VerifyReplica

_TOO_LATE_MS = 300_000


def replica(settings: Settings, asked: str, throttle_mib: int) -> int:
    """Does what was asked: `status`, `sync`, `verify` or `renew`; answers 0 when the replica is as it should be."""
    second = replica_of(settings)
    need_archive(settings.archive.root)
    if asked == "renew":
        second.renew()
        return 0
    try:
        if asked == "verify":
            return _verify(settings, second, Throttle(throttle_mib * MIB))
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


def _verify(settings: Settings, second: Replica, throttle: Throttle) -> int:
    """Reads every file of the replica; answers 1 when some are not whole and could not be made anew."""
    if (reason := second.why_away()) is not None:
        raise ReplicaAway(reason)
    left = repaired = 0
    with (
        closing(open_parts(settings)) as parts,
        closing(Archive(second.folder / "archive")) as copies,
        bar("verifying the replica", sum(1 for _ in copies.files())) as advance,
    ):
        checking = VerifyReplica(copies, parts.archive, parts.catalogue, throttle, os.cpu_count() or 1, advance)
        for one in checking.run(FOLDERS):
            left += one.fault != "repaired"
            repaired += one.fault == "repaired"
            print(f"{one.fault}\t{one.instance_uid}\t{one.digest}", flush=True)  # noqa: T201 - for scripts
    said = f"{left} damaged or missing, {repaired} repaired"
    Console(stderr=True, highlight=False).print(said, soft_wrap=True)
    return 1 if left else 0


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
    with (
        standing_in(root) as here,
        standing_in(folder) as there,
        closing(Database(here / "records.sqlite")) as records,
        closing(Database(there / "ledger.sqlite")) as copied,
    ):
        waiting = list(Ledger(records).lines(Ledger(copied).last()))
    now = time.time_ns() // 1_000_000
    return len(waiting), now - waiting[0].at if waiting else 0
