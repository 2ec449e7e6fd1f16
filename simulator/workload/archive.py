"""What a modality asks of the archive it sends to, whatever the protocol between them."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from simulator.studies import Instance
from simulator.workload.patience import Patience

DUPLICATE = 0x0111
"""Failure Reason: an instance with this UID is there already (PS3.7 annex C)."""

_REASONS = {
    0x0110: "processing failure",
    0x0111: "another instance with this UID is there",
    0x0117: "invalid SOP Instance UID",
    0x0122: "SOP class not supported",
    0x0124: "not allowed",
}
_REASON_GROUPS = {0xA7: "out of resources", 0xA9: "does not match its SOP class", 0xC0: "cannot be understood"}


@dataclass(frozen=True)
class Answer:
    """What the archive said of some instances: the UIDs stored, and the Failure Reasons of those refused."""

    stored: frozenset[str] = frozenset()
    refused: dict[str, int] = field(default_factory=dict)


class Unreachable(Exception):
    """No answer that decides anything: trying again may help, after `retry_after` seconds if the archive said so."""

    def __init__(self, message: str, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TurnedAway(Exception):
    """The archive refuses the request as a whole; the same request again would be refused again."""

    def __init__(self, message: str, *, too_large: bool = False) -> None:
        super().__init__(message)
        self.too_large = too_large


class Archive(Protocol):
    """One connection to an archive. Every method may raise Unreachable or TurnedAway."""

    def store(self, instances: Sequence[Instance]) -> Answer:
        """Send instances once and say what became of each."""

    def held(self, study_uid: str, series_uid: str) -> frozenset[str]:
        """The UIDs of the instances that a search finds in a series."""

    def digest(self, study_uid: str, series_uid: str, instance_uid: str) -> str:
        """SHA-256 of the file that the archive gives back, in hexadecimal; empty when it gives none."""

    def close(self) -> None:
        """End the connection."""


Connect = Callable[[], Archive]


def store_patiently(archive: Archive, instances: Sequence[Instance], patience: Patience) -> Answer:
    """Store, trying again while the archive is out of reach; what is too large at once is sent in halves.

    Raises Unreachable when every attempt failed, and TurnedAway.
    """
    for attempt in range(patience.attempts):
        try:
            return archive.store(instances)
        except Unreachable as trouble:
            if patience.attempts == 1:
                raise
            if attempt + 1 == patience.attempts:
                raise Unreachable(f"nothing was taken in {patience.attempts} attempts ({trouble})") from trouble
            patience.rest(attempt, trouble.retry_after)
        except TurnedAway as refusal:
            if not refusal.too_large or len(instances) == 1:
                raise
            half = len(instances) // 2
            first = store_patiently(archive, instances[:half], patience)
            second = store_patiently(archive, instances[half:], patience)
            return Answer(first.stored | second.stored, first.refused | second.refused)
    raise AssertionError("patience has at least one attempt")


def holds_these_bytes(archive: Archive, instance: Instance, digest: str) -> bool:
    """Whether the archive gives back exactly these bytes; False too when it cannot be asked."""
    try:
        return archive.digest(instance.study_uid, instance.series_uid, instance.instance_uid) == digest
    except (Unreachable, TurnedAway):
        return False


def missing_from(archive: Archive, study_uid: str, series_uid: str, uids: Collection[str]) -> list[str]:
    """Those of `uids` that a search for the series does not find, in their order."""
    held = archive.held(study_uid, series_uid)
    return [uid for uid in uids if uid not in held]


def is_passing(failure_reason: int) -> bool:
    """Whether the same instance may be taken later: PS3.4 B.2.3, out of resources."""
    return failure_reason >> 8 == 0xA7


def reason_text(code: int) -> str:
    """Return a Failure Reason in words, PS3.18 I.2.2 and PS3.4 B.2.3."""
    words = _REASONS.get(code) or _REASON_GROUPS.get(code >> 8) or "refused"
    return f"{words} (0x{code:04X})"
