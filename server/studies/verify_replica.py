"""Reading every file of the replica against its digest, and making it anew from the archive where it is not whole."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from server.archive.store import Archive
from server.catalogue import damage
from server.database.sqlite import Database
from server.studies.verify import Finding, Throttle, digest_of

_ON_ITS_WAY_SECONDS = 600
"""A file that is younger may still be in the queue."""


class VerifyReplica:
    """One going through the replica's files, also while a server copies to it; `advance` is told how many are done."""

    def __init__(
        self,
        replica: Archive,
        archive: Archive,
        catalogue: Database,
        throttle: Throttle,
        threads: int,
        advance: Callable[[int], None],
    ) -> None:
        self._replica = replica
        self._archive = archive
        self._catalogue = catalogue
        self._throttle = throttle
        self._threads = threads
        self._advance = advance

    def run(self, folders: tuple[str, ...]) -> Iterator[Finding]:
        """What is, or was, wrong: `damaged`, `missing` or `repaired`."""
        with ThreadPoolExecutor(self._threads, "verify") as pool:
            for folder in folders:
                needed = damage.needed(self._catalogue, folder)
                there = {path.stem: path for path in self._replica.files_in(folder)}
                whole = pool.map(self._is_whole, there.values())
                faults = {path.stem: "damaged" for path, good in zip(there.values(), whole, strict=True) if not good}
                faults |= {digest: "missing" for digest in needed - there.keys() if self._is_late(digest)}
                for digest, fault in sorted(faults.items()):
                    if self._archive.path(digest).exists() and self._replica.take({digest: self._archive.path(digest)}):
                        fault = "repaired"
                    for instance_uid in damage.instances_of(self._catalogue, digest) or ("unknown",):
                        yield Finding(fault, instance_uid, digest)
                self._advance(len(there))

    def _is_whole(self, path: Path) -> bool:
        try:
            return digest_of(path, self._throttle) == path.stem
        except FileNotFoundError:
            return True  # let go of meanwhile

    def _is_late(self, digest: str) -> bool:
        with suppress(FileNotFoundError):
            kept_at = self._archive.path(digest).stat().st_ctime
            return time.time() - kept_at > _ON_ITS_WAY_SECONDS and not self._replica.path(digest).exists()
        return not self._replica.path(digest).exists()
