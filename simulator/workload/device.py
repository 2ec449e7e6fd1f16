"""One device at work: it takes the next item, acquires series by series, and puts every instance into its spool."""

import random
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from simulator.studies import Instance
from simulator.workload.archive import TurnedAway
from simulator.workload.ledger import Ledger
from simulator.workload.order import made
from simulator.workload.profile import Profile, SeriesTimes
from simulator.workload.spool import ExamRecord, Spool
from simulator.workload.workitems import NoWorkitems, Workitems

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Device:
    """A modality of some profile; `speed` makes its hours pass faster, and `pause` is how it waits."""

    spool: Spool
    ledger: Ledger
    profile: Profile
    speed: float = 1.0
    workitems: Workitems = field(default_factory=NoWorkitems)
    pause: Callable[[float], None] = time.sleep
    progress: Progress = field(default=lambda instances, size: None)  # noqa: ARG005 - nobody watches

    def acquire(self, record: ExamRecord) -> None:
        """Acquire what is not acquired yet of an exam; a crash at any moment is made good by calling it again.

        Raises OSError when the spool cannot be written: then the instance does not count as acquired; Unreachable and
        TurnedAway when the worklist's keeper does not let the exam be taken, or does not hear that it is done.
        """
        if not record.is_acquired:
            if not self.workitems.claim(record):
                raise TurnedAway("somebody else has taken it")
            self._acquire(record)
        self.workitems.complete(record)
        record.is_reported = True
        self.spool.note(record)

    def _acquire(self, record: ExamRecord) -> None:
        self.spool.note(record)
        study = made(record)
        chance = random.Random(record.seed)  # noqa: S311 - synthetic data, no secret
        times = self.profile.times([series.size for series in study.series], chance)
        self._wait(times.before)
        for series, its_times in zip(study.series, times.series, strict=True):
            if series.uid not in record.complete:
                count = self._acquire_series(study.instances(series), its_times)
                record.complete[series.uid] = count
                self.spool.note(record)
        self._wait(times.after)
        record.is_acquired = True
        self.spool.note(record)

    def _acquire_series(self, instances: Iterable[Instance], times: SeriesTimes) -> int:
        self._wait(times.scan)
        number = 0
        for number, instance in enumerate(instances, start=1):
            self._wait(times.an_image)
            self.spool.add(instance, number)
            digest = sha256(instance.data).hexdigest()
            self.ledger.of("acquired", instance, sha256=digest, bytes=len(instance.data))
            self.progress(1, len(instance.data))
        return number

    def _wait(self, seconds: float) -> None:
        self.pause(seconds / self.speed)
