"""What another program asks to be shown: the parameters of IHE Invoke Image Display (RAD TF-2 4.106.4.1.2).

Each is honoured or refused in words; none is passed over in silence, for whoever asked would take what opens for
what was asked for. Names of parameters are read without case, as callers spell them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from server.dicom.dicomjson import Attributes, value
from server.dicom.uids import is_uid
from server.errors import Malformed

MOST_STUDIES = 20
_LISTS = ("studyUID", "accessionNumber", "modalitiesInStudy")
_OF_PATIENTS = ("mostRecentResults", "modalitiesInStudy", "lowerDateTime", "upperDateTime")
_OF_BOTH = ("requestType", "patientID", "patientName", "patientBirthDate")
_OF_THE_VIEWER = ("viewerType", "diagnosticQuality", "keyImagesOnly")
_NAMES = {name.lower(): name for name in (*_LISTS, *_OF_PATIENTS, *_OF_BOTH, *_OF_THE_VIEWER)}


@dataclass(frozen=True)
class Invocation:
    """What is to be opened: `keys` of a search, and what its matches are then compared with. Times are local."""

    study_uids: Sequence[str]
    accession_numbers: Sequence[str]
    keys: Mapping[str, str]
    authority: str
    name: str
    birth_date: str
    earliest: datetime | None
    latest: datetime | None
    most: int
    key_images_only: bool

    def is_between(self, match: Attributes) -> bool:
        """Whether a study was made between the two times; one that does not say when may have been."""
        day, clock = (str(value(match, name) or "") for name in ("StudyDate", "StudyTime"))
        try:
            made = datetime.strptime(f"{day}{clock[:6]:0<6}", "%Y%m%d%H%M%S")  # noqa: DTZ007 - DICOM says no zone
        except ValueError:
            return True
        return (self.earliest or made) <= made <= (self.latest or made) if clock else True


def parse_invocation(parameters: Iterable[tuple[str, str]]) -> Invocation:
    """Reads a query; `Malformed` says which parameter makes no sense. A vendor's own parameters mean nothing here."""
    asked = _asked(parameters)
    kind = asked.get("requestType", "").upper()
    if kind not in {"STUDY", "PATIENT"}:
        raise Malformed("requestType is STUDY or PATIENT.")
    if asked.get("viewerType", "IHE_BIR").upper() != "IHE_BIR":
        raise Malformed("viewerType here is IHE_BIR, a basic image review.")
    _is_true(asked, "diagnosticQuality")  # whichever it is, pictures are exact once they stand still
    for name in _OF_PATIENTS if kind == "STUDY" else ("studyUID", "accessionNumber"):
        if name in asked:
            raise Malformed(f"{name} does not go with requestType={kind}.")
    # HL7 CX: ID, check digit, its scheme, assigning authority
    patient_id, _, _, authority = (part.strip() for part in f"{asked.get('patientID', '')}^^^".split("^")[:4])
    if kind == "PATIENT" and not patient_id:
        raise Malformed("A PATIENT request names patientID.")
    uids, numbers = _list(asked, "studyUID"), _list(asked, "accessionNumber")
    if kind == "STUDY" and not uids and not numbers:
        raise Malformed("A STUDY request names studyUID or accessionNumber.")
    if not all(map(is_uid, uids)):
        raise Malformed("A studyUID is none.")
    earliest, latest = (
        _moment(asked, name, end) for name, end in (("lowerDateTime", time.min), ("upperDateTime", _LAST))
    )
    days = [moment.strftime("%Y%m%d") if moment else "" for moment in (earliest, latest)]
    keys = {
        "PatientID": _literal(patient_id),
        "ModalitiesInStudy": asked.get("modalitiesInStudy", ""),
        "StudyDate": "-".join(days) if any(days) else "",
    }
    return Invocation(
        study_uids=uids,
        accession_numbers=[] if uids else [_literal(number) for number in numbers],
        keys={name: text for name, text in keys.items() if text},
        authority=authority,
        name=asked.get("patientName", ""),
        birth_date=_birth_date(asked.get("patientBirthDate", "")),
        earliest=earliest,
        latest=latest,
        most=MOST_STUDIES if kind == "STUDY" else _most(asked.get("mostRecentResults", "1")),
        key_images_only=_is_true(asked, "keyImagesOnly"),
    )


_LAST = time(23, 59, 59, 999_999)


def _asked(parameters: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The profile's parameters that say something; lists may also be repeated."""
    asked: dict[str, str] = {}
    for told, text in parameters:
        name = _NAMES.get(told.lower())
        if name is None or not text.strip():
            continue
        if name in asked and name not in _LISTS:
            raise Malformed(f"{name} is given once.")
        asked[name] = f"{asked[name]},{text.strip()}" if name in asked else text.strip()
    return asked


def _list(asked: Mapping[str, str], name: str) -> list[str]:
    parts = list(dict.fromkeys(part.strip() for part in asked.get(name, "").split(",") if part.strip()))
    if len(parts) > MOST_STUDIES:
        raise Malformed(f"{name} lists {MOST_STUDIES} studies at most.")
    return parts


def _literal(text: str) -> str:
    """A value that matches itself alone, not what looks like a wildcard in it."""
    if any(character in text for character in "*?\\"):
        raise Malformed("An identifier has no wildcards.")
    return text


def _moment(asked: Mapping[str, str], name: str, of_day: time) -> datetime | None:
    """An xsd:dateTime as the clock on the wall here has it, or the beginning or end of a day alone."""
    told = asked.get(name, "")
    try:
        moment = datetime.fromisoformat(told) if told else None
    except ValueError as error:
        raise Malformed(f"{name} is a time such as 2026-11-21T14:30:00.") from error
    if moment is None or moment.tzinfo is not None:
        return moment and moment.astimezone().replace(tzinfo=None)
    return datetime.combine(moment, of_day) if len(told) <= len("2026-11-21") else moment


def _birth_date(told: str) -> str:
    """A day as VR DA; dashes are xsd:date's."""
    day = told.replace("-", "")
    if day and not (day.isascii() and day.isdigit() and len(day) == 8):
        raise Malformed("patientBirthDate is a day such as 1960-01-02.")
    return day


def _most(told: str) -> int:
    """How many of the newest; the viewer offers the others as priors."""
    if not told.isascii() or not told.isdigit() or not int(told[:9]) >= 1:
        raise Malformed("mostRecentResults is a whole number from 1.")
    return min(int(told[:9]), MOST_STUDIES)


def _is_true(asked: Mapping[str, str], name: str) -> bool:
    told = asked.get(name, "false").lower()
    if told not in {"true", "false"}:
        raise Malformed(f"{name} is true or false.")
    return told == "true"
