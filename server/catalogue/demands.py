"""What a data set must meet for a query: its keys gathered by attribute, inside sequences and out of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from server.catalogue.criteria import Criterion, Within, criterion
from server.catalogue.moments import Span, together
from server.catalogue.query import Key, Path, Query, level_of
from server.dicom.attributes import attribute
from server.errors import Malformed

MOST_KEYS = 64


@dataclass(frozen=True, slots=True)
class Value:
    """One attribute's values meet the criterion."""

    tag: str
    criterion: Criterion


@dataclass(frozen=True, slots=True)
class Moment:
    """A date and a time lie in one range of moments (PS3.4 C.2.2.2.5.4)."""

    date_tag: str
    time_tag: str
    span: Span


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the sequence meets all of the demands (PS3.4 C.2.2.2.6)."""

    tag: str
    demands: "tuple[Demand, ...]"


Demand = Value | Moment | Item

_UNMATCHED = frozenset(
    "SpecificCharacterSet TimezoneOffsetFromUTC RetrieveURL "
    "NumberOfPatientRelatedStudies NumberOfPatientRelatedSeries NumberOfPatientRelatedInstances".split()
)
"""They say how the rest is meant (PS3.4 C.2.2.2), or are made for the answer."""


def demands(query: Query) -> tuple[tuple[Demand, ...], tuple[str, ...]]:
    """What the keys demand, and those that a search at this level cannot match; `Malformed` names a bad key.

    A key with an empty value demands nothing (PS3.4 C.2.2.2.3).
    """
    if len(query.keys) > MOST_KEYS:
        raise Malformed(f"A search has {MOST_KEYS} keys at most.", keys=len(query.keys))
    names = [key.name for key in query.keys]
    for name in names:
        if names.count(name) > 1:
            raise Malformed("A key is given once; put several UIDs or values into one list.", attribute=name)
    matched: list[Key] = []
    unmatched: list[Key] = []
    for key in query.keys:
        below = level_of(key.path[0].tag, query.level) > query.level
        (unmatched if below or key.path[0].keyword in _UNMATCHED else matched).append(key)
    return _gathered([(key.path, key) for key in matched], query), tuple(key.name for key in unmatched)


def _gathered(keys: Iterable[tuple[Path, Key]], query: Query) -> tuple[Demand, ...]:
    """The demands of keys on one data set or item, each with what of its path is left there."""
    made: list[Demand] = []
    inside: dict[str, list[tuple[Path, Key]]] = {}
    for path, key in keys:
        if len(path) > 1:
            inside.setdefault(path[0].tag, []).append((path[1:], key))
        elif (asked := criterion(key, query)) is not None:
            made.append(Value(path[0].tag, asked))
    items = ((name, _gathered(nested, query)) for name, nested in inside.items())
    return (*_paired(made), *(Item(name, nested) for name, nested in items if nested))


def _paired(made: list[Demand]) -> list[Demand]:
    """A range of `…Date` and one of its `…Time` become one range of moments."""
    ranges = {
        one.tag: one.criterion
        for one in made
        if isinstance(one, Value) and isinstance(one.criterion, Within) and one.criterion.is_range
    }
    paired: list[Demand] = []
    for date_tag, dates in ranges.items():
        time_tag = _time_of(date_tag) if dates.vr == "DA" else None
        if time_tag in ranges:
            paired.append(Moment(date_tag, time_tag, together(dates.span, ranges[time_tag].span)))
    taken = {name for one in paired if isinstance(one, Moment) for name in (one.date_tag, one.time_tag)}
    return [one for one in made if not (isinstance(one, Value) and one.tag in taken)] + paired


def _time_of(date_tag: str) -> str | None:
    """The tag of the time that belongs to a date, by its keyword."""
    keyword = attribute(date_tag).keyword
    try:
        return attribute(keyword.removesuffix("Date") + "Time").tag
    except Malformed:
        return None
