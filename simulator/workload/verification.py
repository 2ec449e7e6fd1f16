"""Asking the archive, after all was acknowledged, whether it really has it: by UID, or byte by byte."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from simulator.workload.archive import Archive
from simulator.workload.ledger import Ledger, read


@dataclass(frozen=True)
class Sent:
    """One instance as the ledger of its sending knows it."""

    study_uid: str
    series_uid: str
    instance_uid: str
    sha256: str


@dataclass
class Verdict:
    """What the archive was found to have; the lists name instance UIDs."""

    verified: int = 0
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether everything is there, and the same."""
        return not self.missing and not self.changed


def acknowledged(path: Path, begin: int = 0) -> Iterator[Sent]:
    """Yield every instance acknowledged in a ledger from byte `begin` on, once, with the digest it was sent with."""
    digests: dict[str, str] = {}
    told: set[str] = set()
    for line in read(path, begin):
        uid = str(line["instance_uid"])
        if line["event"] == "sent":
            digests[uid] = str(line["sha256"])
        elif line["event"] == "acknowledged" and uid not in told:
            told.add(uid)
            yield Sent(str(line["study_uid"]), str(line["series_uid"]), uid, digests.get(uid, ""))


def verify(archive: Archive, sent: list[Sent], ledger: Ledger, *, compare_bytes: bool) -> Verdict:
    """Ask for every series once, and with `compare_bytes` for every instance too. Raises Unreachable, TurnedAway."""
    verdict = Verdict()
    for study_uid, series_uid in dict.fromkeys((one.study_uid, one.series_uid) for one in sent):
        held = archive.held(study_uid, series_uid)
        for one in sent:
            if one.series_uid != series_uid or one.study_uid != study_uid:
                continue
            uids = (one.study_uid, one.series_uid, one.instance_uid)
            if one.instance_uid not in held:
                verdict.missing.append(one.instance_uid)
                continue
            if compare_bytes:
                identical = archive.digest(*uids) == one.sha256
                ledger.note("verified", *uids, identical=identical)
                if not identical:
                    verdict.changed.append(one.instance_uid)
                    continue
            else:
                ledger.note("verified", *uids)
            verdict.verified += 1
    return verdict
