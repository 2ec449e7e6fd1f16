"""Whether a data set in DICOM JSON meets demands: the matching of attributes that have no column of their own."""

import math
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

from server.catalogue.criteria import AnyOf, Criterion, Each, Equal, Like, Named, Nothing, Number, Sounding, Within
from server.catalogue.demands import Demand, Item, Moment
from server.catalogue.moments import Span, date_key, moment_key, time_key
from server.catalogue.names import name_key, name_text, words
from server.catalogue.wildcards import has_wildcard, wildcard
from server.dicom.dicomjson import Attributes

Predicate = Callable[[Attributes], bool]
_Test = Callable[[Any], bool]

_MOMENT_KEYS = {"DA": date_key, "TM": time_key, "DT": moment_key}


def predicate(demands: Iterable[Demand]) -> Predicate:
    """Whether a data set, or an item, meets all of the demands."""
    tests = [_demand(one) for one in demands]
    return lambda attributes: all(test(attributes) for test in tests)


def _demand(demand: Demand) -> Predicate:
    if isinstance(demand, Item):
        inside = predicate(demand.demands)
        return lambda attributes: any(isinstance(item, dict) and inside(item) for item in _all(attributes, demand.tag))
    if isinstance(demand, Moment):
        return _moment(demand)
    test = _values(demand.criterion)
    return lambda attributes: test(_present(attributes, demand.tag))


def _all(attributes: Attributes, tag: str) -> list[Any]:
    values = attributes.get(tag, {}).get("Value")
    return values if isinstance(values, list) else []


def _present(attributes: Attributes, tag: str) -> list[Any]:
    element = attributes.get(tag, {})
    if "InlineBinary" in element or "BulkDataURI" in element:
        return [object()]  # a value that nothing equals, and that is no empty one
    return [value for value in _all(attributes, tag) if value not in (None, "", {})]


def _moment(demand: Moment) -> Predicate:
    def test(attributes: Attributes) -> bool:
        dates, times = _all(attributes, demand.date_tag), _all(attributes, demand.time_tag)
        date, time = date_key(_text(dates[0])) if dates else None, time_key(_text(times[0])) if times else None
        return date is not None and time is not None and _is_in(date + time, demand.span)

    return test


def _values(criterion: Criterion) -> Callable[[list[Any]], bool]:
    """A test of all values of an attribute, of which it is enough that one passes (PS3.4 C.2.2.3)."""
    if isinstance(criterion, Nothing):
        return lambda values: not values
    if isinstance(criterion, AnyOf | Each):
        tests = [_values(one) for one in criterion.criteria]
        how = any if isinstance(criterion, AnyOf) else all
        return lambda values: how(test(values) for test in tests)
    one = _value(criterion)
    return lambda values: any(map(one, values))


def _value(criterion: Equal | Like | Within | Number | Named | Sounding) -> _Test:
    if isinstance(criterion, Equal):
        wanted = frozenset(criterion.texts)
        return lambda value: _text(value) in wanted
    if isinstance(criterion, Like):
        like = wildcard(criterion.pattern)
        return lambda value: like(_text(value))
    if isinstance(criterion, Within):
        key, span = _MOMENT_KEYS[criterion.vr], criterion.span
        return lambda value: (moment := key(_text(value))) is not None and _is_in(moment, span)
    if isinstance(criterion, Number):
        return lambda value: _is_number(value, criterion)
    if isinstance(criterion, Named):
        return _named(criterion.pattern)
    return _sounding(criterion)


def _text(value: Any) -> str:
    return unicodedata.normalize("NFC", str(value)).strip() if isinstance(value, str | int | float) else ""


def _is_in(moment: str, span: Span) -> bool:
    return (span[0] is None or span[0] <= moment) and (span[1] is None or moment <= span[1])


def _is_number(value: Any, wanted: Number) -> bool:
    try:
        number = float(value) if isinstance(value, str) else value
    except ValueError:
        return False
    if not isinstance(number, int | float):
        return False
    return math.isclose(number, wanted.value, rel_tol=1e-6) if wanted.closely else number == wanted.value


def _named(pattern: str) -> _Test:
    """A name as a whole, or any of its groups; what SQL says in `conditions`."""
    if not has_wildcard(pattern):
        return lambda value: pattern == (key := name_key(name_text(value)) or "") or pattern in key.split("=")
    likes = [wildcard(one) for one in (pattern, f"{pattern}=*", f"*={pattern}", f"*={pattern}=*")]
    return lambda value: any(like(name_key(name_text(value)) or "") for like in likes)


def _sounding(criterion: Sounding) -> _Test:
    literally: _Test = _named(criterion.literal.pattern) if criterion.literal else lambda _value: False

    def test(value: Any) -> bool:
        kept = words(name_text(value))
        return literally(value) or all(
            any(word.startswith(asked) or sound == sounding for word, sound in kept)
            for asked, sounding in criterion.words
        )

    return test
