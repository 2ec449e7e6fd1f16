"""The DICOM JSON model of a data set (PS3.18 annex F), made once when an instance arrives.

Large binary values become a BulkDataURI below the instance's own path, relative to the DICOMweb root.
"""

import base64
import io
import math
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pydicom
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from server.dicom.attributes import tag
from server.dicom.plain_values import encoding_of, plain_value
from server.errors import Malformed, NotFound

Attributes = dict[str, Any]
"""A data set in the DICOM JSON model: attributes by tag (eight hex digits)."""

LARGEST_INLINE = 1024
"""Binary values beyond this many bytes are told by BulkDataURI."""

_BINARY = frozenset("OB OD OF OL OV OW UN".split())
_NUMBERS = frozenset("FL FD IS DS SL SS SV UL US UV".split())
_CHARACTER_SET = tag("SpecificCharacterSet")
_CHARACTER_SET_KEY = int(_CHARACTER_SET, 16)


@contextmanager
def quietly() -> Iterator[None]:
    """While values are read: pydicom's warnings quote them, which no log may hold."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def read_header(source: bytes | Path) -> Dataset:
    """The data set of a Part 10 file whose structure was already checked, without its pixel data."""
    try:
        with quietly():
            return pydicom.dcmread(io.BytesIO(source) if isinstance(source, bytes) else source, stop_before_pixels=True)
    except Exception as error:  # pydicom raises whatever a bad value happens to trip
        raise Malformed("The header cannot be read as DICOM.", cause=type(error).__name__) from error


def attributes_of(dataset: Dataset, path: str) -> Attributes:
    """The data set as DICOM JSON; `path` is the instance's resource, below which bulk data are found.

    Strings are Unicode, said by ISO_IR 192. A value that its VR cannot hold is passed on as the text it is.
    """
    with quietly():
        attributes = _items(dataset, f"{path}/bulkdata", "ascii")
    if _CHARACTER_SET in attributes:
        attributes[_CHARACTER_SET] = {"vr": "CS", "Value": ["ISO_IR 192"]}
    return attributes


def value(attributes: Mapping[str, Any], keyword: str) -> Any:
    """The first value of an attribute, or None; a person name as one string with its groups joined by '='."""
    values = attributes.get(tag(keyword), {}).get("Value")
    if not values:
        return None
    first = values[0]
    if isinstance(first, dict) and ("Alphabetic" in first or "Ideographic" in first or "Phonetic" in first):
        groups = [first.get(group, "") for group in ("Alphabetic", "Ideographic", "Phonetic")]
        return "=".join(groups).rstrip("=")
    return first


def only(attributes: Mapping[str, Any], tags: Iterable[str]) -> Attributes:
    """The attributes among `tags`, in tag order."""
    return {name: attributes[name] for name in sorted(set(tags) & attributes.keys())}


def value_at(dataset: Dataset, path: str) -> bytes:
    """The binary value at `path`, tags and item numbers as in a BulkDataURI; `NotFound` when there is none."""
    steps = path.split("/")
    try:
        for key, number in zip(steps[:-1:2], steps[1:-1:2], strict=True):
            dataset = dataset[int(key, 16)].value[int(number) - 1]
        content = dataset[int(steps[-1], 16)].value
    except (KeyError, ValueError, IndexError, TypeError, AttributeError) as error:
        raise NotFound("The instance has no bulk data there.", path=path[:200]) from error
    if not isinstance(content, bytes):
        raise NotFound("The instance has no bulk data there.", path=path[:200])
    return content


def _items(dataset: Dataset, path: str, encoding: str | None) -> Attributes:
    """The elements of a data set or item; `encoding` holds unless it has a character set of its own."""
    if _CHARACTER_SET_KEY in dataset:
        encoding = encoding_of(dataset.get_item(_CHARACTER_SET_KEY).value)
    made = {}
    for key in sorted(dataset.keys()):
        if key & 0xFFFF:  # group lengths tell nothing in JSON
            raw = dataset.get_item(key)
            plain = plain_value(raw, encoding) if isinstance(raw, RawDataElement) else None
            name = f"{key:08X}"
            made[name] = plain or _element(dataset, key, f"{path}/{name}", encoding)
    return made


def _element(dataset: Dataset, key: Any, path: str, encoding: str | None) -> Attributes:
    """Any element, as pydicom reads it."""
    try:
        element = dataset[key]
        if element.VR == "SQ":
            items = [_items(item, f"{path}/{number}", encoding) for number, item in enumerate(element.value, 1)]
            return {"vr": "SQ", "Value": items} if items else {"vr": "SQ"}
        if element.VR in _BINARY:
            return _binary(element, path)
        plain: Attributes = element.to_json_dict(None, 0)
        if element.VR in _NUMBERS and "Value" in plain:
            plain["Value"] = [_number(number) for number in plain["Value"]]
        return plain
    except RecursionError as error:
        raise Malformed("The data set is nested too deeply.") from error
    except Exception:  # noqa: BLE001 - pydicom raises whatever a bad value happens to trip
        return _as_text(dataset.get_item(key))


def _binary(element: DataElement, path: str) -> Attributes:
    content = element.value
    if not content or isinstance(content, MultiValue):
        return {"vr": element.VR}
    if len(content) > LARGEST_INLINE:
        return {"vr": element.VR, "BulkDataURI": path}
    return {"vr": element.VR, "InlineBinary": base64.b64encode(content).decode()}


def _as_text(element: DataElement | RawDataElement | None) -> Attributes:
    vr = (element.VR if element is not None else None) or "UN"
    if not isinstance(element, RawDataElement) or not element.value or vr in _BINARY | {"SQ"}:
        return {"vr": vr}
    texts = element.value.rstrip(b"\0 ").decode("latin-1").split("\\")
    return {"vr": vr, "Value": [text.strip() or None for text in texts]}


def _number(number: object) -> object:
    """A number as JSON can have it (PS3.18 F.2.3): no NaN, no infinity, and as text when it has over 64 bits."""
    if isinstance(number, float) and not math.isfinite(number):
        return None
    return str(number)[:64] if isinstance(number, int) and abs(number) >= 2**63 else number
