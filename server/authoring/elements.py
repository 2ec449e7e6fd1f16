"""Data sets in the DICOM JSON model (PS3.18 F.2), written down by keyword."""

from typing import Any

from server.dicom.attributes import attribute
from server.dicom.dictionary import Attributes


def data_set(**values: Any) -> Attributes:
    """A data set, or an item, of these attributes: one value, a list of them, or None for an empty one.

    The value of a sequence is its items, a list of data sets.
    """
    made = {}
    for keyword, value in values.items():
        known = attribute(keyword)
        several = value if isinstance(value, list) else [] if value is None or value == "" else [value]
        element: dict[str, Any] = {"vr": known.vr}
        if several:
            element["Value"] = [_value(known.vr, one) for one in several]
        made[known.tag] = element
    return dict(sorted(made.items()))


def _value(vr: str, value: Any) -> Any:
    return {"Alphabetic": value} if vr == "PN" and isinstance(value, str) else value
