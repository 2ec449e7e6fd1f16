"""The bench a fault is tried on: good instances to spoil, a line to the archive, and what it says and has."""

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.faults import surgery
from simulator.faults.surgery import Parts
from simulator.faults.wire import Reply, Wire, multipart
from simulator.studies import Instance
from simulator.uids import uid
from simulator.workload.archive import Archive, TurnedAway, Unreachable

STUDY, SERIES, INSTANCE, SOP_CLASS = 0x0020000D, 0x0020000E, 0x00080018, 0x00080016
META_INSTANCE, TRANSFER_SYNTAX = 0x00020003, 0x00020010
PATIENT_ID, PIXEL_DATA, ACCESSION = 0x00100020, 0x7FE00010, 0x00080050

_FAILED, _STORED, _OTHER_FAILURES = "00081198", "00081199", "0008119A"


@dataclass(frozen=True)
class Said:
    """A store response as an archive gave it: the UIDs stored, and the Failure Reasons of what was not."""

    status: int
    stored: tuple[str, ...] = ()
    refused: dict[str, int] = field(default_factory=dict)
    unnamed: tuple[int, ...] = ()
    text: str = ""

    @property
    def reasons(self) -> tuple[int, ...]:
        """Every Failure Reason given."""
        return (*self.refused.values(), *self.unnamed)


class Bench:
    """Everything one fault needs. Its UIDs follow from the seed and its name, so faults never meet each other."""

    def __init__(
        self,
        wire: Wire,
        archive: Archive,
        good: bytes,
        seed: int,
        name: str,
        *,
        neighbours: int = 0,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.wire = wire
        self.archive = archive
        self.pause = pause
        self.neighbours = neighbours
        self._good = good
        self._path = (seed, "fault", name)
        self.study_uid = uid(seed, "fault", name, "study")
        self.series_uid = uid(seed, "fault", name, "series")

    def uid(self, *path: str | int) -> str:
        """A UID of this fault's own."""
        return uid(self._path[0], *self._path[1:], *path)

    def parts(self, number: int) -> Parts:
        """Instance `number` of this fault's series, in pieces, ready to be spoilt."""
        parts = surgery.take_apart(self._good)
        instance_uid = self.uid("instance", number)
        parts.uid(STUDY, self.study_uid).uid(SERIES, self.series_uid).uid(INSTANCE, instance_uid)
        parts.uid(META_INSTANCE, instance_uid)
        text = f"{number} " if len(str(number)) % 2 else str(number)
        return parts.put(0x00200013, "IS", text.encode())

    def instance(self, number: int, data: bytes = b"") -> Instance:
        """Instance `number` as it should be, or with other bytes."""
        uids = self.study_uid, self.series_uid, self.uid("instance", number)
        return Instance(*uids, data or self.parts(number).whole(), f"{number:04d}.dcm")

    def good_neighbours(self) -> list[Instance]:
        """The good instances that share the line with the fault, as its rate says."""
        return [self.instance(1000 + number) for number in range(self.neighbours)]

    def stow(self, *files: bytes, path: str = "/studies", **headers: str) -> Reply:
        """One well-formed store request with whatever files."""
        body = multipart(*files)
        return self.wire.exchange([self.wire.post(len(body), path, **headers), body])

    def holds(self, instance: Instance) -> bool | None:
        """Whether the archive gives these very bytes back; None when it gives nothing, False for other bytes."""
        try:
            digest = self.archive.digest(instance.study_uid, instance.series_uid, instance.instance_uid)
        except (Unreachable, TurnedAway):
            return None
        return digest == hashlib.sha256(instance.data).hexdigest() if digest else None

    def get(self, path: str, accept: str) -> Reply:
        """A resource below the DICOMweb root."""
        head = f"GET {self.wire.path}{path} HTTP/1.1\r\nHost: {self.wire.host}\r\nAccept: {accept}\r\n"
        return self.wire.exchange([f"{head}Connection: close\r\n\r\n".encode()])


def understood(reply: Reply) -> Said:
    """Read a store response, PS3.18 10.5.3; a reply that is none has only a status and a text."""
    text = " ".join(reply.body[:400].decode("utf-8", "replace").split())
    try:
        payload = json.loads(reply.body)
    except ValueError:
        return Said(reply.status, text=text)
    dataset = payload[0] if isinstance(payload, list) and payload else payload
    if not isinstance(dataset, dict) or "json" not in reply.media_type or "problem" in reply.media_type:
        return Said(reply.status, text=text)
    stored = tuple(_uid(item) for item in _items(dataset, _STORED))
    refused = {_uid(item): _reason(item) for item in _items(dataset, _FAILED)}
    unnamed = tuple(_reason(item) for item in _items(dataset, _OTHER_FAILURES))
    return Said(reply.status, stored, refused, unnamed, _comment(dataset))


def _items(dataset: dict[str, Any], tag: str) -> Sequence[dict[str, Any]]:
    return [item for item in dataset.get(tag, {}).get("Value", []) if isinstance(item, dict)]


def _uid(item: dict[str, Any]) -> str:
    return str((item.get("00081155", {}).get("Value") or [""])[0])


def _reason(item: dict[str, Any]) -> int:
    return int((item.get("00081197", {}).get("Value") or [0])[0])


def _comment(dataset: dict[str, Any]) -> str:
    for item in (*_items(dataset, _FAILED), *_items(dataset, _OTHER_FAILURES)):
        if values := item.get("00000902", {}).get("Value"):
            return str(values[0])
    return ""
