"""The DICOM JSON that was made on arrival: what it depends on, and its objects a few hundred at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson

from server.catalogue.packing import json_of
from server.catalogue.search import resource_condition
from server.database.sqlite import Database
from server.dicom.resources import ResourceRef

_TOGETHER = 256


@dataclass(frozen=True, slots=True)
class Revision:
    """All that the metadata of one instance depend on: whose it is, its file, and the JSON that was made of it.

    `stored_at` is in ms; `length` is that of the packed JSON, which differs when another release made it.
    """

    organisation: str
    instance_key: int
    digest: str
    stored_at: int
    length: int


def revisions(database: Database, ref: ResourceRef) -> list[Revision]:
    """Of every instance of a resource, in series and instance order; [] when there are none."""
    where, parameters = resource_condition(ref)
    rows = database.read(
        "SELECT organisation, instance_key, digest, stored_at, length(instance.attributes) AS length FROM study "
        "JOIN series USING (study_key) JOIN instance USING (series_key) "
        f"WHERE {where} ORDER BY series_number, series_uid, instance_number, instance_uid",
        parameters,
    )
    return [Revision(*row) for row in rows]


def objects(database: Database, wanted: Sequence[Revision]) -> Iterator[bytes]:
    """The JSON objects of these instances, in their order, without those that have been deleted meanwhile."""
    for start in range(0, len(wanted), _TOGETHER):
        keys = [one.instance_key for one in wanted[start : start + _TOGETHER]]
        rows = database.read(
            "SELECT instance_key, attributes FROM instance WHERE instance_key IN (SELECT value FROM json_each(?))",
            (orjson.dumps(keys).decode(),),
        )
        packed = {row["instance_key"]: row["attributes"] for row in rows}
        for key in keys:
            if key in packed:
                yield json_of(packed[key])
