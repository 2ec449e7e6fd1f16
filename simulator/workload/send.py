"""Sending instances over several connections until each one has an answer."""

import hashlib
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice

from simulator.report.samples import Samples
from simulator.studies import Instance
from simulator.workload.archive import (
    DUPLICATE,
    Answer,
    Archive,
    Connect,
    TurnedAway,
    Unreachable,
    holds_these_bytes,
    reason_text,
    store_patiently,
)
from simulator.workload.ledger import Ledger
from simulator.workload.patience import Patience

Progress = Callable[[int, int], None]
Acknowledged = Callable[[list[Instance], float], None]


@dataclass
class Tally:
    """What became of everything sent, by instance UID."""

    stored: set[str] = field(default_factory=set)
    already_there: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)
    unanswered: set[str] = field(default_factory=set)
    sent_bytes: int = 0
    store_latency: Samples = field(default_factory=Samples)
    lateness: Samples = field(default_factory=Samples)

    @property
    def is_complete(self) -> bool:
        """Whether everything sent is now at the archive."""
        return not self.refused and not self.unanswered


class SendError(Exception):
    """The archive takes no requests, or does not answer as one does; `tally` tells how far it came."""

    def __init__(self, message: str, tally: Tally) -> None:
        super().__init__(message)
        self.tally = tally


def nobody_looks(instances: list[Instance], intended: float) -> None:
    """Nothing is done about instances that were acknowledged."""
    del instances, intended


@dataclass(frozen=True)
class Sender:
    """Sends batches over `connections` connections, each with one request under way at a time.

    With a `pace` (instances a second) every batch has a moment at which it should be sent, fixed beforehand, and
    its latency counts from that moment: an archive that stalls is charged for all who had to wait. Without a pace
    the next batch is sent as soon as a connection is free, and its latency counts from then.
    """

    connect: Connect
    patience: Patience = field(default_factory=Patience)
    instances_per_request: int = 20
    connections: int = 1
    pace: float = 0.0
    clock: Callable[[], float] = time.monotonic
    ledger: Ledger = field(default_factory=lambda: Ledger(None))
    acknowledged: Acknowledged = nobody_looks

    def send(self, instances: Iterable[Instance], progress: Progress) -> Tally:
        """Send everything, calling `progress(instances, bytes)` after each request.

        No more than connections + 1 batches are in memory at a time. Raises SendError when the archive stays out
        of reach or refuses a request as a whole; an instance it refuses is no error but stands in the tally.
        """
        run = _Run(self, progress)
        try:
            with ThreadPoolExecutor(self.connections, "send") as pool:
                self._submit_all(instances, pool, run)
        finally:
            run.close()
        if isinstance(run.failure, Unreachable | TurnedAway):
            raise SendError(str(run.failure), run.tally) from run.failure
        if run.failure is not None:
            raise run.failure
        return run.tally

    def _submit_all(self, instances: Iterable[Instance], pool: ThreadPoolExecutor, run: "_Run") -> None:
        free = threading.Semaphore(self.connections)
        start, count = self.clock(), 0
        for batch in _batches(instances, self.instances_per_request):
            intended = start + count / self.pace if self.pace else 0.0
            count += len(batch)
            free.acquire()
            if run.failure is not None:
                return
            if self.pace and (early := intended - self.clock()) > 0:
                self.patience.pause(early)
            future = pool.submit(run.store, batch, intended or self.clock())
            future.add_done_callback(lambda _: free.release())


class _Run:
    """One run of a sender: its connections, and what has become of the batches so far."""

    def __init__(self, sender: Sender, progress: Progress) -> None:
        self.tally = Tally()
        self.failure: Exception | None = None
        self._sender = sender
        self._progress = progress
        self._lock = threading.Lock()
        self._archives: queue.LifoQueue[Archive] = queue.LifoQueue()
        for _ in range(sender.connections):
            self._archives.put(sender.connect())

    def store(self, batch: list[Instance], intended: float) -> None:
        """Send one batch and record the answer; a failure is kept for the run to end with."""
        archive = self._archives.get()
        try:
            self._store(archive, batch, intended)
        except Exception as error:  # noqa: BLE001 - whatever it is ends the run and is raised there
            with self._lock:
                self.failure = self.failure or error
                self.tally.unanswered.update(instance.instance_uid for instance in batch)
        finally:
            self._archives.put(archive)

    def close(self) -> None:
        """End the connections."""
        while not self._archives.empty():
            self._archives.get().close()

    def _store(self, archive: Archive, batch: list[Instance], intended: float) -> None:
        sender = self._sender
        late = max(0.0, sender.clock() - intended)
        for instance in batch if sender.ledger.is_kept else ():
            size = len(instance.data)
            sender.ledger.of("sent", instance, sha256=_digest(instance), bytes=size, late=round(late, 6))
        answer = store_patiently(archive, batch, sender.patience)
        latency = sender.clock() - intended
        taken = self._record(archive, batch, answer, latency)
        sender.acknowledged(taken, intended)
        size = sum(len(instance.data) for instance in batch)
        with self._lock:
            self.tally.sent_bytes += size
            self.tally.lateness.add(late)
            self._progress(len(batch), size)

    def _record(self, archive: Archive, batch: list[Instance], answer: Answer, latency: float) -> list[Instance]:
        taken = []
        for instance in batch:
            uid, code = instance.instance_uid, answer.refused.get(instance.instance_uid)
            is_there = code == DUPLICATE and holds_these_bytes(archive, instance, _digest(instance))
            with self._lock:
                if is_there:
                    self.tally.already_there.add(uid)
                elif code is not None:
                    self.tally.refused[uid] = reason_text(code)
                elif uid in answer.stored:
                    self.tally.stored.add(uid)
                else:
                    self.tally.unanswered.add(uid)
                    continue
            if code is None or is_there:
                taken.append(instance)
                self.tally.store_latency.add(latency)
                self._sender.ledger.of("acknowledged", instance, latency=round(latency, 6))
            else:
                self._sender.ledger.of("refused", instance, reason=reason_text(code))
        return taken


def _digest(instance: Instance) -> str:
    return hashlib.sha256(instance.data).hexdigest()


def _batches(instances: Iterable[Instance], size: int) -> Iterator[list[Instance]]:
    rest = iter(instances)
    while batch := list(islice(rest, size)):
        yield batch
