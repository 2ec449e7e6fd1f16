"""At a start: files that a crash left without a row are catalogued, so that nothing lies about unknown.

They were whole on disk and not yet answered for. Only folders that changed around the newest acknowledged change are
looked into, so a start costs one `stat` a folder however large the archive is.
"""

import logging
import time
from pathlib import Path

from server.access.audit import Audit
from server.access.people import Caller
from server.access.policy import Action
from server.archive.store import Archive
from server.catalogue import damage, entries
from server.catalogue.entries import Entry
from server.catalogue.ledger import Ledger
from server.database.sqlite import Database
from server.errors import ServerError
from server.studies.arrival import read_file
from server.studies.sound import examine

log = logging.getLogger(__name__)

_WINDOW_SECONDS = 600
_MOST = 1000
_PATIENCE_SECONDS = 0.2


def adopt(
    archive: Archive, catalogue: Database, ledger: Ledger, audit: Audit, caller: Caller, organisation: str
) -> bool:
    """Catalogues such files for `organisation`; False when it could not look, because others were storing."""
    newest = (ledger.newest_at() or 0) / 1000
    since = min(newest, time.time()) - _WINDOW_SECONDS  # unless the clock was put back since
    with archive.removing(wait_seconds=_PATIENCE_SECONDS) as alone:
        if not alone:
            return False  # storing is how such files come to be for a moment
        left = _left(archive, catalogue, since)
    if len(left) > _MOST:
        log.error("%d files are not in the catalogue: run lightbox reindex", len(left))
        return True
    found = [entry for path in left if (entry := _entry(path, organisation)) is not None]
    if not found:
        return True
    try:
        stand = entries.add(catalogue, found)
        study_uids = [entry.ref.study_uid for entry in found if stand[entry.ref.instance_uid] == entry.digest]
        audit.record(
            caller,
            Action.STORE,
            study_uids,
            "success",
            together=lambda records: ledger.note(records, catalogue),
            found_after_a_crash=len(study_uids),
        )
    except ServerError as error:  # a full disk must not keep the server from starting
        log.warning("files that a crash left could not be catalogued: %s", error)
    return True


def _entry(path: Path, organisation: str) -> Entry | None:
    """The entry of a file that is whole and can be catalogued."""
    try:
        seen, _ = examine(path, path.stem)
        if seen is not None:
            return read_file(path, path.stat().st_size, path.stem, organisation, seen.sums)
    except (OSError, ServerError):
        pass
    log.warning("a file that is not in the catalogue cannot be read: %s", path.stem)
    return None


def _left(archive: Archive, catalogue: Database, since: float) -> list[Path]:
    """The files without a row that were put there after `since`, seconds since 1970, in the order they came."""
    left = []
    for folder in archive.folders_changed_since(since):
        there = {path.stem: path for path in archive.files_in(folder) if path.stat().st_ctime >= since}
        left += [there[digest] for digest in there.keys() - damage.known(catalogue, folder)]
    return sorted(left, key=lambda path: path.stat().st_mtime_ns)
