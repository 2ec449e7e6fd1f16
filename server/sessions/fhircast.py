"""FHIRcast 3.0 in values: what a hub says of the study that a session looks at, and what others may ask of it.

A session is a topic ("a shared view of one application distributed to multiple users", FHIRcast 3.0 glossary).
Pointers, windows and slices do not belong here; they stay on the session's own socket.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from server.dicom.dicomjson import value
from server.errors import Malformed

EVENTS = ("Patient-open", "Patient-close", "ImagingStudy-open", "ImagingStudy-close", "SyncError")
"""What a subscriber may hear; names are compared without regard to case (2.3.1)."""

SUBSCRIBER_SECONDS = 10
"""How long a subscriber may take to answer (2.5)."""

_SYSTEM = "https://fhircast.hl7.org/events/syncerror"
_GENDER = {"M": "male", "F": "female", "O": "other"}

Message = dict[str, Any]
Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """The study in context, and its patient, as FHIR resources."""

    study_uid: str
    patient: Resource
    study: Resource

    @property
    def entries(self) -> list[Message]:
        """As an event's `context`."""
        return [{"key": "patient", "resource": self.patient}, {"key": "study", "resource": self.study}]


@dataclass(frozen=True, slots=True)
class Wish:
    """A subscriber's request to change the context (2.6): `study_uid` is "" where only a patient is named."""

    topic: str
    event_id: str
    event: str
    study_uid: str
    patient_id: str


def context_of(study_uid: str, header: Mapping[str, Any]) -> Context:
    """The context that a study makes, from the DICOM JSON of one of its instances."""
    patient_id = _text(header, "PatientID")
    patient: Resource = {
        "resourceType": "Patient",
        "id": f"patient-of-{study_uid}",
        "identifier": [{"value": patient_id}],
        "name": [_name(_text(header, "PatientName"))],
    }
    if gender := _GENDER.get(_text(header, "PatientSex")):
        patient["gender"] = gender
    if born := _date(_text(header, "PatientBirthDate")):
        patient["birthDate"] = born
    study: Resource = {
        "resourceType": "ImagingStudy",
        "id": study_uid,
        "status": "available",
        "identifier": [{"system": "urn:dicom:uid", "value": f"urn:oid:{study_uid}"}],
        "subject": {"reference": f"Patient/{patient['id']}"},
    }
    if accession := _text(header, "AccessionNumber"):
        coding = [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "ACSN"}]
        study["identifier"].append({"type": {"coding": coding}, "value": accession})
    if started := _date(_text(header, "StudyDate")):
        study["started"] = started
    return Context(study_uid, patient, study)


def changes(topic: str, before: Context | None, now: Context | None, event_id: str, version: str) -> list[Message]:
    """What subscribers are told when one study follows another: the old is closed before the new is opened."""
    same_patient = before is not None and now is not None and _same_person(before, now)
    events: list[tuple[str, Sequence[Message]]] = []
    if before is not None:
        events.append(("ImagingStudy-close", before.entries))
        if not same_patient:
            events.append(("Patient-close", before.entries[:1]))
    if now is not None:
        if not same_patient:
            events.append(("Patient-open", now.entries[:1]))
        events.append(("ImagingStudy-open", now.entries))
    # the id of a request is that of the event it asked for (2.6), which comes last
    last = len(events) - 1
    return [
        notification(topic, event_id if number == last else f"{event_id}.{number}", name, entries, version)
        for number, (name, entries) in enumerate(events)
    ]


def notification(topic: str, event_id: str, event: str, entries: Sequence[Message], version: str = "") -> Message:
    """One message to a subscriber (2.5)."""
    told: Message = {"hub.topic": topic, "hub.event": event, "context": list(entries)}
    if version and event.endswith("-open"):
        told["context.versionId"] = version
    return {"timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"), "id": event_id, "event": told}


def sync_error(topic: str, event_id: str, refused: Message, subscriber: str, why: str) -> Message:
    """That somebody did not follow an event (3.2.1)."""
    facts = {"eventid": refused["id"], "eventname": refused["event"]["hub.event"], "subscriber": subscriber}
    coding = [{"system": f"{_SYSTEM}/{name}", "code": code} for name, code in facts.items()]
    issue = {"severity": "warning", "code": "processing", "diagnostics": why, "details": {"coding": coding}}
    outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
    return notification(topic, event_id, "SyncError", [{"key": "operationoutcome", "resource": outcome}])


def sync_error_in(body: object) -> Message | None:
    """What a subscriber says that it does not follow after all (3.2.1), to be passed on; None for other events."""
    said = body if isinstance(body, dict) else {}
    event = said.get("event")
    if not isinstance(event, dict) or str(event.get("hub.event")).lower() != "syncerror":
        return None
    event_id, topic, entries = said.get("id"), event.get("hub.topic"), event.get("context")
    if not (isinstance(event_id, str) and 1 <= len(event_id) <= 128 and isinstance(topic, str)):
        raise Malformed("A request has a timestamp, an id and an event with a hub.topic.")
    first = entries[0] if isinstance(entries, list) and len(entries) == 1 else None
    told = first.get("resource") if isinstance(first, dict) else None
    if not isinstance(told, dict) or told.get("resourceType") != "OperationOutcome":
        raise Malformed("A SyncError's context is one OperationOutcome.")
    return notification(topic, event_id, "SyncError", [{"key": "operationoutcome", "resource": told}])


def current(context: Context | None, version: str) -> Message:
    """The answer to "get current context" (2.9)."""
    if context is None:
        return {"context.type": "", "context": []}
    return {"context.type": "ImagingStudy", "context.versionId": version, "context": context.entries}


def wish_in(body: object) -> Wish:
    """What a request to change the context asks for; `Malformed` where it asks for nothing that can be done here."""
    event = body.get("event") if isinstance(body, dict) else None
    event_id = body.get("id") if isinstance(body, dict) else None
    if not isinstance(event, dict) or not isinstance(event_id, str) or not 1 <= len(event_id) <= 128:
        raise Malformed("A request has a timestamp, an id and an event.")
    topic, name, entries = (event.get(key) for key in ("hub.topic", "hub.event", "context"))
    if not isinstance(topic, str) or not isinstance(name, str) or not isinstance(entries, list):
        raise Malformed("An event has a hub.topic, a hub.event and a context.")
    found = {
        one.get("key"): one.get("resource")
        for one in entries
        if isinstance(one, dict) and isinstance(one.get("resource"), dict)
    }
    study_uid = _identifier(found.get("study"), "urn:dicom:uid").removeprefix("urn:oid:")
    patient_id = _identifier(found.get("patient"), None)
    if name.lower() == "imagingstudy-open" and study_uid:
        return Wish(topic, event_id, "ImagingStudy-open", study_uid, patient_id)
    if name.lower() == "patient-open" and patient_id:
        return Wish(topic, event_id, "Patient-open", "", patient_id)
    raise Malformed("ImagingStudy-open with a study's urn:dicom:uid, or Patient-open with an identifier, can be asked.")


def _identifier(resource: object, system: str | None) -> str:
    known = resource.get("identifier") if isinstance(resource, dict) else None
    for one in known if isinstance(known, list) else []:
        if (
            isinstance(one, dict)
            and (system is None or one.get("system") == system)
            and isinstance(one.get("value"), str)
        ):
            return str(one["value"])
    return ""


def _same_person(one: Context, other: Context) -> bool:
    alike = ("identifier", "name", "birthDate")
    return all(one.patient.get(name) == other.patient.get(name) for name in alike)


def _text(header: Mapping[str, Any], keyword: str) -> str:
    return str(value(header, keyword) or "").partition("=")[0].strip()


def _name(text: str) -> Resource:
    """A human name from a PN (PS3.5 6.2): family, given and middle names."""
    family, given, middle, *_ = [*text.split("^"), "", "", ""]
    return {
        "text": " ".join(filter(None, (given, middle, family))),
        "family": family,
        "given": [*filter(None, (given, middle))],
    }


def _date(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}" if len(text) == 8 and text.isdigit() else ""
