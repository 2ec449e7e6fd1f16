"""What was refused but must not be lost: the bytes as received, and beside them why, from whom and when."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from server.archive.store import Incoming, make_folder, refusal, sync_folder


@dataclass(frozen=True, slots=True)
class Held:
    """A file in quarantine: its SHA-256, since when (ms since 1970), from whom, why, and what it says it is."""

    digest: str
    at: int
    person_id: str
    organisation: str
    reason: str
    study_uid: str
    instance_uid: str


class Quarantine:
    """A folder of files by their SHA-256, each with a `.json` that says what it is; nothing serves them."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep(self, incoming: Incoming, facts: Mapping[str, object]) -> None:
        """Moves a file here for good, with `facts` about it; `ArchiveFull` when the disk does not take it."""
        told = self._root / f"{incoming.digest}.json"
        try:
            if not self._root.is_dir():
                make_folder(self._root)
            incoming.settle()
            with told.open("wb") as file:
                file.write(orjson.dumps(facts, option=orjson.OPT_INDENT_2))
                file.flush()
                os.fsync(file.fileno())
            incoming.path.rename(told.with_suffix(".dcm"))
            sync_folder(self._root)
        except OSError as error:
            raise refusal(error) from error

    def held(self) -> list[Held]:
        """Every file that is held, the oldest first."""
        found = []
        for told in self._root.glob("*.json"):
            if told.with_suffix(".dcm").exists():
                facts = orjson.loads(told.read_bytes())
                found.append(
                    Held(
                        told.stem,
                        int(facts["at"]),
                        str(facts["person_id"]),
                        str(facts["organisation"]),
                        str(facts["reason"]),
                        str(facts["StudyInstanceUID"]),
                        str(facts["SOPInstanceUID"]),
                    )
                )
        return sorted(found, key=lambda held: (held.at, held.digest))

    def path(self, digest: str) -> Path:
        """Where a held file lies."""
        return self._root / f"{digest}.dcm"

    def forget(self, digest: str) -> None:
        """Lets go of a held file, its bytes first."""
        self.path(digest).unlink(missing_ok=True)
        self.path(digest).with_suffix(".json").unlink(missing_ok=True)
        sync_folder(self._root)
