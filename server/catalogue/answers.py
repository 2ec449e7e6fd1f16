"""What a found row is answered with: the DICOM JSON that was made on arrival, where nothing else is asked for.

Else it is put together from the levels, each study and series read once.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache

import orjson

from server.catalogue import summaries
from server.catalogue.conditions import COUNTS
from server.catalogue.demands import Demand
from server.catalogue.packing import json_of
from server.catalogue.query import Level, Query
from server.catalogue.returned import Returned, counted, element, placed
from server.database.sqlite import Database
from server.dicom.attributes import tag
from server.dicom.dicomjson import Attributes
from server.dicom.resources import InstanceRef, ResourceRef, SeriesRef, StudyRef

_AT_ONCE = 500
_RELATED = "FROM study AS other {join} WHERE other.patient_id = study.patient_id AND {same} AND {scope}"
_SAME_ISSUER = "coalesce(other.issuer_of_patient_id, '') = coalesce(study.issuer_of_patient_id, '')"
_SERIES = "JOIN series AS theirs ON theirs.study_key = other.study_key"
_INSTANCES = f"{_SERIES} JOIN instance AS part ON part.series_key = theirs.series_key"
_OF_PATIENT = {
    tag("NumberOfPatientRelatedStudies"): "",
    tag("NumberOfPatientRelatedSeries"): _SERIES,
    tag("NumberOfPatientRelatedInstances"): _INSTANCES,
}
_LISTS = {
    tag("ModalitiesInStudy"): "(SELECT group_concat(DISTINCT modality) FROM series AS member "
    "WHERE member.study_key = study.study_key)",
    tag("SOPClassesInStudy"): "(SELECT group_concat(DISTINCT sop_class_uid) FROM series AS member "
    "JOIN instance USING (series_key) WHERE member.study_key = study.study_key)",
}
_SUMMED_UP = {
    tag("InstitutionName"): "(SELECT json_group_array(DISTINCT institution_name) FROM series AS member "
    "WHERE member.study_key = study.study_key AND institution_name IS NOT NULL)",
}
"""What a study is told to have because its series have it, as a list in JSON: these values may hold commas."""


_ONLINE = element(tag("InstanceAvailability"), ["ONLINE"])
_OF_SERIES = tag("NumberOfSeriesRelatedInstances")


class Answers:
    """Answers the rows of one query; `columns` is what must be read of each row for that: keys, which sort fast."""

    def __init__(
        self, database: Database, query: Query, demands: Iterable[Demand], organisations: Sequence[str], root: str
    ) -> None:
        self._database = database
        self._level = query.level
        self._organisations = organisations
        self._root = root
        self._bulk_data = b'"BulkDataURI":"' + orjson.dumps(root)[1:-1] + b"/"
        self._returned = Returned(query, demands)

    @property
    def columns(self) -> str:
        """The columns, of the tables down to the level of the query."""
        columns = ["study.study_key", "study.study_uid"]
        if self._level >= Level.SERIES:
            columns += ["series.series_key", "series.series_uid"]
        if self._level == Level.INSTANCE:
            columns += ["instance.instance_key", "instance.instance_uid"]
        return ", ".join(columns)

    def of(self, rows: Sequence[sqlite3.Row]) -> list[bytes]:
        """The matches, in the order of the rows; one whose study or series has just been withdrawn is left out."""
        if self._level != Level.SERIES and self._returned.is_default(self._level):
            return self._ready(rows)
        return list(self._composed(rows))

    def _ready(self, rows: Sequence[sqlite3.Row]) -> list[bytes]:
        """The summaries as they were made on arrival, with what was left open."""
        table, key = ("study", "study_key") if self._level == Level.STUDY else ("instance", "instance_key")
        counts, parameters = self._counted() if self._level == Level.STUDY else ({}, ())
        columns = ", ".join([key, "summary", *(f'{sql} AS "{name}"' for name, sql in counts.items())])
        found = list(self._read(f"SELECT {columns} FROM {table} WHERE {key} IN", key, rows, parameters))
        told = {}
        ready = summaries.ready(self._database, table, found)
        for row in found:
            if (summary := ready.get(row[key])) is not None:
                for name in counts:
                    summary = counted(summary, name, _values(name, row[name]))
                told[row[key]] = placed(summary, self._root)
        return [told[row[key]] for row in rows if row[key] in told]

    def _composed(self, rows: Sequence[sqlite3.Row]) -> Iterator[bytes]:
        """The matches put together from the attributes of each level, one at a time."""
        told: list[tuple[str, Callable[[int], Attributes | None]]] = []
        if self._returned.tells_of(Level.STUDY):
            told.append(("study_key", self._studies(rows).get))
        if self._level >= Level.SERIES and self._returned.tells_of(Level.SERIES):
            told.append(("series_key", self._series(rows).get))
        if self._level == Level.INSTANCE:
            told.append(("instance_key", self._instances(rows)))
        told.reverse()
        for row in rows:
            match: Attributes | None = self._address(row)
            for key, of in told:  # what is said lower down is truer of the match
                level = of(row[key])
                match = None if match is None or level is None else level | match
            if match is not None:
                yield orjson.dumps(dict(sorted(match.items())))

    def _attributes(self, kept: bytes) -> Attributes:
        """Kept attributes, their bulk data by absolute addresses."""
        # a quote inside a JSON string is escaped, so these bytes are always the key itself
        attributes: Attributes = orjson.loads(kept.replace(b'"BulkDataURI":"', self._bulk_data))
        return attributes

    def _address(self, row: sqlite3.Row) -> Attributes:
        """Where a match can be retrieved."""
        if self._level == Level.STUDY:
            ref: ResourceRef = StudyRef(row["study_uid"])
        elif self._level == Level.SERIES:
            ref = SeriesRef(row["study_uid"], row["series_uid"])
        else:
            ref = InstanceRef(row["study_uid"], row["series_uid"], row["instance_uid"])
        return element(tag("RetrieveURL"), [f"{self._root}/{ref.path}"])

    def _studies(self, rows: Sequence[sqlite3.Row]) -> dict[int, Attributes]:
        """What is told of each study of the rows, by its key."""
        counted, parameters = self._counted()
        columns = ", ".join(f'{sql} AS "{name}"' for name, sql in counted.items())
        columns = f"study_key, attributes{', ' if columns else ''}{columns}"
        found = self._read(f"SELECT {columns} FROM study WHERE study_key IN", "study_key", rows, parameters)
        made = {}
        for row in found:
            attributes = self._returned.of(Level.STUDY, self._attributes(row["attributes"]))
            for name in counted:
                attributes |= element(name, _values(name, row[name]))
            if self._returned.wants(Level.STUDY, tag("InstanceAvailability")):
                attributes |= _ONLINE
            made[row["study_key"]] = attributes
        return made

    def _counted(self) -> tuple[dict[str, str], tuple[str, ...]]:
        """What is counted or listed of a study, as SQL by tag, and the parameters of that."""
        counted = _counted(self._level, len(self._organisations))
        wanted = {name: sql for name, sql in counted.items() if self._returned.wants(Level.STUDY, name)}
        return wanted, tuple(self._organisations) * len(wanted.keys() & _OF_PATIENT.keys())

    def _series(self, rows: Sequence[sqlite3.Row]) -> dict[int, Attributes]:
        """What is told of each series of the rows, by its key."""
        wants_count = self._returned.wants(Level.SERIES, _OF_SERIES)
        count = COUNTS[_OF_SERIES] if wants_count else "NULL"
        sql = f"SELECT series_key, attributes, {count} AS number FROM series WHERE series_key IN"
        made = {}
        for row in self._read(sql, "series_key", rows):
            attributes = self._returned.of(Level.SERIES, self._attributes(row["attributes"]))
            if wants_count:
                attributes |= element(_OF_SERIES, [row["number"]])
            made[row["series_key"]] = attributes
        return made

    def _instances(self, rows: Sequence[sqlite3.Row]) -> Callable[[int], Attributes | None]:
        """What is told of each instance of the rows, by its key.

        It is taken apart when it is asked for: thousands of objects at once would keep the garbage collector busy.
        """
        columns = self._returned.kept_in()
        sql = f"SELECT instance_key, {', '.join(columns)} FROM instance WHERE instance_key IN"
        found = list(self._read(sql, "instance_key", rows))
        whole = columns == ("attributes",)
        kept = (
            {row[0]: row[1] for row in found} if whole else summaries.ready(self._database, "instance", found, columns)
        )

        def told(key: int) -> Attributes | None:
            if key not in kept:
                return None
            attributes = self._attributes(json_of(kept[key]) if whole else kept[key])
            return self._returned.of(Level.INSTANCE, attributes) | _ONLINE

        return told

    def _read(
        self, sql: str, key: str, rows: Sequence[sqlite3.Row], parameters: tuple[str, ...] = ()
    ) -> Iterable[sqlite3.Row]:
        """The rows of a table by the distinct keys of `rows`, some hundreds at a time."""
        keys = list(dict.fromkeys(row[key] for row in rows))
        for at in range(0, len(keys), _AT_ONCE):
            some = keys[at : at + _AT_ONCE]
            yield from self._database.read(f"{sql} ({', '.join('?' * len(some))})", (*parameters, *some))


@cache
def _counted(level: Level, organisations: int) -> dict[str, str]:
    """What can be counted or listed of a study, as SQL by tag, within so many organisations."""
    scope = f"other.organisation IN ({', '.join('?' * organisations)})"
    related = {
        name: "(SELECT count(*) " + _RELATED.format(join=join, same=_SAME_ISSUER, scope=scope) + ")"
        for name, join in _OF_PATIENT.items()
    }
    summed_up = _SUMMED_UP if level == Level.STUDY else {}
    return {name: sql for name, sql in (COUNTS | _LISTS | summed_up | related).items() if name != _OF_SERIES}


def _values(name: str, found: str | int | None) -> list[str | int]:
    """What was counted or listed, as values; a list comes as one text."""
    if name in _SUMMED_UP:
        return sorted(orjson.loads(str(found)))
    if name in _LISTS:
        return sorted(filter(None, str(found or "").split(",")))
    return [] if found is None else [int(found)]
