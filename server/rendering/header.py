"""Reading attributes of a header in the DICOM JSON model, of which nothing may be believed."""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from server.dicom.attributes import tag
from server.errors import Malformed

Header = Mapping[str, Any]
"""A data set, or an item, in the DICOM JSON model."""

BulkReader = Callable[[str], bytes]
"""The value in little endian that a BulkDataURI of the header stands for."""

_LARGEST_NUMBER = 1e30


def values(header: Header, keyword: str) -> list[Any]:
    """The attribute's values; none when it is missing or empty."""
    element = header.get(tag(keyword))
    return element.get("Value", []) if element else []


def value(header: Header, keyword: str) -> Any:
    """The attribute's value, its list of values if there are several, None when missing or empty."""
    found = values(header, keyword)
    return found[0] if len(found) == 1 else found or None


def text(header: Header, keyword: str) -> str:
    """The attribute's one value as text; empty when there is none."""
    return str(value(header, keyword) or "").strip()


def whole(header: Header, keyword: str, low: int, high: int, default: int | None = None) -> int:
    """The attribute's whole number; `Malformed` unless it lies within the bounds, or is missing and has a default."""
    found = value(header, keyword)
    if found is None and default is not None:
        return default
    try:
        number = int(found)
    except (TypeError, ValueError, OverflowError):
        raise Malformed(f"{keyword} is missing or no whole number.") from None
    if not low <= number <= high:
        raise Malformed(f"{keyword} is {number}; it must lie between {low} and {high}.")
    return number


def numbers(header: Header, keyword: str) -> list[float]:
    """The attribute's numbers; none when one of them is no number that could mean anything."""
    return as_numbers(values(header, keyword))


def as_numbers(found: Sequence[Any]) -> list[float]:
    """These values as numbers; none when one of them is no number that could mean anything."""
    try:
        made = [float(number) for number in found]
    except (TypeError, ValueError, OverflowError):
        return []
    # what is beyond has no meaning as grey, and would overflow on the way to it
    return made if all(abs(number) <= _LARGEST_NUMBER for number in made) else []


def first(header: Header, keyword: str) -> Header | None:
    """The first item of a sequence."""
    found = items(header, keyword)
    return found[0] if found else None


def items(header: Header, keyword: str) -> Sequence[Header]:
    """The items of a sequence; none when it is missing or no sequence."""
    element = header.get(tag(keyword))
    return element.get("Value", []) if element and element["vr"] == "SQ" else []


def binary(element: Header, read: BulkReader) -> bytes:
    """The bytes of a binary element; none when it is empty."""
    if "BulkDataURI" in element:
        return read(element["BulkDataURI"])
    return base64.b64decode(element.get("InlineBinary", ""))
