"""Forwarding: from the spool to the archive, and out of the spool only when the archive was asked and has it."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from simulator.report.samples import Samples
from simulator.studies import Instance
from simulator.workload.archive import (
    DUPLICATE,
    Archive,
    Connect,
    TurnedAway,
    Unreachable,
    holds_these_bytes,
    is_passing,
    reason_text,
    store_patiently,
)
from simulator.workload.ledger import Ledger
from simulator.workload.patience import Patience
from simulator.workload.spool import Held, Spool

_MOST_RETURNS = 3
_MOST_TURNED_AWAY = 3
_IDLE_SECONDS = 0.1


@dataclass
class Forwarded:
    """What has been done, and what stands in the way; the lists name instance UIDs."""

    acknowledged: int = 0
    freed: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    trouble: str = ""
    to_acknowledged: Samples = field(default_factory=Samples)
    to_verified: Samples = field(default_factory=Samples)


class Forwarder:
    """Sends what waits in a spool, verifies what was acknowledged, frees what was verified."""

    def __init__(
        self,
        spool: Spool,
        connect: Connect,
        ledger: Ledger,
        patience: Patience,
        *,
        instances_per_request: int = 20,
        compare_bytes: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.done = Forwarded()
        self._spool = spool
        self._connect = connect
        self._ledger = ledger
        self._patience = patience
        self._per_request = instances_per_request
        self._compare_bytes = compare_bytes
        self._clock = clock
        self._archive: Archive | None = None
        self._failures = 0
        self._returns: dict[str, int] = {}
        self._spoilers: set[str] = set()

    def run(self, all_acquired: threading.Event, stop: threading.Event, give_up_after: float) -> None:
        """Forward until everything is acquired and freed, or nothing has moved for `give_up_after` seconds."""
        moved_last = self._clock()
        try:
            while not stop.is_set():
                was_last = all_acquired.is_set()
                if self.round():
                    moved_last = self._clock()
                elif was_last and (self._is_done() or self._clock() - moved_last > give_up_after):
                    return
                else:
                    stop.wait(_IDLE_SECONDS)
        finally:
            self._disconnect()

    def round(self) -> bool:
        """Go through the spool once; True when anything changed. Waits after a failure, as its patience says."""
        before = self._progress()
        self.done.trouble, retry_after = "", 0.0
        try:
            self._forward()
            self._verify()
        except (Unreachable, TurnedAway) as error:
            self.done.trouble = str(error)
            retry_after = getattr(error, "retry_after", 0.0)
        if self.done.trouble:
            self._disconnect()
            self._patience.rest(self._failures, retry_after)
            self._failures += 1
        else:
            self._failures = 0
        return self._progress() != before

    def _progress(self) -> tuple[int, ...]:
        return self.done.acknowledged, self.done.freed, len(self.done.refused), sum(self._returns.values())

    def _is_done(self) -> bool:
        return not self._spool.held("waiting") and not self._spool.held("acknowledged")

    def _forward(self) -> None:
        turned_away = 0
        for batch in self._batches():
            turned_away += self._turned_away(batch)
            if turned_away >= _MOST_TURNED_AWAY:
                return

    def _batches(self) -> Iterator[list[Held]]:
        """What waits, in the order of acquisition; what was turned away before comes last."""
        waiting = sorted(self._spool.held("waiting"), key=lambda held: held.instance_uid in self._spoilers)
        for start in range(0, len(waiting), self._per_request):
            yield waiting[start : start + self._per_request]

    def _turned_away(self, batch: list[Held]) -> int:
        """Send a batch; return how many instances the archive will not even answer about.

        One instance that spoils its request must not hold up the others: they are sent again, each alone.
        """
        try:
            self._send(batch)
        except TurnedAway as refusal:
            self.done.trouble = str(refusal)
            if len(batch) == 1:
                self._spoilers.add(batch[0].instance_uid)
                return 1
        else:
            return 0
        count = 0
        for held in batch:
            count += self._turned_away([held])
            if count >= _MOST_TURNED_AWAY:
                break
        return count

    def _send(self, batch: list[Held]) -> None:
        instances = [held.read() for held in batch]
        digests = [hashlib.sha256(instance.data).hexdigest() for instance in instances]
        for instance, digest in zip(instances, digests, strict=True):
            self._ledger.of("sent", instance, sha256=digest, bytes=len(instance.data))
        once = Patience(attempts=1)
        answer = store_patiently(self._connected(), instances, once)
        for held, instance, digest in zip(batch, instances, digests, strict=True):
            code = answer.refused.get(held.instance_uid)
            is_there = code == DUPLICATE and holds_these_bytes(self._connected(), instance, digest)
            if is_there or (code is None and held.instance_uid in answer.stored):
                self._acknowledge(held, instance)
            elif code is None:
                self.done.trouble = "the archive did not say what became of some instances"
            elif is_passing(code):
                raise Unreachable(reason_text(code))
            else:
                self._refuse(held, reason_text(code))

    def _acknowledge(self, held: Held, instance: Instance) -> None:
        acquired = held.path.stat().st_mtime
        self._ledger.of("acknowledged", instance)
        self._spool.move(held, "acknowledged")
        self.done.acknowledged += 1
        self.done.to_acknowledged.add(self._clock() - acquired)

    def _refuse(self, held: Held, reason: str) -> None:
        self._ledger.note("refused", held.study_uid, held.series_uid, held.instance_uid, reason=reason)
        self._spool.move(held, "refused")
        self.done.refused[held.instance_uid] = reason

    def _verify(self) -> None:
        """Ask for each series that is complete and wholly acknowledged; nothing else is freed."""
        waiting = {held.series_uid for held in self._spool.held("waiting")}
        sizes = {uid: size for record in self._spool.exams() for uid, size in record.complete.items()}
        acknowledged = self._spool.held("acknowledged")
        for (study_uid, series_uid), group in groupby(acknowledged, lambda held: (held.study_uid, held.series_uid)):
            if series_uid not in waiting and series_uid in sizes:
                self._verify_series(study_uid, series_uid, list(group), sizes[series_uid])

    def _verify_series(self, study_uid: str, series_uid: str, ours: list[Held], size: int) -> None:
        there = self._connected().held(study_uid, series_uid)
        if missing := [held for held in ours if held.instance_uid not in there]:
            for held in missing:
                self._send_again(held)
            return
        refused = sum(1 for held in self._spool.held("refused") if held.series_uid == series_uid)
        if len(there) < size - refused:
            self.done.trouble = f"the archive has {len(there)} of {size} instances of series {series_uid}"
            return
        for held in ours:
            self._free_if_the_same(held)

    def _send_again(self, held: Held) -> None:
        """The archive said that it had stored what it now does not have."""
        returns = self._returns[held.instance_uid] = self._returns.get(held.instance_uid, 0) + 1
        if returns > _MOST_RETURNS:
            self._refuse(held, f"acknowledged {returns} times and never found")
        else:
            uids = (held.study_uid, held.series_uid, held.instance_uid)
            self._ledger.note("missing", *uids)
            self._spool.move(held, "waiting")

    def _free_if_the_same(self, held: Held) -> None:
        uids = (held.study_uid, held.series_uid, held.instance_uid)
        if self._compare_bytes:
            ours = hashlib.sha256(held.path.read_bytes()).hexdigest()
            identical = self._connected().digest(*uids) == ours
            self._ledger.note("verified", *uids, identical=identical)
            if not identical:
                self._refuse(held, "the archive gives other bytes back")
                return
        else:
            self._ledger.note("verified", *uids)
        acquired = held.path.stat().st_mtime
        self._ledger.note("freed", *uids)
        self._spool.free(held)
        self.done.freed += 1
        self.done.to_verified.add(self._clock() - acquired)

    def _connected(self) -> Archive:
        if self._archive is None:
            self._archive = self._connect()
        return self._archive

    def _disconnect(self) -> None:
        if self._archive is not None:
            self._archive.close()
            self._archive = None
