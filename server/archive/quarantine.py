"""What was refused but must not be lost: the bytes as received, and beside them why, from whom and when."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from server.archive.store import Incoming, refusal
from server.database.lasting import make_folder, sync_folder, write_file

_TOLD = ("person_id", "organisation", "reason", "StudyInstanceUID", "SOPInstanceUID")


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
            write_file(told, orjson.dumps(facts, option=orjson.OPT_INDENT_2))
            incoming.path.rename(told.with_suffix(".dcm"))
            sync_folder(self._root)
        except OSError as error:
            raise refusal(error) from error

    def held(self) -> list[Held]:
        """Every file that is held, the oldest first."""
        found = [_held(told) for told in self._root.glob("*.json") if told.with_suffix(".dcm").exists()]
        return sorted(found, key=lambda held: (held.at, held.digest))

    def path(self, digest: str) -> Path:
        """Where a held file lies."""
        return self._root / f"{digest}.dcm"

    def forget(self, digest: str) -> None:
        """Lets go of a held file, its bytes first."""
        self.path(digest).unlink(missing_ok=True)
        self.path(digest).with_suffix(".json").unlink(missing_ok=True)
        sync_folder(self._root)


def _held(told: Path) -> Held:
    """What is told of a file; the file is held all the same where that can no longer be read."""
    facts: Mapping[str, object] = {}
    with suppress(OSError, ValueError):
        facts = orjson.loads(told.read_bytes())
    text = {name: str(facts.get(name, "unknown")) for name in _TOLD}
    at = facts.get("at")
    since = at if isinstance(at, int) else told.stat().st_mtime_ns // 1_000_000
    return Held(told.stem, since, *text.values())
