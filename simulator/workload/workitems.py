"""Workitems of a UPS-RS server, PS3.18 11: claimed before the patient is called, completed with what was made."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from simulator import uids
from simulator.iods.exam import Series
from simulator.workload.archive import TurnedAway, Unreachable
from simulator.workload.order import made
from simulator.workload.spool import ExamRecord

_JSON = "application/dicom+json"


class Workitems(Protocol):
    """Where a device says what it takes on and what it has done."""

    def claim(self, record: ExamRecord) -> bool:
        """Whether the item is now this device's alone. Raises Unreachable and TurnedAway."""

    def complete(self, record: ExamRecord) -> None:
        """Say that the item is done. Raises Unreachable and TurnedAway."""


class NoWorkitems:
    """A list that nobody else works from and nobody keeps: a file, or a worklist asked by C-FIND."""

    def claim(self, record: ExamRecord) -> bool:
        """Every item is ours."""
        del record
        return True

    def complete(self, record: ExamRecord) -> None:
        """Nobody asks."""
        del record


class UpsWorkitems:
    """The workitems below a DICOMweb root; `retrieve_root` is where the images can be had afterwards, or empty."""

    def __init__(
        self, root: str, retrieve_root: str, station: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._root = f"{root.rstrip('/')}/workitems"
        self._retrieve_root = retrieve_root.rstrip("/")
        self._station = station
        self._now = now

    def claim(self, record: ExamRecord) -> bool:
        """Change the state to IN PROGRESS, PS3.18 11.7; False when another performer has it or it is withdrawn.

        The Transaction UID follows from the record, so that a device that crashed after claiming knows its own again:
        only who holds it may update a workitem in progress, PS3.18 11.6.
        """
        record.begun_at = record.begun_at or _moment(self._now())
        return self._change(record, "IN PROGRESS") or self._update(record, self._performed(record))

    def complete(self, record: ExamRecord) -> None:
        """Add what PS3.4 CC.2.5.1.1 wants of a finished step, then change the state to COMPLETED, PS3.18 11.6, 11.7."""
        study = made(record)
        output = [self._output(study.study_uid, series, study.study.exam.instance_uid) for series in study.series]
        ended = {"00404051": _one("DT", _moment(self._now())), "00404033": {"vr": "SQ", "Value": output}}
        if not (self._update(record, self._performed(record, ended)) and self._change(record, "COMPLETED")):
            raise TurnedAway("the worklist would not have it completed")

    def _change(self, record: ExamRecord, state: str) -> bool:
        change = {"00081195": _one("UI", _transaction_uid(record)), "00741000": _one("CS", state)}
        return self._accepts("PUT", f"{quote(_uid(record), safe='')}/state", change)

    def _update(self, record: ExamRecord, performed: dict[str, Any]) -> bool:
        return self._accepts("POST", f"{quote(_uid(record), safe='')}?{_transaction_uid(record)}", performed)

    def _accepts(self, method: str, path: str, dataset: dict[str, Any]) -> bool:
        url = f"{self._root}/{path}"
        try:
            with httpx.Client(timeout=30, trust_env=False, headers={"Content-Type": _JSON, "Accept": _JSON}) as client:
                response = client.request(method, url, json=[dataset])
        except httpx.TransportError as error:
            raise Unreachable(f"{self._root}: {error}") from error
        if response.is_server_error:
            raise Unreachable(f"{self._root} answered {response.status_code}")
        return response.is_success

    def _performed(self, record: ExamRecord, more: dict[str, Any] | None = None) -> dict[str, Any]:
        """PS3.3 C.30.3 Unified Procedure Step Performed Procedure Information."""
        station = {
            "00080100": _one("SH", self._station),
            "00080102": _one("SH", "99LIGHTBOX"),
            "00080104": _one("LO", self._station),
        }
        step = {"00404028": _one("SQ", station), "00404050": _one("DT", record.begun_at)}
        return {"00741216": _one("SQ", step | (more or {}))}

    def _output(self, study_uid: str, series: Series, instance_uid: Callable[[int, int], str]) -> dict[str, Any]:
        """PS3.3 C.30.4.1 Referenced Instances and Access macro: one series."""
        sop_class = str(series.shared.SOPClassUID)
        references = [
            {"00081150": _one("UI", sop_class), "00081155": _one("UI", instance_uid(series.number, number))}
            for number in range(1, series.size + 1)
        ]
        found: dict[str, Any] = {
            "0040E020": _one("CS", "DICOM"),
            "0020000D": _one("UI", study_uid),
            "0020000E": _one("UI", series.uid),
            "00081199": {"vr": "SQ", "Value": references},
        }
        if self._retrieve_root:
            found["0040E025"] = _one("SQ", {"00081190": _one("UR", f"{self._retrieve_root}/studies/{study_uid}")})
        return found


def _moment(when: datetime) -> str:
    return when.strftime("%Y%m%d%H%M%S%z")


def _one(vr: str, value: Any) -> dict[str, Any]:
    return {"vr": vr, "Value": [value]}


def _uid(record: ExamRecord) -> str:
    return record.item["step_id"]


def _transaction_uid(record: ExamRecord) -> str:
    return uids.uid(record.seed, "transaction", record.key)
