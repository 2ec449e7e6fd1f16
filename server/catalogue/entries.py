"""Writing to the catalogue: one row for every instance, and its study and series as they are first seen."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson

from server.catalogue import changes
from server.catalogue.changes import Kind
from server.catalogue.moments import date_key, time_key
from server.catalogue.names import groups, name_key, words
from server.catalogue.packing import pack
from server.catalogue.query import Level
from server.catalogue.returned import stack, summary
from server.catalogue.upgrade import FUNCTIONS
from server.database.migrations import migrate
from server.database.sqlite import Database
from server.dicom.attributes import SERIES_LEVEL, STUDY_LEVEL, tag
from server.dicom.dicomjson import Attributes, only, text, value
from server.dicom.resources import InstanceRef

_KNOWN = "SELECT instance_uid, digest FROM instance WHERE instance_uid IN (SELECT value FROM json_each(?))"
_INSTANCE = (
    "INSERT INTO instance (series_key, instance_uid, sop_class_uid, instance_number, digest, size, "
    "transfer_syntax_uid, frames, image, not_renderable, attributes, summary, stack, stored_at, sums) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """All that the catalogue is told of one instance.

    `frames` and `image` are what `archive.frames` and `rendering.image` need later, as JSON;
    `not_renderable` says why there is no picture, when there is none. `sums` are those of the file's chunks.
    """

    ref: InstanceRef
    organisation: str
    digest: str
    size: int
    transfer_syntax_uid: str
    attributes: Attributes
    frames: str | None
    image: str | None
    not_renderable: str | None
    sums: bytes | None = None


def prepare(database: Database) -> None:
    """Makes or brings up to date the catalogue's tables."""
    migrate(database, "catalogue", Path(__file__).parent / "schema", FUNCTIONS)


def digests(database: Database, instance_uids: Sequence[str]) -> dict[str, str]:
    """For those of the instances that are catalogued, the digest of their file."""
    rows = database.read(_KNOWN, (orjson.dumps(list(instance_uids)).decode(),))
    return {row["instance_uid"]: row["digest"] for row in rows}


def add(database: Database, entries: Sequence[Entry]) -> dict[str, str]:
    """Catalogues instances in one transaction; answers each one's digest as it now stands.

    An instance that was there before keeps its row: a digest other than the entry's own says that it differs.
    """
    prepared = [(entry, pack(entry.attributes)) for entry in entries]
    return database.write(lambda connection: insert(connection, prepared, Kind.STORED))


def insert(
    connection: sqlite3.Connection,
    prepared: Sequence[tuple[Entry, bytes]],
    kind: Kind,
    at: int | None = None,
    withdrawal_number: int | None = None,
) -> dict[str, str]:
    """Catalogues entries with their packed attributes, and notes the change, in the transaction under way.

    Answers each one's digest as it now stands, as `add` does. `at` is when it happened, in ms since 1970, now
    unless it is told again from the ledger.
    """
    at = changes.now() if at is None else at
    digests = _known(connection, [entry.ref.instance_uid for entry, _ in prepared])
    fresh: list[Entry] = []
    rows = _Rows(connection, at)
    for entry, packed in prepared:
        if entry.ref.instance_uid not in digests:
            digests[entry.ref.instance_uid] = entry.digest
            rows.add(entry, packed)
            fresh.append(entry)
    rows.write()
    for organisation in sorted({entry.organisation for entry in fresh}):
        affected = [(entry.ref, entry.digest) for entry in fresh if entry.organisation == organisation]
        changes.note(connection, kind, organisation, affected, at, withdrawal_number)
    return digests


def _known(connection: sqlite3.Connection, instance_uids: Sequence[str]) -> dict[str, str]:
    rows = connection.execute(_KNOWN, (orjson.dumps(instance_uids).decode(),))
    return {row["instance_uid"]: row["digest"] for row in rows}


class _Rows:
    """The rows of instances that are not there yet, written together; each study and series is looked up once."""

    def __init__(self, connection: sqlite3.Connection, at: int) -> None:
        self._connection = connection
        self._at = at
        self._studies: dict[str, int] = {}
        self._series: dict[tuple[str, str], int] = {}
        self._instances: list[tuple[object, ...]] = []

    def add(self, entry: Entry, packed: bytes) -> None:
        """The row of an instance; those of its study and series are written at once, for their keys."""
        ref, attributes = entry.ref, entry.attributes
        study_key = self._studies.get(ref.study_uid)
        if study_key is None:
            study_key = self._studies[ref.study_uid] = _study(self._connection, entry)
        series_key = self._series.get((ref.study_uid, ref.series_uid))
        if series_key is None:
            series_key = _series(self._connection, entry, study_key)
            self._series[ref.study_uid, ref.series_uid] = series_key
        self._instances.append(
            (
                series_key,
                ref.instance_uid,
                text(attributes, "SOPClassUID") or "",
                _number(attributes, "InstanceNumber"),
                entry.digest,
                entry.size,
                entry.transfer_syntax_uid,
                entry.frames,
                entry.image,
                entry.not_renderable,
                packed,
                summary(Level.INSTANCE, attributes),
                stack(attributes),
                self._at,
                entry.sums,
            )
        )

    def write(self) -> None:
        """Writes the rows of the instances."""
        self._connection.executemany(_INSTANCE, self._instances)


def _study(connection: sqlite3.Connection, entry: Entry) -> int:
    row = connection.execute("SELECT study_key FROM study WHERE study_uid = ?", (entry.ref.study_uid,)).fetchone()
    if row is not None:
        return int(row["study_key"])
    a = entry.attributes
    study_key = _insert(
        connection,
        "study",
        study_uid=entry.ref.study_uid,
        organisation=entry.organisation,
        patient_id=text(a, "PatientID"),
        issuer_of_patient_id=text(a, "IssuerOfPatientID"),
        patient_name=name_key(text(a, "PatientName")),
        patient_birth_date=_date(a, "PatientBirthDate"),
        patient_sex=text(a, "PatientSex"),
        study_date=_date(a, "StudyDate"),
        study_time=_time(a, "StudyTime"),
        accession_number=text(a, "AccessionNumber"),
        study_id=text(a, "StudyID"),
        study_description=text(a, "StudyDescription"),
        referring_physician_name=name_key(text(a, "ReferringPhysicianName")),
        attributes=orjson.dumps(only(a, STUDY_LEVEL)),
        summary=summary(Level.STUDY, a),
    )
    said: list[tuple[int, str, str, str]] = []
    for keyword in ("PatientName", "ReferringPhysicianName"):
        name = text(a, keyword)
        for group in groups(name_key(name)):
            _insert(connection, "name_group", study_key=study_key, attribute=tag(keyword), name=group)
        said += [(study_key, tag(keyword), word, sound) for word, sound in words(name)]
    connection.executemany("INSERT INTO name_word (study_key, attribute, word, sound) VALUES (?, ?, ?, ?)", said)
    return study_key


def _series(connection: sqlite3.Connection, entry: Entry, study_key: int) -> int:
    row = connection.execute(
        "SELECT series_key FROM series WHERE study_key = ? AND series_uid = ?", (study_key, entry.ref.series_uid)
    ).fetchone()
    if row is not None:
        return int(row["series_key"])
    a = entry.attributes
    return _insert(
        connection,
        "series",
        study_key=study_key,
        series_uid=entry.ref.series_uid,
        modality=text(a, "Modality"),
        series_number=_number(a, "SeriesNumber"),
        series_description=text(a, "SeriesDescription"),
        body_part_examined=text(a, "BodyPartExamined"),
        laterality=text(a, "Laterality"),
        institution_name=text(a, "InstitutionName"),
        performed_date=_date(a, "PerformedProcedureStepStartDate"),
        performed_time=_time(a, "PerformedProcedureStepStartTime"),
        attributes=orjson.dumps(only(a, SERIES_LEVEL)),
    )


def _insert(connection: sqlite3.Connection, table: str, **columns: object) -> int:
    key = connection.execute(_insertion(table, *columns), tuple(columns.values())).lastrowid
    return key or 0


@cache
def _insertion(table: str, *columns: str) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def _date(attributes: Attributes, keyword: str) -> str | None:
    return date_key(text(attributes, keyword) or "")


def _time(attributes: Attributes, keyword: str) -> str | None:
    return time_key(text(attributes, keyword) or "")


def _number(attributes: Attributes, keyword: str) -> int | None:
    first = value(attributes, keyword)
    return first if isinstance(first, int) and abs(first) < 2**63 else None
