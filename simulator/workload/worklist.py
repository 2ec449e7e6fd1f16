"""The modality worklist: what is to be done to whom, from a CSV file, a UPS-RS server or a worklist SCP."""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from pathlib import Path

from simulator.workload.spool import is_uid


@dataclass(frozen=True)
class Item:
    """One scheduled procedure step, PS3.4 K.6.1.2; empty where the worklist says nothing.

    `scheduled` is YYYYMMDD or YYYYMMDDHHMMSS; `study` may name a study of the catalogue.
    """

    step_id: str
    modality: str
    accession_number: str = ""
    study_uid: str = ""
    scheduled: str = ""
    description: str = ""
    patient_id: str = ""
    patient_name: str = ""
    birth_date: str = ""
    sex: str = ""
    study: str = ""

    @property
    def key(self) -> str:
        """What tells this item from every other: a device that starts anew takes none twice."""
        return f"{self.step_id}/{self.accession_number}/{self.study_uid}"

    def to_json(self) -> dict[str, str]:
        """The item as plain values."""
        return asdict(self)

    def day(self) -> date | None:
        """The day it is scheduled for."""
        return datetime.strptime(self.scheduled[:8], "%Y%m%d").date() if self.scheduled else None  # noqa: DTZ007


COLUMNS = tuple(field.name for field in fields(Item))


def checked(item: Item, where: str) -> Item:
    """The item, or ValueError that names what a modality could not work with."""
    if not item.step_id:
        raise ValueError(f"{where}: the step_id is missing.")
    if not item.modality and not item.study:
        raise ValueError(f"{where}: neither modality nor study is given.")
    if item.study_uid and not is_uid(item.study_uid):
        raise ValueError(f"{where}: {item.study_uid[:80]!r} is no UID.")
    try:
        item.day()
    except ValueError as error:
        raise ValueError(f"{where}: {item.scheduled!r} is no date like 20260302 or 20260302093000.") from error
    if item.sex not in {"", "F", "M", "O"}:
        raise ValueError(f"{where}: sex is F, M, O or empty, not {item.sex!r}.")
    return item


def from_csv(path: Path) -> list[Item]:
    """Read a worklist whose first line names the columns. Raises ValueError naming line and fault, and OSError."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        unknown = set(rows.fieldnames or ()) - set(COLUMNS)
        if unknown:
            raise ValueError(f"{path}: no worklist has a column {min(unknown)!r}; there are {', '.join(COLUMNS)}.")
        items = [checked(_item(row), f"{path} line {rows.line_num}") for row in rows]
    return without_repeats(items)


def without_repeats(items: list[Item]) -> list[Item]:
    """Each item once, in the order they came."""
    found: dict[str, Item] = {}
    for item in items:
        found.setdefault(item.key, item)
    return list(found.values())


def read(place: str, modality: str, sources: Mapping[str, Callable[[str, str], list[Item]]]) -> list[Item]:
    """The items of a worklist for one kind of device; `sources` answer for the schemes of addresses.

    Raises ValueError and OSError.
    """
    scheme = place.partition("://")[0] if "://" in place else ""
    items = sources[scheme](place, modality) if scheme in sources else from_csv(Path(place))
    return [item for item in items if not modality or item.modality in {"", modality}]


def _item(row: dict[str, str]) -> Item:
    return Item(**{"step_id": "", "modality": ""} | {name: (row.get(name) or "").strip() for name in _given(row)})


def _given(row: dict[str, str]) -> Iterator[str]:
    return (name for name in COLUMNS if name in row)
