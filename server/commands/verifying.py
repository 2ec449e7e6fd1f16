"""`lightbox verify`: every archived file read against its digest, mended from the replica where there is one."""

import os
import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
from rich.console import Console

from server.app import Parts, open_parts
from server.catalogue import damage
from server.commands.failure import need_archive
from server.commands.progress import bar
from server.commands.standing_in import readable
from server.database.lasting import write_file
from server.database.sqlite import Database
from server.settings import MIB, Settings
from server.studies.verify import FOLDERS, Finding, Throttle, Verify


@dataclass
class Progress:
    """How far an earlier run came: the folder to go on with, and what it found that no flag remembers."""

    folder: str = FOLDERS[0]
    begun_at: int = 0
    files: int = 0
    uncatalogued: int = 0
    repaired: int = 0


def verify(settings: Settings, *, throttle_mib: int, anew: bool) -> int:
    """Goes through all files; answers 0 when all are sound or mended, 1 when faults remain."""
    need_archive(settings.archive.root)
    with readable(settings) as used, closing(open_parts(used)) as parts:
        kept = used.archive.root / "verify.json"
        so_far = Progress(begun_at=time.time_ns() // 1_000_000) if anew else _read(kept)
        broken = _broken_databases(parts)
        _go_through(parts, kept, so_far, Throttle(throttle_mib * MIB))
        kept.unlink(missing_ok=True)
        left = damage.flagged(parts.catalogue)
    files = sum(len(one.instance_uids) for one in left)
    _say(
        f"read {so_far.files} files: {files} damaged or missing, {so_far.uncatalogued} uncatalogued, "
        f"{so_far.repaired} repaired"
    )
    return 1 if left or so_far.uncatalogued or broken else 0


def _go_through(parts: Parts, kept: Path, so_far: Progress, throttle: Throttle) -> None:
    started = time.monotonic()
    total = sum(1 for _ in parts.archive.files())
    with bar("verifying", total) as advance:

        def done(files: int) -> None:
            so_far.files += files
            advance(files)

        advance(so_far.files)
        checking = Verify(parts.archive, parts.catalogue, parts.sound, throttle, os.cpu_count() or 1, done)
        try:
            for folder, findings in checking.run(FOLDERS[FOLDERS.index(so_far.folder) :]):
                for one in findings:
                    _tell(one, so_far)
                so_far.folder = FOLDERS[min(FOLDERS.index(folder) + 1, len(FOLDERS) - 1)]
                if findings or time.monotonic() - started > 1:
                    started = time.monotonic()
                    write_file(kept, orjson.dumps(asdict(so_far)))
        except KeyboardInterrupt:
            _say(f"cut off after {so_far.files} files; the next run goes on there, --anew begins anew")
            raise


def _say(what: str) -> None:
    Console(stderr=True, highlight=False).print(what, soft_wrap=True, markup=False)


def _tell(finding: Finding, so_far: Progress) -> None:
    so_far.uncatalogued += finding.fault == "uncatalogued"
    so_far.repaired += finding.fault == "repaired"
    print(f"{finding.fault}\t{finding.instance_uid}\t{finding.digest}", flush=True)  # noqa: T201 - for scripts


def _broken_databases(parts: Parts) -> bool:
    broken = False
    for name, database in (("catalogue", parts.catalogue), ("records", parts.records)):
        if not _is_sound(database):
            broken = True
            print(f"damaged\t{name}.sqlite\t-", flush=True)  # noqa: T201
    return broken


def _is_sound(database: Database) -> bool:
    try:
        return [row[0] for row in database.read("PRAGMA integrity_check(1)")] == ["ok"]
    except sqlite3.DatabaseError:
        return False


def _read(kept: Path) -> Progress:
    """Where an earlier run was cut off; the beginning when there was none."""
    with suppress(OSError, ValueError, TypeError):
        progress = Progress(**orjson.loads(kept.read_bytes()))
        if progress.folder in FOLDERS:
            _say("going on where the last run was cut off; --anew begins anew")
            return progress
    return Progress(begun_at=time.time_ns() // 1_000_000)
