"""Leaving: Part 10 files in folders of their UIDs, and a manifest with their digests that any program can read."""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import orjson

from server.access.audit import Audit
from server.access.people import Caller
from server.access.policy import Action
from server.archive.hashing import hashed
from server.catalogue.leaving import Leaving, Wanted, leaving
from server.database.lasting import sync_folder
from server.database.sqlite import Database
from server.errors import Damaged
from server.studies.sound import SoundFiles

_PIECE = 2**20
MANIFEST = "manifest.jsonl"
SUMS = "SHA256SUMS"
UNFINISHED = "unfinished.json"
"""Lies in the folder as long as the export is not whole, and says of what it is."""

PART = ".part"
"""What the names of both end with while the export is not whole."""


@dataclass
class Exported:
    """What left: how many instances, of which studies; and the instances that could not, because they are damaged."""

    instances: int = 0
    study_uids: set[str] = field(default_factory=set)
    damaged: list[str] = field(default_factory=list)


class Export:
    """Copies of instances for somebody else."""

    def __init__(self, sound: SoundFiles, catalogue: Database, audit: Audit) -> None:
        self._sound = sound
        self._catalogue = catalogue
        self._audit = audit

    def write(self, caller: Caller, wanted: Wanted, to: Path, advance: Callable[[int], None]) -> Exported:
        """Writes files and manifest into a folder; the records of it are in the audit before it begins.

        Files that an export which was cut off has left there whole are not copied again. The manifest has its name
        once all is there, by `complete`.
        """
        exported = Exported()
        self._audit.record(caller, Action.EXPORT, [wanted.study_uid] if wanted.study_uid else [], "begun")
        with (to / f"{MANIFEST}{PART}").open("wb") as manifest, (to / f"{SUMS}{PART}").open("wb") as sums:
            for one in leaving(self._catalogue, wanted):
                try:
                    path = self._copy(one, to)
                except Damaged:
                    exported.damaged.append(one.ref.instance_uid)
                    continue
                _tell(one, path, manifest, sums)
                exported.instances += 1
                exported.study_uids.add(one.ref.study_uid)
                advance(1)
        outcome = "partly refused" if exported.damaged else "success"
        study_uids = sorted(exported.study_uids)
        self._audit.record(caller, Action.EXPORT, study_uids, outcome, instances=exported.instances)
        return exported

    def _copy(self, one: Leaving, to: Path) -> str:
        """Copies a file and answers its path in the export; `Damaged` rather than a copy of other bytes."""
        # UIDs were checked when they came (PS3.5 9.1): digits and single dots, which lead nowhere else
        path = f"studies/{one.ref.study_uid}/{one.ref.series_uid}/{one.ref.instance_uid}.dcm"
        target = to / path
        if target.exists() and hashed(target).digest == one.digest:
            return path
        target.parent.mkdir(parents=True, exist_ok=True)
        seen = hashlib.sha256()
        with self._sound.path(one.digest).open("rb") as source, target.open("wb") as copy:
            while piece := source.read(_PIECE):
                seen.update(piece)
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
        if seen.hexdigest() != one.digest:
            target.unlink()
            raise self._sound.refuse(one.digest)
        return path


def complete(to: Path) -> None:
    """Gives manifest and sums their names: now the export is whole, and on its disk for good."""
    for folder, _, names in os.walk(to):
        for name in names:
            if not name.endswith(".dcm"):  # those have been waited for
                _sync(Path(folder) / name)
        sync_folder(Path(folder))
    for name in (SUMS, MANIFEST):
        (to / f"{name}{PART}").rename(to / name)
    sync_folder(to)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _tell(one: Leaving, path: str, manifest: BinaryIO, sums: BinaryIO) -> None:
    line = {
        "path": path,
        "sha256": one.digest,
        "size": one.size,
        "StudyInstanceUID": one.ref.study_uid,
        "SeriesInstanceUID": one.ref.series_uid,
        "SOPInstanceUID": one.ref.instance_uid,
        "TransferSyntaxUID": one.transfer_syntax_uid,
        "organisation": one.organisation,
        "stored_at": one.stored_at,
    }
    manifest.write(orjson.dumps(line) + b"\n")
    sums.write(f"{one.digest}  {path}\n".encode())
