"""Worklists that servers keep: workitems by UPS-RS (PS3.18 11), scheduled steps by C-FIND (PS3.4 K)."""

from typing import Any

import httpx
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from simulator.workload import dimse
from simulator.workload.archive import Unreachable
from simulator.workload.worklist import Item, checked, without_repeats

WORKLIST_FIND = "1.2.840.10008.5.1.4.31"
_PAGE = 100
_MOST_ITEMS = 10_000

# PS3.6 tags, as DICOM JSON names them (PS3.18 F.2)
_STATE, _START, _LABEL, _STATION_CLASS = "00741000", "00404005", "00741204", "00404026"
_REQUESTS, _ACCESSION, _CODE = "0040A370", "00080050", "00080100"
_NAME, _ID, _BIRTH, _SEX = "00100010", "00100020", "00100030", "00100040"
_STUDY, _INSTANCE, _MODALITY = "0020000D", "00080018", "00080060"


def from_ups(root: str, modality: str) -> list[Item]:
    """Search for scheduled workitems, PS3.18 11.9. Raises ValueError when there is no usable answer."""
    url = f"{root.rstrip('/')}/workitems"
    found: list[dict[str, Any]] = []
    with httpx.Client(timeout=30, trust_env=False, headers={"Accept": "application/dicom+json"}) as client:
        while len(found) < _MOST_ITEMS:
            page = _search(client, url, len(found))
            found += page
            if len(page) < _PAGE:
                break
    items = [_workitem(attributes) for attributes in found]
    items = [item for item in items if not modality or item.modality in {"", modality}]
    return without_repeats([checked(_with_modality(item, modality), url) for item in items])


def from_scp(address: str, modality: str) -> list[Item]:
    """Search for scheduled procedure steps with C-FIND. Raises ValueError when there is no usable answer."""
    called = dimse.node(address)
    entity = dimse.pynetdicom().AE(ae_title=dimse.OUR_TITLE)
    entity.add_requested_context(WORKLIST_FIND, [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
    try:
        association = dimse.associate(entity, called)
        matches = list(dimse.find(association, _worklist_keys(modality), WORKLIST_FIND))
        association.release()
    except Unreachable as error:
        raise ValueError(f"{address}: {error}") from error
    return without_repeats([checked(_scheduled_step(match), address) for match in matches])


def _search(client: httpx.Client, url: str, offset: int) -> list[dict[str, Any]]:
    query = {_STATE: "SCHEDULED", "includefield": "all", "limit": str(_PAGE), "offset": str(offset)}
    try:
        response = client.get(url, params=query)
        if response.status_code == 204:
            return []
        response.raise_for_status()
        page = response.json()
    except (httpx.HTTPError, ValueError) as error:
        raise ValueError(f"{url} gave no list of workitems: {error}") from error
    if not isinstance(page, list) or not all(isinstance(one, dict) for one in page):
        raise ValueError(f"{url} gave no list of workitems but something else.")
    return page


def _workitem(attributes: dict[str, Any]) -> Item:
    request = _first(attributes, _REQUESTS) or {}
    station_class = _first(attributes, _STATION_CLASS) or {}
    return Item(
        step_id=_text(attributes, _INSTANCE),
        modality=_text(attributes, _MODALITY) or _text(station_class, _CODE),
        accession_number=_text(request, _ACCESSION) or _text(attributes, _ACCESSION),
        study_uid=_text(attributes, _STUDY) or _text(request, _STUDY),
        scheduled=_text(attributes, _START).partition(".")[0][:14],
        description=_text(attributes, _LABEL),
        patient_id=_text(attributes, _ID),
        patient_name=_text(attributes, _NAME),
        birth_date=_text(attributes, _BIRTH),
        sex=_text(attributes, _SEX),
    )


def _with_modality(item: Item, modality: str) -> Item:
    return item if item.modality else Item(**item.to_json() | {"modality": modality})


def _first(attributes: dict[str, Any], tag: str) -> Any:
    values = attributes.get(tag, {}).get("Value") or [None]
    return values[0]


def _text(attributes: dict[str, Any], tag: str) -> str:
    value = _first(attributes, tag)
    if isinstance(value, dict):  # PS3.18 F.2.2: a person's name is an object of its three groups
        value = value.get("Alphabetic", "")
    return str(value).strip() if value is not None else ""


def _worklist_keys(modality: str) -> Dataset:
    step = Dataset()
    step.Modality = modality
    step.ScheduledStationAETitle = ""
    step.ScheduledProcedureStepStartDate = ""
    step.ScheduledProcedureStepStartTime = ""
    step.ScheduledProcedureStepDescription = ""
    step.ScheduledProcedureStepID = ""
    keys = Dataset()
    for keyword in ("AccessionNumber", "PatientName", "PatientID", "PatientBirthDate", "PatientSex"):
        setattr(keys, keyword, "")
    keys.StudyInstanceUID = ""
    keys.RequestedProcedureDescription = ""
    keys.SpecificCharacterSet = "ISO_IR 192"
    keys.ScheduledProcedureStepSequence = [step]
    return keys


def _scheduled_step(match: Dataset) -> Item:
    steps = match.get("ScheduledProcedureStepSequence") or [Dataset()]
    step = steps[0]
    moment = str(step.get("ScheduledProcedureStepStartDate", "")) + str(step.get("ScheduledProcedureStepStartTime", ""))
    return Item(
        step_id=str(step.get("ScheduledProcedureStepID", "")),
        modality=str(step.get("Modality", "")),
        accession_number=str(match.get("AccessionNumber", "")),
        study_uid=str(match.get("StudyInstanceUID", "")),
        scheduled=moment.partition(".")[0][:14],
        description=str(step.get("ScheduledProcedureStepDescription", ""))
        or str(match.get("RequestedProcedureDescription", "")),
        patient_id=str(match.get("PatientID", "")),
        patient_name=str(match.get("PatientName", "")),
        birth_date=str(match.get("PatientBirthDate", "")),
        sex=str(match.get("PatientSex", "")),
    )
