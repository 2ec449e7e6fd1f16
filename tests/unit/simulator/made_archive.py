"""An archive in memory that misbehaves as each test tells it to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from simulator.studies import Instance
from simulator.workload.archive import Answer


@dataclass
class MadeArchive:
    """Takes everything; `troubles` are raised in turn first, `forgets` is acknowledged and not kept."""

    kept: dict[str, Instance] = field(default_factory=dict)
    troubles: list[Exception] = field(default_factory=list)
    refuses: dict[str, int] = field(default_factory=dict)
    forgets: set[str] = field(default_factory=set)
    unmentioned: set[str] = field(default_factory=set)
    spoils: dict[str, Exception] = field(default_factory=dict)
    requests: list[list[str]] = field(default_factory=list)
    closed: int = 0

    def store(self, instances: Sequence[Instance]) -> Answer:
        uids = [instance.instance_uid for instance in instances]
        self.requests.append(uids)
        if self.troubles:
            raise self.troubles.pop(0)
        for uid in uids:
            if uid in self.spoils:
                raise self.spoils[uid]
        taken = [one for one in instances if one.instance_uid not in self.refuses]
        self.kept |= {one.instance_uid: one for one in taken if one.instance_uid not in self.forgets}
        stored = frozenset(one.instance_uid for one in taken) - self.unmentioned
        return Answer(stored, {uid: self.refuses[uid] for uid in uids if uid in self.refuses})

    def held(self, study_uid: str, series_uid: str) -> frozenset[str]:
        return frozenset(uid for uid, one in self.kept.items() if one.series_uid == series_uid)

    def digest(self, study_uid: str, series_uid: str, instance_uid: str) -> str:
        one = self.kept.get(instance_uid)
        return sha256(one.data).hexdigest() if one else ""

    def close(self) -> None:
        self.closed += 1
