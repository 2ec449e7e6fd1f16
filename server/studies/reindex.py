"""Making the catalogue anew from the archived files and the ledger, to the answers there were before."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from server.archive.hashing import hashed
from server.archive.store import Archive, is_disk_fault
from server.catalogue import entries
from server.catalogue.changes import Kind
from server.catalogue.ledger import Ledger, Line
from server.catalogue.packing import pack
from server.catalogue.replay import Prepared, Replay
from server.database.lasting import sync_folder
from server.database.sqlite import Database
from server.errors import ServerError
from server.studies.arrival import read_file

T = TypeVar("T")

_TOGETHER = 64
_AHEAD = 4
_WORTH_A_PROCESS = 256


@dataclass
class Rebuilt:
    """What became of the files; lists hold instance UIDs where they are known, else digests."""

    instances: int = 0
    not_in_ledger: int = 0
    missing: set[str] = field(default_factory=set)
    damaged: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    contradicting: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why an archived file cannot be catalogued: `missing`, `damaged` or `unreadable`."""

    kind: str


Task = tuple[str, str, str]
"""A path, the digest that its bytes must have, and whose the file is."""


class Reindex:
    """One rebuilding; `advance` is told how many files are done, `processes` read them side by side."""

    def __init__(
        self, archive: Archive, ledger: Ledger, organisation: str, advance: Callable[[int], None], processes: int
    ) -> None:
        self._archive = archive
        self._ledger = ledger
        self._organisation = organisation
        self._advance = advance
        self._processes = processes
        self._told: set[str] = set()
        self._result = Rebuilt()

    def run(self, path: Path) -> Rebuilt:
        """Writes a new catalogue to `path`, which must not be there, and closes it."""
        with closing(Database(path)) as catalogue, self._pool() as pool:
            entries.prepare(catalogue)
            replay = Replay(catalogue, self._ledger)
            for lines, prepared in self._scanned(pool):
                replay.follow(lines, prepared)
            replay.settle()
            self._find(replay, pool)
            counted = catalogue.read("SELECT count(*) AS number FROM instance")
            self._result.instances = int(counted[0]["number"])
        return self._result

    def _scanned(self, pool: Executor | None) -> Iterator[tuple[list[Line], dict[str, Prepared]]]:
        """The ledger some lines at a time, with the files they are about."""
        for lines, read in _ahead(pool, ((lines, self._tasks(lines)) for lines in _batches(self._ledger.lines()))):
            prepared = {}
            refs = {digest: ref.instance_uid for line in lines for ref, digest in line.files}
            for digest, outcome in read:
                if isinstance(outcome, Fault):
                    self._fault(outcome, refs[digest])
                else:
                    prepared[digest] = outcome
            for line in lines:
                if line.kind == Kind.DELETED:  # what was let go of for good is not missing
                    self._result.missing -= {ref.instance_uid for ref, _ in line.files}
            self._advance(len(read))
            yield lines, prepared

    def _tasks(self, lines: Sequence[Line]) -> list[Task]:
        tasks = []
        for line in lines:
            self._told.update(digest for _, digest in line.files)
            if line.kind == Kind.STORED:
                tasks += [(str(self._archive.path(digest)), digest, line.organisation) for _, digest in line.files]
        return tasks

    def _find(self, replay: Replay, pool: Executor | None) -> None:
        """Takes in the files that the ledger does not know, in the order in which they were written."""
        unknown = [(path.stat().st_mtime_ns, path) for path in self._archive.files() if path.stem not in self._told]
        paths = [path for _, path in sorted(unknown)]
        batches = (paths[start : start + _TOGETHER] for start in range(0, len(paths), _TOGETHER))
        asked = ((batch, [(str(path), path.stem, self._organisation) for path in batch]) for batch in batches)
        for batch, read in _ahead(pool, asked):
            for digest, outcome in read:
                if isinstance(outcome, Fault):
                    self._fault(outcome, digest)
                    continue
                at = self._archive.path(digest).stat().st_mtime_ns // 1_000_000
                against = replay.found([outcome], at)
                self._result.contradicting += against
                self._result.not_in_ledger += not against
            self._advance(len(batch))

    def _fault(self, fault: Fault, name: str) -> None:
        if fault.kind == "missing":
            self._result.missing.add(name)
        elif fault.kind == "damaged":
            self._result.damaged.append(name)
        else:
            self._result.unreadable.append(name)

    @contextmanager
    def _pool(self) -> Iterator[Executor | None]:
        """Processes to read files with, where there are enough files to be worth starting them."""
        few = sum(1 for _ in zip(self._archive.files(), range(_WORTH_A_PROCESS), strict=False)) < _WORTH_A_PROCESS
        if few or self._processes < 2:
            yield None
            return
        with ProcessPoolExecutor(self._processes, get_context("spawn")) as pool:
            yield pool


def swap(new: Path, catalogue: Path) -> None:
    """Puts a new catalogue in the place of the old one; only while nobody has either open."""
    for suffix in ("-wal", "-shm"):  # of the old one, which must not be taken for the new one's
        catalogue.with_name(catalogue.name + suffix).unlink(missing_ok=True)
    descriptor = os.open(new, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    new.rename(catalogue)
    sync_folder(catalogue.parent)


Outcome = Prepared | Fault


def _batches(lines: Iterator[Line]) -> Iterator[list[Line]]:
    batch: list[Line] = []
    files = 0
    for line in lines:
        batch.append(line)
        files += 1 + len(line.files)
        if files >= _TOGETHER:
            yield batch
            batch, files = [], 0
    if batch:
        yield batch


def _ahead(
    pool: Executor | None, asked: Iterator[tuple[T, list[Task]]]
) -> Iterator[tuple[T, list[tuple[str, Outcome]]]]:
    """Reads the files of each batch, in their order, a few batches ahead of whoever takes them."""
    if pool is None:
        yield from ((what, _read_all(tasks)) for what, tasks in asked)
        return
    waiting: deque[tuple[T, Future[list[tuple[str, Outcome]]]]] = deque()
    for what, tasks in asked:
        waiting.append((what, pool.submit(_read_all, tasks)))
        if len(waiting) > _AHEAD:
            first, read = waiting.popleft()
            yield first, read.result()
    for last, read in waiting:
        yield last, read.result()


def _read_all(tasks: Sequence[Task]) -> list[tuple[str, Outcome]]:
    return [(digest, _read(Path(path), digest, organisation)) for path, digest, organisation in tasks]


def _read(path: Path, digest: str, organisation: str) -> Outcome:
    try:
        found = hashed(path)
        if found.digest != digest:
            return Fault("damaged")
        entry = read_file(path, path.stat().st_size, digest, organisation, found.sums)
    except FileNotFoundError:
        return Fault("missing")
    except OSError as error:
        if not is_disk_fault(error):
            raise
        return Fault("damaged")
    except ServerError:
        return Fault("unreadable")
    return entry, pack(entry.attributes)
