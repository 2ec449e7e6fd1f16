"""Matching: from the keys of a query to an SQL condition, as pure functions (PS3.4 C.2.2.2, PS3.18 8.3.4)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from server.dicom.attributes import Attribute, tag
from server.dicom.uids import is_uid
from server.errors import Malformed


class Level(IntEnum):
    """What a search looks for, from the top."""

    STUDY = 0
    SERIES = 1
    INSTANCE = 2


@dataclass(frozen=True, slots=True)
class Query:
    """One search: `keys` in the order given, `include` the extra tags wanted (None: all there are)."""

    level: Level
    keys: Sequence[tuple[Attribute, str]] = ()
    include: frozenset[str] | None = frozenset()
    limit: int = 100
    offset: int = 0
    study_uid: str | None = None
    series_uid: str | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """An SQL condition over `study`, `series` and `instance`, its parameters, and the keys it leaves unmatched."""

    sql: str
    parameters: tuple[object, ...]
    unmatched: tuple[str, ...] = field(default=())


Term = tuple[str, list[object]]

MOST_KEYS = 64
MOST_UIDS = 20_000
LONGEST_PATTERN = 1024
"""Bounds of one search, well inside what the database can take."""


def condition(query: Query) -> Condition:
    """The condition that a row must meet; keys with an empty value match everything (PS3.4 C.2.2.2.3)."""
    if len(query.keys) > MOST_KEYS:
        raise Malformed(f"A search has {MOST_KEYS} keys at most.", keys=len(query.keys))
    terms: list[Term] = []
    unmatched = []
    if query.study_uid is not None:
        terms.append(("study.study_uid = ?", [query.study_uid]))
    if query.series_uid is not None:
        terms.append(("series.series_uid = ?", [query.series_uid]))
    for key, text in query.keys:
        column = _COLUMNS.get(key.tag)
        if column is None or column.level > query.level:
            unmatched.append(key.keyword)
        elif text.strip():
            terms.append(column.match(column.name, text.strip()))
    sql = " AND ".join(sql for sql, _ in terms) or "1"
    return Condition(sql, tuple(p for _, parameters in terms for p in parameters), tuple(unmatched))


def name_key(name: str | None) -> str | None:
    """A person name as it is compared: without case, each group without trailing separators (PS3.5 6.2.1)."""
    if name is None:
        return None
    return "=".join(group.rstrip("^ ") for group in name.casefold().split("=")).rstrip("=")


def _match_text(column: str, text: str) -> Term:
    if "*" in text or "?" in text:
        if len(text) > LONGEST_PATTERN:
            raise Malformed(f"A value with wildcards has {LONGEST_PATTERN} characters at most.", length=len(text))
        return f"{column} GLOB ?", [text.replace("[", "[[]")]
    return f"{column} = ?", [text]


def _match_name(column: str, text: str) -> Term:
    """A name without case; a single value matches any one of the groups of a name with several."""
    key = name_key(text) or ""
    if "*" in key or "?" in key:
        return _match_text(column, key)
    escaped = key.replace("[", "[[]")
    patterns = [f"{escaped}=*", f"*={escaped}=*", f"*={escaped}"]
    return f"({column} = ? OR {' OR '.join([f'{column} GLOB ?'] * 3)})", [key, *patterns]


def _match_uids(column: str, text: str) -> Term:
    # PS3.4 C.2.2.2.2: a list of UIDs is separated by backslashes; PS3.18 8.3.4.1 separates by commas
    uids = [uid for uid in re.split(r"[\\,]", text) if uid]
    if len(uids) > MOST_UIDS:
        raise Malformed(f"A list has {MOST_UIDS} UIDs at most.", uids=len(uids))
    for uid in uids:
        if not is_uid(uid):
            raise Malformed("A UID is dotted numbers of 64 characters at most.", value=uid[:80])
    return f"{column} IN ({', '.join('?' * len(uids))})", [*uids]


def _match_modalities(_column: str, text: str) -> Term:
    wanted = [modality for modality in re.split(r"[\\,]", text) if modality]
    if not 1 <= len(wanted) <= MOST_KEYS:
        raise Malformed(f"A list has 1 to {MOST_KEYS} modalities.", value=text[:80])
    sql, parameters = zip(*(_match_text("member.modality", modality) for modality in wanted), strict=True)
    exists = "EXISTS (SELECT 1 FROM series AS member WHERE member.study_key = study.study_key AND ({}))"
    return exists.format(" OR ".join(sql)), [p for ps in parameters for p in ps]


def _match_number(column: str, text: str) -> Term:
    if not re.fullmatch(r"[+-]?[0-9]{1,12}", text):
        raise Malformed("A number is matched by one whole number.", value=text[:80])
    return f"{column} = ?", [int(text)]


def _ranged(pattern: str, example: str, last: str) -> Callable[[str, str], Term]:
    """Matches a date or time: one value, or a range open at either end (PS3.4 C.2.2.2.5)."""

    def match(column: str, text: str) -> Term:
        low, dash, high = text.partition("-")
        for bound in (low, high):
            if bound and not re.fullmatch(pattern, bound):
                raise Malformed(f"Write it like {example}, or a range with a hyphen.", value=text[:80])
        if not low and not high:
            raise Malformed(f"Write it like {example}, or a range with a hyphen.", value=text[:80])
        if not dash:
            return f"({column} >= ? AND {column} <= ?)", [low, low + last]
        terms = [(f"{column} >= ?", low)] if low else []
        terms += [(f"{column} <= ?", high + last)] if high else []
        return " AND ".join(sql for sql, _ in terms), [bound for _, bound in terms]

    return match


_match_date = _ranged(r"[0-9]{4}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])", "20261121", "")
# what follows the digits given is a fraction or smaller unit, so '1015' ends with 10:15:59.999999
_match_time = _ranged(r"([01][0-9]|2[0-3])([0-5][0-9]([0-5][0-9](\.[0-9]{1,6})?)?)?", "101500", "~")


@dataclass(frozen=True, slots=True)
class _Column:
    level: Level
    name: str
    match: Callable[[str, str], Term]


def _rows(level: Level, table: str, **columns: Callable[[str, str], Term]) -> dict[str, _Column]:
    return {tag(keyword): _Column(level, f"{table}.{_snake(keyword)}", match) for keyword, match in columns.items()}


def _snake(keyword: str) -> str:
    return _SPECIAL.get(keyword) or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", keyword).replace("ID", "_id").lower()


_SPECIAL = {
    "StudyInstanceUID": "study_uid",
    "SeriesInstanceUID": "series_uid",
    "SOPInstanceUID": "instance_uid",
    "SOPClassUID": "sop_class_uid",
    "PatientID": "patient_id",
    "IssuerOfPatientID": "issuer_of_patient_id",
    "StudyID": "study_id",
    "PerformedProcedureStepStartDate": "performed_date",
    "PerformedProcedureStepStartTime": "performed_time",
    "ModalitiesInStudy": "modality",
}

_COLUMNS = (
    _rows(
        Level.STUDY,
        "study",
        StudyInstanceUID=_match_uids,
        StudyDate=_match_date,
        StudyTime=_match_time,
        AccessionNumber=_match_text,
        ModalitiesInStudy=_match_modalities,
        ReferringPhysicianName=_match_name,
        PatientName=_match_name,
        PatientID=_match_text,
        IssuerOfPatientID=_match_text,
        PatientBirthDate=_match_date,
        PatientSex=_match_text,
        StudyID=_match_text,
        StudyDescription=_match_text,
    )
    | _rows(
        Level.SERIES,
        "series",
        SeriesInstanceUID=_match_uids,
        Modality=_match_text,
        SeriesNumber=_match_number,
        SeriesDescription=_match_text,
        BodyPartExamined=_match_text,
        Laterality=_match_text,
        PerformedProcedureStepStartDate=_match_date,
        PerformedProcedureStepStartTime=_match_time,
    )
    | _rows(
        Level.INSTANCE,
        "instance",
        SOPInstanceUID=_match_uids,
        SOPClassUID=_match_uids,
        InstanceNumber=_match_number,
    )
)

MATCHED = frozenset(_COLUMNS)
"""The tags that a search can match."""
