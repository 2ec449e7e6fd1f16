"""Reading what an instance's header, as DICOM JSON, says about its pixels: done once, on arrival."""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from server.dicom.attributes import tag
from server.errors import Malformed
from server.rendering.image import MOST_FRAMES, MOST_PIXELS, PHOTOMETRICS, Image, LookupTable, Values

_LARGEST_NUMBER = 1e30

Header = Mapping[str, Any]
"""A data set, or an item, in the DICOM JSON model."""

BulkReader = Callable[[str], bytes]
"""The value in little endian that a BulkDataURI of the header stands for."""


def describe(header: Header, read: BulkReader, kind: str, transfer_syntax_uid: str) -> Image:
    """Reads what the header says of the pixels; `Malformed` says why no picture can come of it."""
    photometric = str(_value(header, "PhotometricInterpretation") or "").strip()
    rows, columns = _whole(header, "Rows", 1, 65535), _whole(header, "Columns", 1, 65535)
    samples = _whole(header, "SamplesPerPixel", 1, 4, 1)
    if PHOTOMETRICS.get(photometric) != samples:
        raise Malformed(f"Photometric Interpretation {photometric[:16] or 'missing'} with {samples} samples a pixel.")
    if rows * columns * samples > MOST_PIXELS:
        raise Malformed(f"A frame of {columns} x {rows} pixels is larger than is drawn here.")
    allocated = {"float": 32, "double": 64}.get(kind) or _whole(header, "BitsAllocated", 1, 32)
    if allocated not in {1, 8, 16, 32, 64}:
        raise Malformed(f"Bits Allocated {allocated} is none of 1, 8, 16 and 32.")
    stored = min(_whole(header, "BitsStored", 1, 64, allocated), allocated)
    shared = _first(header, "SharedFunctionalGroupsSequence")
    values = _grey_values([group for group in (shared, header) if group is not None], read)
    frames = number_of_frames(header)
    return Image(
        rows=rows,
        columns=columns,
        samples=samples,
        photometric=photometric,
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=_whole(header, "HighBit", stored - 1, max(stored, allocated) - 1, stored - 1),
        signed=_whole(header, "PixelRepresentation", 0, 1, 0) == 1,
        planar=_whole(header, "PlanarConfiguration", 0, 1, 0) if samples > 1 else 0,
        number_of_frames=frames,
        kind=kind,
        transfer_syntax_uid=transfer_syntax_uid,
        values=values,
        per_frame=_per_frame(header, shared, frames, read),
        inverse=photometric == "MONOCHROME1" or _value(header, "PresentationLUTShape") == "INVERSE",
        padding=_padding(header),
        aspect=_aspect(header),
        palette=_palette(header, read) if photometric == "PALETTE COLOR" else None,
    )


def number_of_frames(header: Header) -> int:
    """How many frames the header says there are; `Malformed` when it says no number."""
    return _whole(header, "NumberOfFrames", 1, MOST_FRAMES, 1)


def _values(header: Header, keyword: str) -> list[Any]:
    element = header.get(tag(keyword))
    return element.get("Value", []) if element else []


def _value(header: Header, keyword: str) -> Any:
    """The attribute's value, its list of values if there are several, None when missing or empty."""
    values = _values(header, keyword)
    return values[0] if len(values) == 1 else values or None


def _whole(header: Header, keyword: str, low: int, high: int, default: int | None = None) -> int:
    found = _value(header, keyword)
    if found is None and default is not None:
        return default
    try:
        number = int(found)
    except (TypeError, ValueError, OverflowError):
        raise Malformed(f"{keyword} is missing or no whole number.") from None
    if not low <= number <= high:
        raise Malformed(f"{keyword} is {number}; it must lie between {low} and {high}.")
    return number


def _numbers(header: Header, keyword: str) -> list[float]:
    try:
        numbers = [float(number) for number in _values(header, keyword)]
    except (TypeError, ValueError, OverflowError):
        return []
    # what is beyond has no meaning as grey, and would overflow on the way to it
    return numbers if all(abs(number) <= _LARGEST_NUMBER for number in numbers) else []


def _first(header: Header, keyword: str) -> Header | None:
    items = _items(header, keyword)
    return items[0] if items else None


def _items(header: Header, keyword: str) -> Sequence[Header]:
    element = header.get(tag(keyword))
    return element.get("Value", []) if element and element["vr"] == "SQ" else []


def _per_frame(header: Header, shared: Header | None, frames: int, read: BulkReader) -> tuple[Values, ...]:
    groups = _items(header, "PerFrameFunctionalGroupsSequence")
    own = ("PixelValueTransformationSequence", "FrameVOILUTSequence")
    if len(groups) != frames or not any(tag(keyword) in groups[0] for keyword in own):
        return ()
    return tuple(_grey_values([g for g in (group, shared, header) if g is not None], read) for group in groups)


def _grey_values(groups: Sequence[Header], read: BulkReader) -> Values:
    """The modality and VOI macros from the first of the groups that has them (PS3.3 C.7.6.16.2.9 and 2.10)."""
    rescale = next(
        (r for g in groups if _numbers(r := _first(g, "PixelValueTransformationSequence") or g, "RescaleSlope")), None
    )
    voi = next((v for g in groups if _numbers(v := _first(g, "FrameVOILUTSequence") or g, "WindowCenter")), None)
    lut = next((table for g in groups if (table := _first(g, "VOILUTSequence"))), None)
    modality = next((table for g in groups if (table := _first(g, "ModalityLUTSequence"))), None)
    slope = _numbers(rescale, "RescaleSlope") if rescale is not None else []
    intercept = _numbers(rescale, "RescaleIntercept") if rescale is not None else []
    windows: list[tuple[float, float]] = []
    if voi is not None:
        windows = list(zip(_numbers(voi, "WindowCenter"), _numbers(voi, "WindowWidth"), strict=False))
    function = str(_value(voi, "VOILUTFunction")) if voi is not None else "LINEAR"
    return Values(
        slope=slope[0] if slope and slope[0] else 1.0,
        intercept=intercept[0] if intercept else 0.0,
        modality_lut=_table(modality, "LUTDescriptor", "LUTData", read) if modality is not None else None,
        windows=tuple((center, width) for center, width in windows if width > 0),
        function=function if function in {"LINEAR", "LINEAR_EXACT", "SIGMOID"} else "LINEAR",
        voi_lut=_table(lut, "LUTDescriptor", "LUTData", read) if lut is not None else None,
    )


def _table(header: Header, descriptor: str, data: str, read: BulkReader) -> LookupTable | None:
    """A LUT, or None when its descriptor and its data do not fit each other."""
    described = _numbers(header, descriptor)
    if len(described) != 3:
        return None
    length, first, bits = (int(number) for number in described)
    length = length or 65536  # PS3.3 C.11.1.1.1: 0 stands for 2^16 entries
    entries = _entries(header.get(tag(data), {}), length, read)
    if length < 1 or bits not in range(8, 17) or len(entries) < length or not _is_stored_value(first):
        return None
    return LookupTable(first, bits, tuple(entries[:length]))


def _entries(element: Header, length: int, read: BulkReader) -> list[int]:
    if "Value" in element:
        return [number & 0xFFFF for number in element["Value"] if isinstance(number, int)]
    data = read(element["BulkDataURI"]) if "BulkDataURI" in element else b""
    data = base64.b64decode(element["InlineBinary"]) if "InlineBinary" in element else data
    if len(data) < 2 * length:  # PS3.3 C.7.6.3.1.6: entries of 8 bits may be packed two to a word
        return list(data)
    return [int.from_bytes(data[i : i + 2], "little") for i in range(0, len(data) - 1, 2)]


def _palette(header: Header, read: BulkReader) -> tuple[LookupTable, LookupTable, LookupTable]:
    names = [f"{colour}PaletteColorLookupTable" for colour in ("Red", "Green", "Blue")]
    red, green, blue = (_table(header, f"{name}Descriptor", f"{name}Data", read) for name in names)
    if red is None or green is None or blue is None:
        raise Malformed("Its palette is missing, segmented, or does not fit its descriptor.")
    return red, green, blue


def _padding(header: Header) -> tuple[int, int] | None:
    found, limit = _value(header, "PixelPaddingValue"), _value(header, "PixelPaddingRangeLimit")
    limit = found if limit is None else limit
    if not _is_stored_value(found) or not _is_stored_value(limit):
        return None
    return min(int(found), int(limit)), max(int(found), int(limit))


def _is_stored_value(found: object) -> bool:
    return isinstance(found, int) and -(2**31) <= found < 2**32


def _aspect(header: Header) -> tuple[int, int]:
    ratio = _numbers(header, "PixelAspectRatio")
    return (int(ratio[0]), int(ratio[1])) if len(ratio) == 2 and 1 <= min(ratio) <= max(ratio) < 2**31 else (1, 1)
