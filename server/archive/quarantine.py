"""What was refused but must not be lost: the bytes as received, and beside them why, from whom and when."""

import os
from collections.abc import Mapping
from pathlib import Path

import orjson

from server.archive.store import Incoming, make_folder, refusal, sync_folder


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
            incoming.sync()
            with told.open("wb") as file:
                file.write(orjson.dumps(facts, option=orjson.OPT_INDENT_2))
                file.flush()
                os.fsync(file.fileno())
            incoming.path.rename(told.with_suffix(".dcm"))
            sync_folder(self._root)
        except OSError as error:
            raise refusal(error) from error
