"""Whether an image's pixels may say whose they are, as its header has it."""

from collections.abc import Mapping
from typing import Any

from server.dicom.dicomjson import value

_OFTEN_NAMED = frozenset("US IVUS ES XC OT SC GM DOC XA RF".split())
"""Modalities whose pictures are those of a screen, of a camera or of a scanned page."""

_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"


def may_name(header: Mapping[str, Any]) -> bool:
    """PS3.3 C.7.6.1.1.7: without Burned In Annotation an image may or may not name the patient; only NO is a promise.

    What says nothing is believed to name nobody, unless it is of a kind that often does.
    """
    said = str(value(header, "BurnedInAnnotation") or "").strip().upper()
    captured = str(value(header, "SOPClassUID") or "").startswith(_SECONDARY_CAPTURE)
    return said == "YES" or (said != "NO" and (captured or str(value(header, "Modality") or "") in _OFTEN_NAMED))
