"""Reading the catalogue: searches at the three levels, and where an instance's bytes and attributes are."""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from server.catalogue.matching import Condition, Level, Query, condition
from server.database.sqlite import Database
from server.dicom.attributes import tag
from server.dicom.dicomjson import Attributes
from server.dicom.resources import InstanceRef, ResourceRef, SeriesRef, StudyRef


def _tags(keywords: str) -> frozenset[str]:
    return frozenset(tag(keyword) for keyword in keywords.split())


# PS3.18 tables 10.6.3-3 to 10.6.3-5, and a few that every worklist shows
_RETURNED = {
    Level.STUDY: _tags(
        "SpecificCharacterSet StudyDate StudyTime AccessionNumber ReferringPhysicianName TimezoneOffsetFromUTC "
        "PatientName PatientID IssuerOfPatientID PatientBirthDate PatientSex StudyInstanceUID StudyID StudyDescription"
    ),
    Level.SERIES: _tags(
        "SpecificCharacterSet Modality TimezoneOffsetFromUTC SeriesDescription SeriesInstanceUID SeriesNumber "
        "PerformedProcedureStepStartDate PerformedProcedureStepStartTime RequestAttributesSequence "
        "BodyPartExamined Laterality"
    ),
    Level.INSTANCE: _tags(
        "SpecificCharacterSet SOPClassUID SOPInstanceUID TimezoneOffsetFromUTC InstanceNumber Rows Columns "
        "BitsAllocated NumberOfFrames AvailableTransferSyntaxUID"
    ),
}

_COUNTS = """
  (SELECT count(*) FROM series AS member WHERE member.study_key = study.study_key) AS number_of_series,
  (SELECT count(*) FROM series AS member JOIN instance USING (series_key)
    WHERE member.study_key = study.study_key) AS number_in_study,
  (SELECT group_concat(DISTINCT modality) FROM series AS member
    WHERE member.study_key = study.study_key) AS modalities"""

_IN_SERIES = "(SELECT count(*) FROM instance AS member WHERE member.series_key = series.series_key) AS number_in_series"

_TABLES = {
    Level.STUDY: "study",
    Level.SERIES: "study JOIN series USING (study_key)",
    Level.INSTANCE: "study JOIN series USING (study_key) JOIN instance USING (series_key)",
}


def _columns(query: Query) -> str:
    """What is read for each match: no more than is answered, since counting costs."""
    columns = ["study.study_uid"]
    if _answers_study(query):
        columns += ["study.attributes AS study_attributes", _COUNTS]
    if query.level >= Level.SERIES:
        columns.append("series.series_uid")
    if _answers_series(query):
        columns += ["series.attributes AS series_attributes", _IN_SERIES]
    if query.level == Level.INSTANCE:
        columns += ["instance.instance_uid", "instance.attributes AS instance_attributes"]
    return ", ".join(columns)


def _answers_study(query: Query) -> bool:
    """Whether matches bring the attributes of their study: not where the URL names it (PS3.18 10.6.3.3)."""
    return query.level == Level.STUDY or query.study_uid is None


def _answers_series(query: Query) -> bool:
    return query.level == Level.SERIES or (query.level == Level.INSTANCE and query.series_uid is None)


_ORDER = {
    Level.STUDY: "study.study_date DESC, study.study_time DESC, study.study_uid",
    Level.SERIES: "study.study_date DESC, study.study_time DESC, study.study_uid, series_number, series.series_uid",
    Level.INSTANCE: "study.study_date DESC, study.study_time DESC, study.study_uid, series_number, series.series_uid, "
    "instance_number, instance.instance_uid",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: DICOM JSON a match, whether there is more, and which keys were not matched."""

    matches: list[Attributes]
    more: bool
    unmatched: tuple[str, ...]


def search(database: Database, query: Query, organisations: Iterable[str], root: str) -> Found:
    """Runs a query over what belongs to `organisations`; `root` is the DICOMweb root for Retrieve URLs."""
    wanted = condition(query)
    rows = database.read(*_statement(query, wanted, tuple(organisations)))
    matches = [_match(query, row, root) for row in rows[: query.limit]]
    return Found(matches, len(rows) > query.limit, wanted.unmatched)


def _statement(query: Query, wanted: Condition, organisations: Sequence[str]) -> tuple[str, tuple[object, ...]]:
    scope = f"study.organisation IN ({', '.join('?' * len(organisations))})"
    sql = (
        f"SELECT {_columns(query)} FROM {_TABLES[query.level]} WHERE {scope} AND {wanted.sql} "
        f"ORDER BY {_ORDER[query.level]} LIMIT ? OFFSET ?"
    )
    return sql, (*organisations, *wanted.parameters, query.limit + 1, query.offset)


def _match(query: Query, row: sqlite3.Row, root: str) -> Attributes:
    """One match: the attributes of its own level, and of those above where the URL does not name them."""
    attributes: Attributes = {}
    if _answers_study(query):
        attributes |= _chosen(query, Level.STUDY, orjson.loads(row["study_attributes"])) | _of_study(row)
        attributes[tag("RetrieveURL")] = _one("UR", f"{root}/{StudyRef(row['study_uid']).path}")
    if _answers_series(query):
        attributes |= _chosen(query, Level.SERIES, orjson.loads(row["series_attributes"]))
        attributes[tag("NumberOfSeriesRelatedInstances")] = _one("IS", row["number_in_series"])
        attributes[tag("RetrieveURL")] = _one("UR", f"{root}/{SeriesRef(row['study_uid'], row['series_uid']).path}")
    if query.level == Level.INSTANCE:
        attributes |= _chosen(query, Level.INSTANCE, unpack(row["instance_attributes"]))
        ref = InstanceRef(row["study_uid"], row["series_uid"], row["instance_uid"])
        attributes[tag("RetrieveURL")] = _one("UR", f"{root}/{ref.path}")
        attributes[tag("InstanceAvailability")] = _one("CS", "ONLINE")
    return dict(sorted(attributes.items()))


def _of_study(row: sqlite3.Row) -> Attributes:
    modalities = sorted(filter(None, (row["modalities"] or "").split(",")))
    return {
        tag("InstanceAvailability"): _one("CS", "ONLINE"),
        tag("ModalitiesInStudy"): {"vr": "CS", "Value": modalities} if modalities else {"vr": "CS"},
        tag("NumberOfStudyRelatedSeries"): _one("IS", row["number_of_series"]),
        tag("NumberOfStudyRelatedInstances"): _one("IS", row["number_in_study"]),
    }


def _chosen(query: Query, level: Level, attributes: Attributes) -> Attributes:
    if query.include is None:
        return attributes
    # PS3.18 10.6.3.3: what was matched on is returned, an attribute without a value included
    wanted = _RETURNED[level] | query.include | {key.tag for key, _ in query.keys}
    return {name: value for name, value in attributes.items() if name in wanted}


def _one(vr: str, value: object) -> dict[str, Any]:
    return {"vr": vr, "Value": [value]}


@dataclass(frozen=True, slots=True)
class Located:
    """An instance as the catalogue knows it: whose it is, which file holds it, and how to cut and draw it.

    `frames` and `image` are JSON as it was catalogued, to be read by whoever needs them; `stored_at` is in ms
    since 1970.
    """

    ref: InstanceRef
    organisation: str
    digest: str
    size: int
    transfer_syntax_uid: str
    frames: str | None
    image: str | None
    not_renderable: str | None
    stored_at: int


def locate(database: Database, ref: ResourceRef) -> list[Located]:
    """Every instance of a study or series, or the one named, in series and instance order; [] when none."""
    where, parameters = resource_condition(ref)
    rows = database.read(
        "SELECT study_uid, series_uid, instance_uid, organisation, digest, size, transfer_syntax_uid, frames, image, "
        "not_renderable, stored_at FROM study JOIN series USING (study_key) JOIN instance USING (series_key) "
        f"WHERE {where} ORDER BY series_number, series_uid, instance_number, instance_uid",
        parameters,
    )
    return [
        Located(
            InstanceRef(row["study_uid"], row["series_uid"], row["instance_uid"]),
            row["organisation"],
            row["digest"],
            row["size"],
            row["transfer_syntax_uid"],
            row["frames"],
            row["image"],
            row["not_renderable"],
            row["stored_at"],
        )
        for row in rows
    ]


def metadata(database: Database, ref: ResourceRef) -> Iterator[bytes]:
    """The DICOM JSON of every instance of a resource as it was made on arrival, one object after the other."""
    where, parameters = resource_condition(ref)
    rows = database.read(
        "SELECT instance.attributes FROM study JOIN series USING (study_key) JOIN instance USING (series_key) "
        f"WHERE {where} ORDER BY series_number, series_uid, instance_number, instance_uid",
        parameters,
    )
    return (zlib.decompress(row["attributes"]) for row in rows)


def organisation_of(database: Database, study_uid: str) -> str | None:
    """Whose study it is; None when there is no such study."""
    rows = database.read("SELECT organisation FROM study WHERE study_uid = ?", (study_uid,))
    return str(rows[0]["organisation"]) if rows else None


def unpack(packed: bytes) -> Attributes:
    """The attributes of an instance from their catalogued form."""
    attributes: Attributes = orjson.loads(zlib.decompress(packed))
    return attributes


def resource_condition(ref: ResourceRef) -> tuple[str, tuple[str, ...]]:
    """The SQL condition that a resource's rows meet, over the joined tables, and its parameters."""
    if isinstance(ref, InstanceRef):
        where = "study_uid = ? AND series_uid = ? AND instance_uid = ?"
        return where, (ref.study_uid, ref.series_uid, ref.instance_uid)
    if isinstance(ref, SeriesRef):
        return "study_uid = ? AND series_uid = ?", (ref.study_uid, ref.series_uid)
    return "study_uid = ?", (ref.study_uid,)
