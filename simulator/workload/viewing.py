"""From sent to viewable: when a search finds an instance, and when the first picture of its series is drawn."""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.report.samples import Samples
from simulator.studies import Instance
from simulator.workload.archive import TurnedAway, Unreachable
from simulator.workload.dicomweb import DicomwebArchive
from simulator.workload.ledger import Ledger

_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5


@dataclass
class Viewable:
    """What was seen, counted from the moment each instance should have been sent."""

    visible: Samples = field(default_factory=Samples)
    drawn: Samples = field(default_factory=Samples)
    never_visible: list[str] = field(default_factory=list)
    never_drawn: list[str] = field(default_factory=list)


class Watcher:
    """Looks for acknowledged instances over a connection of its own, in a thread of its own.

    One picture a series is asked for: that of its first acknowledged instance. What is not seen within `limit`
    seconds after its acknowledgement counts as never seen.
    """

    def __init__(
        self,
        archive: DicomwebArchive,
        ledger: Ledger,
        *,
        limit: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.seen = Viewable()
        self._archive = archive
        self._ledger = ledger
        self._limit = limit
        self._clock = clock
        self._pause = pause
        self._series: set[str] = set()
        self._waiting: queue.Queue[tuple[list[Instance], float] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, name="viewing", daemon=True)
        self._thread.start()

    def acknowledged(self, instances: list[Instance], intended: float) -> None:
        """Tell the watcher of instances to look for; their pixels are not kept."""
        light = [Instance(one.study_uid, one.series_uid, one.instance_uid, b"", "") for one in instances]
        if light:
            self._waiting.put((light, intended))

    def finish(self) -> Viewable:
        """Wait until everything was looked for, end the connection, and return what was seen."""
        self._waiting.put(None)
        self._thread.join()
        self._archive.close()
        return self.seen

    def _work(self) -> None:
        while (told := self._waiting.get()) is not None:
            instances, intended = told
            for series_uid in dict.fromkeys(instance.series_uid for instance in instances):
                self._look([one for one in instances if one.series_uid == series_uid], intended)

    def _look(self, instances: list[Instance], intended: float) -> None:
        first = instances[0]
        left = {instance.instance_uid: instance for instance in instances}

        def find() -> bool:
            for uid in self._archive.visible(first.study_uid, first.series_uid, list(left)):
                if found := left.pop(uid, None):
                    self.seen.visible.add(self._clock() - intended)
                    self._ledger.of("visible", found)
            return not left

        self._until(find)
        self.seen.never_visible.extend(left)
        if first.series_uid not in self._series:
            self._series.add(first.series_uid)
            self._draw(first, intended)

    def _draw(self, first: Instance, intended: float) -> None:
        if self._until(lambda: self._archive.is_drawn(first.study_uid, first.series_uid, first.instance_uid)):
            self.seen.drawn.add(self._clock() - intended)
            self._ledger.of("drawn", first)
        else:
            self.seen.never_drawn.append(first.instance_uid)

    def _until(self, done: Callable[[], bool]) -> bool:
        deadline, wait = self._clock() + self._limit, _FIRST_PAUSE
        while True:
            try:
                if done():
                    return True
            except (Unreachable, TurnedAway):
                pass  # looked for again until the limit
            if self._clock() >= deadline:
                return False
            self._pause(wait)
            wait = min(wait * 2, _LONGEST_PAUSE)
