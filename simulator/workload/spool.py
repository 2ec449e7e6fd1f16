"""The spool: a folder in which an instance lies until the archive was asked and really has it.

The state of an instance is the folder it lies in, and a change of state is a rename, so a crash at any moment leaves
every instance in exactly one state: `waiting` (complete, not acknowledged), `acknowledged` (not verified yet),
`refused` (kept for a person to look at). Freed instances are gone. `exams` holds a file for each item of the worklist
that was begun: how it is made, and which of its series are complete.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path

from simulator.studies import Instance

_UID = re.compile(r"(?=.{1,64}\Z)(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+\Z")
_STATES = ("waiting", "acknowledged", "refused")


def is_uid(text: str) -> bool:
    """Whether text is a UID of PS3.5 9.1, and so safe as the name of a folder."""
    return _UID.match(text) is not None


@dataclass(frozen=True)
class Held:
    """One instance in the spool."""

    study_uid: str
    series_uid: str
    instance_uid: str
    path: Path

    def read(self) -> Instance:
        """Return it with its bytes."""
        return Instance(self.study_uid, self.series_uid, self.instance_uid, self.path.read_bytes(), self.path.name)


@dataclass
class ExamRecord:
    """What must be known of an exam after a crash: how to make the same bytes again, and how far it came."""

    key: str
    study: str
    seed: int
    scale: str
    slices: int
    item: dict[str, str]
    study_uid: str = ""
    complete: dict[str, int] = field(default_factory=dict)
    """Series acquired to the end: their UIDs, and how many instances each has."""
    begun_at: str = ""
    """When the worklist's keeper was told that it has begun, DT."""
    is_acquired: bool = False
    is_reported: bool = False
    """Whether the list's keeper was told that it is done."""


class Spool:
    """One device's spool. Raises ValueError when another process uses the folder, OSError when it cannot be written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name in (*_STATES, "partial", "exams"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._lock = (folder / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise ValueError(f"{folder} is in use by another device.") from error
        for left in (folder / "partial").iterdir():
            left.unlink()  # never complete, so never counted as acquired
        _sync_folder(folder)

    def close(self) -> None:
        """Let another process have the folder."""
        self._lock.close()

    def add(self, instance: Instance, number: int) -> bool:
        """Put an instance in, on disk before this returns; False when it is here already, in whatever state."""
        place = Path(instance.study_uid) / instance.series_uid / f"{number:06d}-{instance.instance_uid}.dcm"
        if any((self._folder / state / place).exists() for state in _STATES):
            return False
        path = self._folder / "waiting" / place
        if not path.parent.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _sync_folder(path.parent.parent)
            _sync_folder(path.parent.parent.parent)
        _write(self._folder / "partial" / f"{instance.instance_uid}.dcm", path, instance.data)
        return True

    def held(self, state: str) -> list[Held]:
        """Everything in a state, series by series in the order of acquisition."""
        return [
            Held(series.parent.name, series.name, path.stem.partition("-")[2], path)
            for series in sorted((self._folder / state).glob("*/*"))
            for path in sorted(series.glob("*.dcm"))
        ]

    def move(self, held: Held, state: str) -> Held:
        """Put an instance into another state."""
        path = self._folder / state / held.study_uid / held.series_uid / held.path.name
        path.parent.mkdir(parents=True, exist_ok=True)
        held.path.rename(path)
        return Held(held.study_uid, held.series_uid, held.instance_uid, path)

    def free(self, held: Held) -> None:
        """Take a verified instance out."""
        held.path.unlink(missing_ok=True)

    def note(self, record: ExamRecord) -> None:
        """Keep what must be known of an exam, on disk before this returns."""
        text = json.dumps(asdict(record), indent=1, ensure_ascii=False).encode()
        name = f"{sha256(record.key.encode()).hexdigest()[:32]}.json"
        _write(self._folder / "partial" / name, self._folder / "exams" / name, text)

    def exams(self) -> Iterator[ExamRecord]:
        """Every exam that was begun."""
        for path in sorted((self._folder / "exams").glob("*.json")):
            yield ExamRecord(**json.loads(path.read_text(encoding="utf-8")))


def _write(partial: Path, path: Path, data: bytes) -> None:
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
