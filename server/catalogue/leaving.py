"""Which instances leave together: all, or those of a patient, a study or an organisation, in the order they came."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import orjson

from server.catalogue.packing import unpack
from server.database.sqlite import Database
from server.dicom.attributes import SERIES_LEVEL, STUDY_LEVEL
from server.dicom.dicomjson import only
from server.dicom.resources import InstanceRef

_FROM = "FROM study JOIN series USING (study_key) JOIN instance USING (series_key)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to leave; None asks for any."""

    patient_id: str | None = None
    study_uid: str | None = None
    organisation: str | None = None

    @property
    def is_all(self) -> bool:
        """Whether everything is to leave."""
        return self == Wanted()


@dataclass(frozen=True, slots=True)
class Leaving:
    """An instance that is to leave, and what its file does not say of it."""

    ref: InstanceRef
    organisation: str
    digest: str
    size: int
    transfer_syntax_uid: str
    stored_at: int


def leaving(database: Database, wanted: Wanted) -> Iterator[Leaving]:
    """The instances, one after the other; taken in again in this order, they are catalogued as they are here."""
    where, parameters = _condition(wanted)
    first = _speakers(database, where, parameters)
    columns = "study_uid, series_uid, instance_uid, organisation, digest, size, transfer_syntax_uid, stored_at"
    for key in first:
        yield from map(_leaving, database.read(f"SELECT {columns} {_FROM} WHERE instance_key = ?", (key,)))
    rows = database.stream(f"SELECT {columns}, instance_key {_FROM} {where} ORDER BY instance_key", parameters)
    yield from (_leaving(row) for row in rows if row["instance_key"] not in first)


def _leaving(row: sqlite3.Row) -> Leaving:
    return Leaving(
        InstanceRef(row["study_uid"], row["series_uid"], row["instance_uid"]),
        row["organisation"],
        row["digest"],
        row["size"],
        row["transfer_syntax_uid"],
        row["stored_at"],
    )


def _speakers(database: Database, where: str, parameters: tuple[str, ...]) -> dict[int, None]:
    """The instances that must come before others, since a study or series is told as they have it.

    Mostly the first of a study spoke for it; not when that one was deleted and restored.
    """
    speakers: dict[int, None] = {}
    for level, keywords in (("study", STUDY_LEVEL), ("series", SERIES_LEVEL)):
        told = f"SELECT DISTINCT {level}.{level}_key AS key, {level}.attributes AS kept {_FROM} {where}"
        for row in database.read(told, parameters):
            members = database.stream(
                f"SELECT instance_key, instance.attributes AS packed {_FROM} WHERE {level}.{level}_key = ? "
                "ORDER BY instance_key",
                (row["key"],),
            )
            with closing(members):
                for position, member in enumerate(members):
                    if orjson.dumps(only(unpack(member["packed"]), keywords)) == row["kept"]:
                        if position:
                            speakers[member["instance_key"]] = None
                        break
    return speakers


def count(database: Database, wanted: Wanted) -> int:
    """How many instances are to leave."""
    where, parameters = _condition(wanted)
    return int(database.read(f"SELECT count(*) AS number {_FROM} {where}", parameters)[0]["number"])


def _condition(wanted: Wanted) -> tuple[str, tuple[str, ...]]:
    asked = {
        "patient_id": wanted.patient_id,
        "study_uid": wanted.study_uid,
        "organisation": wanted.organisation,
    }
    given = {name: text for name, text in asked.items() if text is not None}
    where = f"WHERE {' AND '.join(f'{name} = ?' for name in given)}" if given else ""
    return where, tuple(given.values())
