"""What an image's header says about its pixels: read once on arrival, catalogued, and enough to draw any frame."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as Items

from server.dicom.transfer_syntaxes import transfer_syntax
from server.errors import Malformed

MOST_PIXELS = 2**28
"""Rows x Columns x SamplesPerPixel of one frame; more is not drawn."""

MOST_FRAMES = 10_000_000
_LARGEST_NUMBER = 1e30

_PHOTOMETRICS = {
    "MONOCHROME1": 1,
    "MONOCHROME2": 1,
    "PALETTE COLOR": 1,
    "RGB": 3,
    "YBR_FULL": 3,
    "YBR_FULL_422": 3,
    "YBR_ICT": 3,
    "YBR_RCT": 3,
}


@dataclass(frozen=True, slots=True)
class LookupTable:
    """A LUT of the modality, VOI or palette kind (PS3.3 C.11.1.1.1, C.11.2.1.1, C.7.6.3.1.5).

    `entries` in order, `first` the stored value mapped to the first of them, `bits` the width of an entry.
    """

    first: int
    bits: int
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Values:
    """How stored values become grey: rescale or modality LUT, then windows or VOI LUTs, as the header gives them.

    `windows` are (center, width); `function` is LINEAR, LINEAR_EXACT or SIGMOID.
    """

    slope: float = 1.0
    intercept: float = 0.0
    modality_lut: LookupTable | None = None
    windows: tuple[tuple[float, float], ...] = ()
    function: str = "LINEAR"
    voi_lut: LookupTable | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """The Image Pixel module (PS3.3 C.7.6.3) and what belongs to it.

    `kind` is the VR of the pixel data, or 'float' and 'double' for their own elements. `per_frame` is empty,
    or has one `Values` a frame from the functional groups (PS3.3 C.7.6.16); `values` serves the others.
    """

    rows: int
    columns: int
    samples: int
    photometric: str
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    planar: int
    number_of_frames: int
    kind: str
    transfer_syntax_uid: str
    values: Values
    per_frame: tuple[Values, ...] = ()
    inverse: bool = False
    padding: tuple[int, int] | None = None
    aspect: tuple[int, int] = (1, 1)
    palette: tuple[LookupTable, LookupTable, LookupTable] | None = None

    @property
    def frame_bits(self) -> int:
        """The size of one native frame in bits."""
        # PS3.3 C.7.6.3.1.2: YBR_FULL_422 has two chrominance samples for every two pixels
        samples = 2 if self.photometric == "YBR_FULL_422" else self.samples
        return self.rows * self.columns * samples * self.bits_allocated

    def values_of(self, frame_number: int) -> Values:
        """How the stored values of this frame (from 1) become grey."""
        return self.per_frame[frame_number - 1] if self.per_frame else self.values

    def to_json(self) -> dict[str, Any]:
        """The image as plain values for the catalogue."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Image":
        """The image that `to_json` wrote."""
        made = dict(plain)
        made["values"] = _values(plain["values"])
        made["per_frame"] = tuple(map(_values, plain["per_frame"]))
        made["padding"] = plain["padding"] and tuple(plain["padding"])
        made["aspect"] = tuple(plain["aspect"])
        made["palette"] = plain["palette"] and tuple(_lookup_table(table) for table in plain["palette"])
        return cls(**{field.name: made[field.name] for field in fields(cls)})


def _values(plain: Mapping[str, Any]) -> Values:
    return Values(
        plain["slope"],
        plain["intercept"],
        plain["modality_lut"] and _lookup_table(plain["modality_lut"]),
        tuple((center, width) for center, width in plain["windows"]),
        plain["function"],
        plain["voi_lut"] and _lookup_table(plain["voi_lut"]),
    )


def _lookup_table(plain: Mapping[str, Any]) -> LookupTable:
    return LookupTable(plain["first"], plain["bits"], tuple(plain["entries"]))


def describe(dataset: Dataset, kind: str, transfer_syntax_uid: str) -> Image:
    """Reads what the header says of the pixels; `Malformed` says why no picture can come of it."""
    photometric = str(_value(dataset, "PhotometricInterpretation") or "").strip()
    rows, columns = _whole(dataset, "Rows", 1, 65535), _whole(dataset, "Columns", 1, 65535)
    samples = _whole(dataset, "SamplesPerPixel", 1, 4, 1)
    if _PHOTOMETRICS.get(photometric) != samples:
        raise Malformed(f"Photometric Interpretation {photometric[:16] or 'missing'} with {samples} samples a pixel.")
    if rows * columns * samples > MOST_PIXELS:
        raise Malformed(f"A frame of {columns} x {rows} pixels is larger than is drawn here.")
    allocated = {"float": 32, "double": 64}.get(kind) or _whole(dataset, "BitsAllocated", 1, 32)
    if allocated not in {1, 8, 16, 32, 64}:
        raise Malformed(f"Bits Allocated {allocated} is none of 1, 8, 16 and 32.")
    stored = min(_whole(dataset, "BitsStored", 1, 64, allocated), allocated)
    shared = _first(dataset, "SharedFunctionalGroupsSequence")
    values = _grey_values([group for group in (shared, dataset) if group is not None])
    frames = number_of_frames(dataset)
    return Image(
        rows=rows,
        columns=columns,
        samples=samples,
        photometric=photometric,
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=_whole(dataset, "HighBit", stored - 1, max(stored, allocated) - 1, stored - 1),
        signed=_whole(dataset, "PixelRepresentation", 0, 1, 0) == 1,
        planar=_whole(dataset, "PlanarConfiguration", 0, 1, 0) if samples > 1 else 0,
        number_of_frames=frames,
        kind=kind,
        transfer_syntax_uid=transfer_syntax_uid,
        values=values,
        per_frame=_per_frame(dataset, shared, frames),
        inverse=photometric == "MONOCHROME1" or _value(dataset, "PresentationLUTShape") == "INVERSE",
        padding=_padding(dataset),
        aspect=_aspect(dataset),
        palette=_palette(dataset) if photometric == "PALETTE COLOR" else None,
    )


def number_of_frames(dataset: Dataset) -> int:
    """How many frames the header says there are; `Malformed` when it says no number."""
    return _whole(dataset, "NumberOfFrames", 1, MOST_FRAMES, 1)


def not_renderable(transfer_syntax_uid: str, reason: str) -> str:
    """The sentence that stands in place of a picture."""
    return f"not renderable here: {transfer_syntax(transfer_syntax_uid).name} ({reason})"


def _value(dataset: Dataset, keyword: str) -> Any:
    """The attribute's value, None when missing or empty; `Malformed` when its bytes make none."""
    try:
        found = dataset.get(keyword)
    except Exception as error:  # pydicom raises whatever a bad value happens to trip
        raise Malformed(f"{keyword} cannot be read.", cause=type(error).__name__) from error
    return None if isinstance(found, str | bytes) and not found else found


def _whole(dataset: Dataset, keyword: str, low: int, high: int, default: int | None = None) -> int:
    found = _value(dataset, keyword)
    if found is None and default is not None:
        return default
    try:
        number = int(found)
    except (TypeError, ValueError, OverflowError):
        raise Malformed(f"{keyword} is missing or no whole number.") from None
    if not low <= number <= high:
        raise Malformed(f"{keyword} is {number}; it must lie between {low} and {high}.")
    return number


def _numbers(dataset: Dataset, keyword: str) -> list[float]:
    found = _value(dataset, keyword)
    if found is None:
        return []
    try:
        numbers = [float(n) for n in (found if isinstance(found, Sequence) else [found])]
    except (TypeError, ValueError, OverflowError):
        return []
    # what is beyond has no meaning as grey, and would overflow on the way to it
    return numbers if all(abs(number) <= _LARGEST_NUMBER for number in numbers) else []


def _first(dataset: Dataset, keyword: str) -> Dataset | None:
    items = _items(dataset, keyword)
    return items[0] if items else None


def _items(dataset: Dataset, keyword: str) -> Sequence[Dataset]:
    found = _value(dataset, keyword)
    return found if isinstance(found, Items) else []


def _per_frame(dataset: Dataset, shared: Dataset | None, frames: int) -> tuple[Values, ...]:
    groups = _items(dataset, "PerFrameFunctionalGroupsSequence")
    own = ("PixelValueTransformationSequence", "FrameVOILUTSequence")
    if len(groups) != frames or not any(keyword in groups[0] for keyword in own):
        return ()
    return tuple(_grey_values([g for g in (group, shared, dataset) if g is not None]) for group in groups)


def _grey_values(groups: Sequence[Dataset]) -> Values:
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
        modality_lut=_table(modality, "LUTDescriptor", "LUTData") if modality is not None else None,
        windows=tuple((center, width) for center, width in windows if width > 0),
        function=function if function in {"LINEAR", "LINEAR_EXACT", "SIGMOID"} else "LINEAR",
        voi_lut=_table(lut, "LUTDescriptor", "LUTData") if lut is not None else None,
    )


def _table(dataset: Dataset, descriptor: str, data: str) -> LookupTable | None:
    """A LUT, or None when its descriptor and its data do not fit each other."""
    described = _numbers(dataset, descriptor)
    if len(described) != 3:
        return None
    length, first, bits = (int(number) for number in described)
    length = length or 65536  # PS3.3 C.11.1.1.1: 0 stands for 2^16 entries
    entries = _entries(_value(dataset, data), length)
    if length < 1 or bits not in range(8, 17) or len(entries) < length or not _is_stored_value(first):
        return None
    return LookupTable(first, bits, tuple(entries[:length]))


def _entries(data: object, length: int) -> list[int]:
    if isinstance(data, bytes):
        if len(data) < 2 * length:  # PS3.3 C.7.6.3.1.6: entries of 8 bits may be packed two to a word
            return list(data)
        return [int.from_bytes(data[i : i + 2], "little") for i in range(0, len(data) - 1, 2)]
    numbers = data if isinstance(data, Sequence) else [data]
    return [number & 0xFFFF for number in numbers if isinstance(number, int)]


def _palette(dataset: Dataset) -> tuple[LookupTable, LookupTable, LookupTable]:
    names = [f"{colour}PaletteColorLookupTable" for colour in ("Red", "Green", "Blue")]
    red, green, blue = (_table(dataset, f"{name}Descriptor", f"{name}Data") for name in names)
    if red is None or green is None or blue is None:
        raise Malformed("Its palette is missing, segmented, or does not fit its descriptor.")
    return red, green, blue


def _padding(dataset: Dataset) -> tuple[int, int] | None:
    found, limit = _value(dataset, "PixelPaddingValue"), _value(dataset, "PixelPaddingRangeLimit")
    limit = found if limit is None else limit
    if not _is_stored_value(found) or not _is_stored_value(limit):
        return None
    return min(int(found), int(limit)), max(int(found), int(limit))


def _is_stored_value(found: object) -> bool:
    return isinstance(found, int) and -(2**31) <= found < 2**32


def _aspect(dataset: Dataset) -> tuple[int, int]:
    ratio = _numbers(dataset, "PixelAspectRatio")
    return (int(ratio[0]), int(ratio[1])) if len(ratio) == 2 and 1 <= min(ratio) <= max(ratio) < 2**31 else (1, 1)
