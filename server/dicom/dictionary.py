"""The VR of an element whose encoding does not say it: from PS3.6, or from what is known of private elements.

pydicom carries the dictionaries. A few attributes have two VRs; which one holds is told by their neighbours.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from pydicom.datadict import dictionary_VR, private_dictionary_VR

Attributes = dict[str, Any]
"""A data set in the DICOM JSON model: attributes by tag (eight hex digits)."""

_CREATORS = range(0x10, 0x100)
_PIXEL_REPRESENTATION, _LUT_DESCRIPTOR = "00280103", "00283002"


@lru_cache(maxsize=16384)
def name_of(tag: int) -> str:
    """The tag as the DICOM JSON model has it: eight upper case hex digits."""
    return f"{tag:08X}"


@lru_cache(maxsize=8192)
def standard_vr(tag: int) -> str:
    """The VR of PS3.6, perhaps ambiguous (`US or SS`); UN for what it does not know."""
    try:
        vr = dictionary_VR(tag)
    except KeyError:
        return "UN"
    return "UN" if vr == "NONE" else vr


@lru_cache(maxsize=8192)
def _private_vr(tag: int, creator: str) -> str:
    try:
        vr = private_dictionary_VR(tag, creator)
    except KeyError:
        return "UN"
    return "OB or OW" if vr == "OB_OW" else vr


def unsaid_vr(tag: int, dataset: Mapping[str, Any]) -> str:
    """The VR of an element that is implicit or UN; `dataset` is what came before it in its data set.

    PS3.5 7.8.1: (gggg,0010-00FF) of an odd group reserve blocks for their creators.
    """
    if not tag & 0x10000:
        return standard_vr(tag)
    number = tag & 0xFFFF
    if number in _CREATORS:
        return "LO"
    creator = dataset.get(name_of(tag & 0xFFFF0000 | number >> 8))
    values = creator.get("Value") if creator else None
    return _private_vr(tag, values[0]) if values and isinstance(values[0], str) else "UN"


def settled_vr(vr: str, datasets: Sequence[Mapping[str, Any]]) -> str:
    """The one VR of an ambiguous one in implicit VR little endian; `datasets` from its own outwards.

    PS3.5 A.1: what may be OB or OW is OW. PS3.3 C.7.6.3.1.1: Pixel Representation decides between US and SS, also
    for the items within. PS3.3 C.11.1.1.1: LUT Data of a single entry is US.
    """
    if vr == "US or SS":
        signs = (_first(dataset, _PIXEL_REPRESENTATION) for dataset in datasets)
        return "SS" if next((sign for sign in signs if sign is not None), 0) == 1 else "US"
    if vr == "US or OW":
        return "US" if _first(datasets[0], _LUT_DESCRIPTOR) == 1 else "OW"
    return "OW"


def _first(dataset: Mapping[str, Any], name: str) -> object:
    values = dataset.get(name, {}).get("Value")
    return values[0] if values else None
